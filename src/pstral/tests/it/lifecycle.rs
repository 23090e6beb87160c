//! From start to end: what is under way gets time to finish, and what does not finish is closed by the next start.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use pstral::compose::App;
use pstral::lifecycle::{self, AfterPlatforms};
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::models::Endpoint;
use pstral_core::ports::{AuditFilter, AuditLog as _};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;
use tokio_util::sync::CancellationToken;

use crate::world::{World, alex, camille, run_test};

fn app(world: &World) -> App {
    App {
        pipeline: Arc::clone(&world.pipeline),
        store: Arc::clone(&world.store),
        models: pstral::registry::ModelServers {
            endpoints: vec![Endpoint { name: "script".to_owned(), model: Arc::clone(&world.model) as _, slots: 1 }],
            kind: pstral::config::ModelKind::Ollama,
            pull: String::new(),
        },
        platforms: vec![Arc::clone(&world.chat) as _],
        ended: pstral::health::EndedPlatforms::default(),
        files: world.files(),
        file_age: Duration::from_hours(1),
        heads: pstral::audit_heads::AuditHeads {
            head: tokio::sync::watch::channel(None).1,
            every_events: 0,
            every: Duration::ZERO,
            channel: None,
            locale: pstral_core::domain::Locale::En,
            destinations: pstral::audit_heads::HeadDestinations::default(),
        },
        instance: "test".to_owned(),
        fingerprint: [("limits", "aa"), ("targets.crm", "bb")]
            .map(|(key, hash)| (key.to_owned(), hash.to_owned()))
            .into(),
    }
}

#[test]
fn what_changed_in_the_configuration_is_recorded_at_the_next_start() {
    run_test(async |world| {
        let mut app = app(world);
        lifecycle::start(&app).await.unwrap();
        lifecycle::start(&app).await.unwrap();
        app.fingerprint.insert("targets.crm".to_owned(), "b0".to_owned());
        app.fingerprint.insert("roles.sales".to_owned(), "cc".to_owned());
        lifecycle::start(&app).await.unwrap();
        lifecycle::start(&app).await.unwrap();
        let said = |entry: pstral_core::domain::AuditEntry| {
            format!("{} {}", entry.event.action.word(), entry.event.detail.unwrap_or_default())
        };
        let entries: Vec<String> = world.entries().await.into_iter().map(said).collect();
        assert_eq!(entries.iter().filter(|entry| entry.starts_with("config.changed")).count(), 1, "{entries:?}");
        assert_eq!(entries[2], "config.changed roles.sales targets.crm");
    });
}

#[test]
fn a_start_whose_configuration_is_not_kept_any_more_is_nothing_to_compare_with() {
    run_test(async |world| {
        let app = app(world);
        lifecycle::start(&app).await.unwrap();
        // More starts of others than are read at a time hide nothing.
        let other = pstral_store::Store::open(&world.folder.path().join("state.db"), "other").await.unwrap();
        for _ in 0..101 {
            let now = jiff::Timestamp::now();
            other.append(AuditEvent::new(now, AuditAction::Started, AuditStatus::Ok)).await.unwrap();
        }
        let changed = App { fingerprint: [("limits".to_owned(), "a0".to_owned())].into(), ..self::app(world) };
        lifecycle::start(&changed).await.unwrap();
        let filter = AuditFilter { action: Some(AuditAction::ConfigChanged), ..AuditFilter::default() };
        let said = async || {
            let entries = world.store.tail(&filter, 9).await.unwrap();
            entries.into_iter().filter_map(|entry| entry.event.detail).collect::<Vec<_>>()
        };
        assert_eq!(said().await, ["limits targets.crm"]);

        let now = jiff::Timestamp::now() + Duration::from_secs(1);
        let due = pstral_store::ExpiryLimits {
            now,
            conversations: None,
            proposals: None,
            audit: None,
            audit_texts: Some(now),
        };
        world.store.append(AuditEvent::new(now, AuditAction::AuditRead, AuditStatus::Ok)).await.unwrap();
        world.store.prune(&*world.store, &due, None, &|checkpoint| checkpoint).await.unwrap();
        lifecycle::start(&changed).await.unwrap();
        assert!(said().await[0].starts_with("unknown: "), "{:?}", said().await);
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
        world.model.script(Script::says("I am going to think about this for a very long time …").hangs());
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
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        I am going to think about this for a very long time …

        ⏹ Pstral was interrupted during this answer. Ask your question again.
        [Try again]
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
