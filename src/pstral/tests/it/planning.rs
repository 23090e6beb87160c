//! Statements that the database cannot plan: refused, and recorded, before anybody can run them.

use std::sync::Arc;

use pstral_core::domain::{Catalog, CatalogColumn, ColumnKind, Dialect, Relation, RelationKind, Value};
use pstral_core::ports::TargetError;
use pstral_core::settings::Terms;
use pstral_core::testkit::query_target::{FakeTarget, Reply};

use crate::world::{Setup, World, alex, camille, deny, run_test, run_test_with};

const STATEMENT: &str = "SELECT id FROM clients";
const WRITTEN: &str = "```sql\nSELECT id FROM clients\n```";
const LIGHTER: &str = "```sql\nSELECT id FROM clients WHERE id = 1\n```";
const QUESTION: &str = "Les clients, peu importe lesquels";

/// A database that gives no estimates, on these terms.
fn database(terms: Terms) -> (Arc<FakeTarget>, Setup) {
    let column = CatalogColumn::new("id", "INTEGER");
    let clients = Relation::new("public", "clients", RelationKind::Table, vec![column]);
    let target = Arc::new(FakeTarget::new(Catalog::new(Dialect::Postgres, "public", vec![clients])));
    let rows = Reply::rows(&[("id", ColumnKind::Number)], vec![vec![Value::Integer(7)]]);
    target.answer("SELECT id FROM public.clients", rows);
    let engine: Arc<FakeTarget> = Arc::clone(&target);
    (target, Setup { engine: Some(engine), rules: deny(&[]), terms, ..Setup::default() })
}

fn too_large() -> TargetError {
    TargetError::OutOfMemory("heap".to_owned())
}

async fn details(world: &World) -> Vec<String> {
    world.entries().await.into_iter().filter_map(|entry| entry.event.detail).collect()
}

#[test]
fn what_cannot_be_planned_is_refused_and_recorded() {
    for (error, told, recorded) in [
        (
            TargetError::Timeout { seconds: 10 },
            "The database could not plan it within 10 seconds: it asks for too much at once.",
            "it could not be planned: the statement ran longer than 10 s",
        ),
        (
            too_large(),
            "The statement needs more memory than it may use here.",
            "it could not be planned: the statement needs too much memory: heap",
        ),
        (
            TargetError::Failed("/srv/secret".to_owned()),
            "The database failed while planning it.",
            "it could not be planned: the database failed: /srv/secret",
        ),
    ] {
        let (target, setup) = database(Terms::default());
        target.set_unplanned(Some(error));
        run_test_with(setup, async |world| {
            world.command(&alex(), &format!("edit {STATEMENT}")).await;
            let shown = world.newest();
            assert!(shown.starts_with("🛡️ This statement cannot be run. ") && shown.contains(told), "{shown}");
            assert!(!world.offers_something() && !shown.contains("secret"), "{shown}");
            world.command(&alex(), "execute").await;
            assert_eq!(world.target.ran(), []);
            assert_eq!(world.audit_lines().await, "refusal refused alex\n");
            assert_eq!(details(world).await, [recorded]);
            target.set_unplanned(None);
            world.command(&alex(), &format!("edit {STATEMENT}")).await;
            assert!(world.offers_something(), "it was not the statement for good");
        });
    }
}

#[test]
fn a_database_that_is_away_leaves_statements_to_be_run_later_unless_costs_are_limited() {
    for (max_cost, offered) in [(None, true), (Some(1_000.0), false)] {
        for (error, told) in [
            (TargetError::Unavailable("x".to_owned()), "The database cannot be found or opened."),
            (TargetError::Busy("x".to_owned()), "The database is busy right now."),
        ] {
            let (target, setup) = database(Terms { max_cost, ..Terms::default() });
            target.set_unplanned(Some(error));
            run_test_with(setup, async |world| {
                world.command(&alex(), &format!("edit {STATEMENT}")).await;
                assert_eq!(world.offers_something(), offered, "{}", world.newest());
                assert_eq!(world.newest().starts_with(told), !offered, "{}", world.newest());
            });
        }
    }
}

#[test]
fn without_an_estimate_only_a_limit_that_somebody_set_holds_a_statement_up() {
    for (default_cost, waits) in [(true, false), (false, true)] {
        let (_, setup) = database(Terms { max_cost: Some(1e7), default_cost, ..Terms::default() });
        run_test_with(setup, async |world| {
            world.command(&alex(), &format!("edit {STATEMENT}")).await;
            assert_eq!(world.newest().contains("a steward must agree"), waits, "{}", world.newest());
            world.command(&alex(), "execute").await;
            assert_eq!(world.target.ran().len(), usize::from(!waits));
        });
    }
}

#[test]
fn a_heavy_statement_goes_back_to_the_model_once() {
    run_test(async |world| {
        world.target.rejects.lock().unwrap().push(too_large());
        world.model_says(WRITTEN);
        world.model_says(LIGHTER);
        world.say(&camille(), QUESTION).await;
        assert!(world.offers_something());
        let check = world.model.requests()[1].messages.last().unwrap().text.clone();
        assert!(check.contains("refusée : La requête demande plus de mémoire"), "{check}");
    });
    run_test(async |world| {
        world.target.rejects.lock().unwrap().extend([too_large(), TargetError::Timeout { seconds: 10 }]);
        world.model_says(WRITTEN);
        world.model_says(LIGHTER);
        world.say(&camille(), QUESTION).await;
        assert!(!world.offers_something());
        assert_eq!(world.model.requests().len(), 2, "not a third time");
        assert!(world.newest().contains("planifier en 10 secondes"), "{}", world.newest());
    });
}

#[test]
fn a_planner_that_fails_does_not_send_the_statement_back() {
    run_test(async |world| {
        world.target.rejects.lock().unwrap().push(TargetError::Failed("x".to_owned()));
        world.model_says(WRITTEN);
        world.say(&camille(), QUESTION).await;
        assert!(!world.offers_something());
        assert_eq!(world.model.requests().len(), 1);
    });
}
