//! From start to end: what is under way gets time to finish, and what does not finish is closed by the next start.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use pstral::compose::App;
use pstral::heads::Heads;
use pstral::lifecycle::{self, AfterPlatforms};
use pstral_core::domain::{AuditAction, Locale};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::world::{World, alex, camille, run_test};

fn app(world: &World) -> App {
    App {
        pipeline: Arc::clone(&world.pipeline),
        store: Arc::clone(&world.store),
        platforms: vec![Arc::clone(&world.chat) as _],
        files: world.files(),
        file_age: Duration::from_hours(1),
        heads: Heads {
            head: watch::Sender::new(None).subscribe(),
            every_events: 1000,
            every: Duration::from_hours(1),
            channel: None,
            locale: Locale::Fr,
        },
        fingerprint: "as it is".to_owned(),
    }
}

#[test]
fn that_the_configuration_was_changed_is_recorded() {
    run_test(async |world| {
        let configured = |fingerprint: &str| App { fingerprint: fingerprint.to_owned(), ..app(world) };
        for (fingerprint, recorded) in [("a", 1), ("a", 1), ("b", 2), ("a", 3)] {
            lifecycle::start(&configured(fingerprint)).await.unwrap();
            let entries = world.entries().await.into_iter().map(|entry| entry.event);
            let changes: Vec<_> = entries.filter(|event| event.action == AuditAction::ConfigChanged).collect();
            assert_eq!(changes.len(), recorded, "{fingerprint}");
            assert_eq!(changes.last().unwrap().detail, Some(format!("sha256 {fingerprint}")));
        }
    });
}

#[test]
fn everything_that_was_asked_is_answered_before_the_end() {
    run_test(async |world| {
        let app = app(world);
        lifecycle::start(&app).await.unwrap();
        world
            .model
            .script(Script::words("Let me think about all of this for a while.").every(Duration::from_millis(5)));
        world.chat.say(&camille(), &FakeChat::place(), "Combien de clients avons-nous à Paris ?");
        world.chat.say(&alex(), &FakeChat::channel("sales"), "What do you make of our customers?");
        world.chat.end();
        let running = CancellationToken::new();
        lifecycle::run(&app, &running, Duration::from_secs(10), AfterPlatforms::End).await.unwrap();
        assert!(world.transcript().contains("for a while."), "{}", world.transcript());
        let lines = world.audit_lines().await;
        assert!(lines.starts_with("started ok -\n") && lines.ends_with("stopped ok -\n"), "{lines}");
    });
}

#[test]
fn an_answer_that_takes_too_long_to_end_is_closed_by_the_next_start() {
    run_test(async |world| {
        let app = app(world);
        lifecycle::start(&app).await.unwrap();
        world.model.script(Script::words("I am going to think about this for a very long time …").hangs());
        world.chat.say(&alex(), &FakeChat::place(), "A question that takes for ever");
        let ending = CancellationToken::new();
        let (end, remembered) = (ending.clone(), async {
            world.sent_and_remembered().await;
            ending.cancel();
        });
        let run = lifecycle::run(&app, &end, Duration::from_millis(50), AfterPlatforms::End);
        let (ended, ()) = tokio::join!(run, remembered);
        ended.unwrap();
        // What the drain left behind ends with the program.
        world.restart().await;
        assert_snapshot!(world.transcript(), @r"
        ── #1 private
        ⏹ Pstral was interrupted during this answer. Ask your question again.
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        started ok -
        question ok alex
        stopped ok -
        recovered ok -
        ");
        world.command(&alex(), "history").await;
    });
}

#[test]
fn without_an_audit_nothing_starts() {
    run_test(async |world| {
        world.audit.refuse(pstral_core::domain::AuditAction::ALL);
        assert!(lifecycle::start(&app(world)).await.is_err());
    });
}

#[test]
fn files_whose_time_is_over_are_removed_and_nothing_else() {
    run_test(async |world| {
        let folder = world.folder.path().join("files");
        std::fs::create_dir(&folder).unwrap();
        let (old, young, foreign) = ("crm-20260101-000000-abcdef.csv", "crm-20261121-100000-abcdef.csv", "notes.csv");
        for name in [old, young, foreign] {
            std::fs::write(folder.join(name), "a").unwrap();
        }
        let long_ago = std::time::SystemTime::now() - Duration::from_hours(2);
        for name in [old, foreign] {
            std::fs::File::options().write(true).open(folder.join(name)).unwrap().set_modified(long_ago).unwrap();
        }
        let app = app(world);
        lifecycle::start(&app).await.unwrap();
        let ending = CancellationToken::new();
        let (run, ()) = futures::join!(lifecycle::run(&app, &ending, Duration::ZERO, AfterPlatforms::WaitOn), async {
            world.until(|| !folder.join(old).exists()).await;
            world.chat.end();
            ending.cancel();
        });
        run.unwrap();
        let mut left = world.files_on_disk();
        left.sort();
        assert_eq!(left, [young, foreign]);
    });
}
