//! What is known of a target while it is away.

use std::sync::Arc;
use std::time::Duration;

use pstral_core::domain::{Catalog, Dialect, Role};
use pstral_core::pipeline::{Grants, Target};
use pstral_core::ports::TargetError;
use pstral_core::testkit::clock::FakeClock;
use pstral_core::testkit::query_target::FakeTarget;

#[tokio::test(start_paused = true)]
async fn a_target_that_is_away_is_left_alone_for_a_while_and_its_last_catalog_used() {
    let (moment, day) = (Duration::from_secs(10), Duration::from_hours(24));
    let catalog = Catalog::new(Dialect::Sqlite, "main", Vec::new());
    let port = Arc::new(FakeTarget::new(catalog));
    let target = Target::new("crm", "", Arc::clone(&port) as _, Grants::default());
    let clock = FakeClock::at("2026-11-21T10:00:00Z");
    let away = || Some(TargetError::Unavailable("no route".to_owned()));

    port.set_down(away());
    assert!(target.schema(Role::Member, &[], &clock).await.is_err());
    port.set_down(None);
    assert!(target.schema(Role::Member, &[], &clock).await.is_err(), "it failed a moment ago");
    tokio::time::advance(moment).await;
    let first = target.schema(Role::Member, &[], &clock).await.expect("it is back");

    port.set_down(away());
    tokio::time::advance(day).await;
    let last = target.schema(Role::Member, &[], &clock).await.expect("the last one is used");
    assert!(Arc::ptr_eq(&first, &last));
    port.set_down(None);
    tokio::time::advance(moment).await;
    let again = target.schema(Role::Member, &[], &clock).await.expect("it is back");
    assert!(!Arc::ptr_eq(&first, &again));
}
