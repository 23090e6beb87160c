//! What is known of a target: while it is away, after others read it, and when its account may do too much.

use std::sync::Arc;
use std::time::Duration;

use pstral_core::domain::{Catalog, CatalogColumn, Dialect, KeptCatalog, Relation, RelationKind, Role};
use pstral_core::ports::{Catalogs, Excess, ExcessKind, Privileges, TargetError};
use pstral_core::settings::{Delivery, Terms};
use pstral_core::targets::{Reading, Schema, Target};
use pstral_core::testkit::clock::FakeClock;
use pstral_core::testkit::query_target::FakeTarget;
use pstral_core::testkit::state::MemoryState;
use tokio::time::advance;

/// A target and a second one on the same database and state, as another program has it.
struct World {
    port: Arc<FakeTarget>,
    state: MemoryState,
    clock: FakeClock,
}

impl World {
    fn new() -> Self {
        let column = CatalogColumn::new("id", "INTEGER");
        let clients = Relation::new("main", "clients", RelationKind::Table, vec![column]);
        let port = Arc::new(FakeTarget::new(Catalog::new(Dialect::Sqlite, "main", vec![clients])));
        Self { port, state: MemoryState::default(), clock: FakeClock::at("2026-11-21T10:00:00Z") }
    }

    fn target(&self, terms: Terms) -> Target {
        Target::new("crm", "", Arc::clone(&self.port) as _, terms)
    }

    fn reading(&self) -> Reading<'_> {
        Reading { verified: &[], catalogs: &self.state, clock: &self.clock }
    }

    async fn schema(&self, target: &Target) -> Result<Arc<Schema>, TargetError> {
        target.schema(&Role::member(), self.reading()).await
    }
}

fn superuser() -> Excess {
    Excess { kind: ExcessKind::Superuser, what: "SUPERUSER".to_owned() }
}

fn away() -> TargetError {
    TargetError::Unavailable("no route".to_owned())
}

const MOMENT: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_hours(24);

#[tokio::test(start_paused = true)]
async fn a_target_that_is_away_is_left_alone_for_a_while_and_its_last_catalog_used() {
    let world = World::new();
    let target = world.target(Terms::default());
    world.port.set_down(Some(away()));
    assert!(world.schema(&target).await.is_err());
    world.port.set_down(None);
    assert!(world.schema(&target).await.is_err(), "it failed a moment ago");
    advance(MOMENT).await;
    let first = world.schema(&target).await.expect("it is back");

    world.port.set_down(Some(away()));
    advance(DAY).await;
    let last = world.schema(&target).await.expect("the last one is used");
    assert!(Arc::ptr_eq(&first, &last));
    world.port.set_down(None);
    advance(MOMENT).await;
    let again = world.schema(&target).await.expect("it is back");
    assert!(!Arc::ptr_eq(&first, &again));
}

#[tokio::test(start_paused = true)]
async fn the_catalog_of_an_earlier_run_serves_while_the_target_is_away() {
    let world = World::new();
    world.schema(&world.target(Terms::default())).await.unwrap();
    world.port.set_down(Some(away()));
    let later = world.target(Terms::default());
    let schema = world.schema(&later).await.expect("what was kept is used");
    assert_eq!(schema.catalog.tables[0].name, "clients");
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_kept_serves_no_longer_than_it_must() {
    let world = World::new();
    world.schema(&world.target(Terms::default())).await.unwrap();
    world.port.set_down(Some(away()));
    let later = world.target(Terms::default());
    let borrowed = world.schema(&later).await.unwrap();
    world.port.set_down(None);
    world.port.set_privileges(Privileges { account: "bot".to_owned(), excesses: vec![superuser()] });
    advance(MOMENT).await;
    assert!(
        matches!(world.schema(&later).await, Err(TargetError::Privileged(_))),
        "it is looked at as soon as it is back"
    );

    world.port.set_down(Some(away()));
    advance(MOMENT).await;
    let gone = world.schema(&world.target(Terms::default())).await.err();
    assert_eq!(gone, Some(away()), "what was refused does not come back with the next failure");
    world.port.set_down(None);
    world.port.set_privileges(Privileges::default());
    advance(MOMENT).await;
    assert!(!Arc::ptr_eq(&borrowed, &world.schema(&later).await.unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_catalog_of_another_kind_of_database_is_none() {
    let world = World::new();
    let other = Catalog::new(Dialect::Oracle, "CRM", Vec::new());
    let kept = KeptCatalog::new(other, "2026-11-21T09:00:00Z".parse().unwrap());
    world.state.keep_catalog("crm", &kept).await.unwrap();
    world.port.set_down(Some(away()));
    assert_eq!(world.schema(&world.target(Terms::default())).await.err(), Some(away()));
}

#[tokio::test(start_paused = true)]
async fn what_another_program_read_is_used_at_once() {
    let world = World::new();
    let (running, beside) = (world.target(Terms::default()), world.target(Terms::default()));
    let first = world.schema(&running).await.unwrap();
    assert!(Arc::ptr_eq(&first, &world.schema(&running).await.unwrap()), "it is young");

    world.clock.advance(MOMENT);
    let refreshed = beside.refresh(world.reading()).await.unwrap();
    assert_eq!(refreshed.changed, Some(false));
    assert_eq!(world.state.catalog_read_at("crm").await.unwrap(), Some(refreshed.kept.read_at));
    world.port.set_down(Some(away()));
    let second = world.schema(&running).await.expect("the database is not asked");
    assert!(!Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&second, &world.schema(&running).await.unwrap()), "once");

    assert!(beside.refresh(world.reading()).await.is_err(), "who asks for it hears that it failed");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_may_do_too_much_is_refused_unless_somebody_allowed_it() {
    let world = World::new();
    let target = world.target(Terms::default());
    world.schema(&target).await.unwrap();
    for (kind, refused) in [(ExcessKind::Superuser, true), (ExcessKind::Owner, true), (ExcessKind::Write, false)] {
        let excess = Excess { kind, what: "ANY".to_owned() };
        world.port.set_privileges(Privileges { account: "bot".to_owned(), excesses: vec![excess] });
        advance(DAY).await;
        let schema = world.schema(&target).await;
        assert_eq!(matches!(schema, Err(TargetError::Privileged(_))), refused, "{kind:?}: no old catalog helps");
        let allowed = world.target(Terms { allow_privileged: true, ..Terms::default() });
        world.schema(&allowed).await.expect("somebody allowed it");
        advance(DAY).await;
    }
}

#[tokio::test(start_paused = true)]
async fn private_tables_are_known_by_the_names_the_guard_gives_them() {
    let world = World::new();
    let private = |entries: &[&str]| Delivery {
        private: false,
        private_tables: entries.iter().map(|entry| (*entry).to_owned()).collect(),
    };
    let target = world.target(Terms { delivery: private(&["CLIENTS", "nowhere"]), ..Terms::default() });
    let schema = world.schema(&target).await.unwrap();
    assert_eq!(schema.private.keys().collect::<Vec<_>>(), ["clients"]);
    assert_eq!(target.unmatched_policy().await.unwrap(), ["nowhere"], "a misspelt entry protects nothing");
    let column = world.target(Terms { delivery: private(&["main.clients.id"]), ..Terms::default() });
    assert_eq!(world.schema(&column).await.unwrap().private.len(), 1);
}
