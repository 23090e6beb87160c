//! Tests of the service status that administrators ask for in a chat.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, EventBody};
use pstral_core::ports::ModelError;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;
use pstral_sqlite::{SqliteConfig, SqliteTarget};

use crate::world::{Setup, World, alex, camille, claire, run_test, run_test_with};

/// The newest message, with `…` for what is measured.
fn seen(world: &World) -> String {
    measured(&world.newest())
}

/// A text with `…` for versions and times.
fn measured(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let next = words.iter().skip(1).chain([&""]);
    let measured = words.iter().zip(next).map(|(word, next)| {
        let is_number = word.starts_with(|first: char| first.is_ascii_digit());
        let is_version = word.matches('.').count() == 2;
        match is_number && (is_version || next.starts_with("ms")) {
            true if word.ends_with(',') => "…,",
            true => "…",
            false => word,
        }
    });
    measured.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_part_says_how_it_is() {
    run_test(async |world| {
        world.command(&claire(), "état").await;
        assert_snapshot!(seen(world), @"
        - state · en ordre · SQLite …, 5 utilisateurs, 0 événement d’audit, écriture en … ms
        - model · en ordre · script a répondu en … ms ; le modèle scripted est installé ; contexte : 4 096 jetons
        - target crm · en ordre · SQLite …, 7 tables, base lue en … ms, en lecture seule
        - platform fake · en ordre · entrée et sortie redirigées
        - questions · en ordre · 0 en attente, 0 en cours de réponse
        - answers · en ordre · aucune réponse inachevée
        ");
        world.command(&claire(), "langue en").await;
        world.act(&claire(), &FakeChat::channel("general"), EventBody::command("status")).await;
        assert_snapshot!(measured(&world.transcript_from(3)), @"
        ── #3 private of claire
        - state · ok · SQLite …, 5 users, 1 audit event, … ms to write
        - model · ok · script answered in … ms; model scripted is installed; context: 4,096 tokens
        - target crm · ok · SQLite …, 7 tables, read in … ms, read-only
        - platform fake · ok · piped input and output
        - questions · ok · 0 in the queue, 0 being answered
        - answers · ok · no unfinished answers
        ── #4 general
        I have answered you in private.
        ");
        let looked = world.entries().await;
        assert!(looked.iter().all(|entry| entry.event.action == AuditAction::UserEdited), "{looked:?}");
    });
}

#[test]
fn what_does_not_work_comes_first_with_what_to_do() {
    let nowhere = SqliteTarget::new(SqliteConfig::new("/nowhere/company.db"));
    let setup = Setup { engine: Some(Arc::new(nowhere)), ..Setup::default() };
    run_test_with(setup, async |world| {
        world.model.fails(Some(ModelError::Unavailable("connection refused".to_owned())));
        world.command(&claire(), "etat").await;
        assert_snapshot!(seen(world), @"
        - target crm · en panne · injoignable : the file does not exist
          → Vérifiez [targets.crm] path : le fichier doit exister, être une base SQLite et être lisible par Pstral.
        - model · dégradé · injoignable : connection refused
          → Démarrez Ollama (ollama serve) et vérifiez son adresse dans [model]. Sans modèle, seules les requêtes vérifiées répondent.
        - state · en ordre · SQLite …, 5 utilisateurs, 0 événement d’audit, écriture en … ms
        - platform fake · en ordre · entrée et sortie redirigées
        - questions · en ordre · 0 en attente, 0 en cours de réponse
        - answers · en ordre · aucune réponse inachevée
        ");
    });
}

/// Two parts that never answer are waited for together.
#[test]
fn a_part_that_says_nothing_does_not_hold_up_the_others() {
    run_test_with(Setup { places: vec![("staff", "hr")], ..Setup::default() }, async |world| {
        world.target.dead.store(true, Ordering::Relaxed);
        world.command(&claire(), "status").await;
        assert_snapshot!(seen(world), @"
        - target crm · en panne · pas de réponse en 5 s
          → Vérifiez que le serveur tourne et qu’il n’est pas surchargé.
        - target hr · en panne · pas de réponse en 5 s
          → Vérifiez que le serveur tourne et qu’il n’est pas surchargé.
        - state · en ordre · SQLite …, 5 utilisateurs, 0 événement d’audit, écriture en … ms
        - model · en ordre · script a répondu en … ms ; le modèle scripted est installé ; contexte : 4 096 jetons
        - platform fake · en ordre · entrée et sortie redirigées
        - questions · en ordre · 0 en attente, 0 en cours de réponse
        - answers · en ordre · aucune réponse inachevée
        ");
    });
}

#[test]
fn what_waits_is_counted() {
    run_test_with(Setup { slots: 1, ..Setup::default() }, async |world| {
        world.model.script(Script::words("I am going to think about this for a very long time …").hangs());
        let first = world.begin(&alex(), EventBody::Said("A question without an end".to_owned()));
        world.until(|| world.model.requests().len() == 1).await;
        let second = world.begin(&camille(), EventBody::Said("Que pensez-vous de nos clients ?".to_owned()));
        world.until(|| world.pipeline.parts().model.waiting() == 1).await;
        world.command(&claire(), "status").await;
        let waits = seen(world);
        for actor in [camille(), alex()] {
            world.command(&actor, "stop").await;
        }
        first.await.unwrap();
        second.await.unwrap();
        assert_snapshot!(waits, @"
        - state · en ordre · SQLite …, 5 utilisateurs, 2 événements d’audit, écriture en … ms
        - model · en ordre · script a répondu en … ms ; le modèle scripted est installé ; contexte : 4 096 jetons
        - target crm · en ordre · SQLite …, 7 tables, base lue en … ms, en lecture seule
        - platform fake · en ordre · entrée et sortie redirigées
        - questions · en ordre · 1 en attente, 1 en cours de réponse
        - answers · en ordre · aucune réponse inachevée
        ");
    });
}

#[test]
fn answers_that_could_not_be_ended_are_counted() {
    run_test(async |world| {
        let state = world.takes_no_ends();
        world.model_says("Two hundred.");
        world.say(&alex(), "How many pears do they have?").await;
        world.command(&claire(), "status").await;
        assert_snapshot!(seen(world), @"
        - answers · dégradé · une réponse reste à terminer
          → Je réessaie chaque minute. Si cela continue, vérifiez les plateformes et la base d’état dans cette liste.
        - state · en ordre · SQLite …, 5 utilisateurs, 2 événements d’audit, écriture en … ms
        - model · en ordre · script a répondu en … ms ; le modèle scripted est installé ; contexte : 4 096 jetons
        - target crm · en ordre · SQLite …, 7 tables, base lue en … ms, en lecture seule
        - platform fake · en ordre · entrée et sortie redirigées
        - questions · en ordre · 0 en attente, 0 en cours de réponse
        ");
        state.execute_batch("DROP TRIGGER full").unwrap();
        world.clock.advance(Duration::from_mins(2));
        assert_eq!(world.pipeline.close_orphaned_turns().await.unwrap(), 1);
        world.command(&claire(), "status").await;
        assert!(seen(world).contains("aucune réponse inachevée"), "{}", seen(world));
    });
}

#[test]
fn only_those_who_may_look_after_users_ask() {
    run_test(async |world| {
        world.command(&alex(), "status").await;
        assert_snapshot!(world.newest(), @"Only those who look after users can do this. Please ask an administrator.");
        assert_snapshot!(world.audit_lines().await, @"denied refused alex");
    });
}

#[test]
fn a_model_server_that_is_not_asked_says_since_when_and_when_it_is_tried_again() {
    run_test(async |world| {
        world.model.fails(Some(ModelError::Unavailable("connection refused".to_owned())));
        for _ in 0..3 {
            world.say(&alex(), "What do you think of our clients?").await;
        }
        world.model.fails(None);
        world.command(&claire(), "état").await;
        let seen = seen(world).replace(['\u{a0}', '\u{202f}'], " ");
        let resting = seen.lines().find(|line| line.starts_with("- requests to ")).unwrap_or(&seen);
        assert!(resting.contains("écarté depuis 0 s après des échecs ; nouvel essai dans "), "{resting}");
    });
}
