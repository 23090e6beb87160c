//! Counts of audit events by hour, on a file and on a server.

use std::time::Duration;

use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::AuditLog as _;
use pstral_core::testkit::state::at;
use pstral_pgserver::Server;
use pstral_store::{HourlyCount, Store};

use crate::{folder, on, open};

/// Events are counted by hour, action and status since a time; others are not.
async fn check(store: &Store) {
    for (time, action, status, duration_ms) in [
        ("09:59:59", AuditAction::Question, AuditStatus::Ok, None),
        ("10:00:00", AuditAction::Question, AuditStatus::Ok, None),
        ("10:59:59", AuditAction::Question, AuditStatus::Ok, None),
        ("10:30:00", AuditAction::Answer, AuditStatus::Ok, Some(1_000)),
        ("10:40:00", AuditAction::Answer, AuditStatus::Ok, Some(3_000)),
        ("10:41:00", AuditAction::Answer, AuditStatus::Ok, None),
        ("10:45:00", AuditAction::Answer, AuditStatus::Failed, None),
        ("10:50:00", AuditAction::AuditRead, AuditStatus::Ok, None),
        ("11:00:00", AuditAction::Refusal, AuditStatus::Refused, None),
    ] {
        store.append(AuditEvent { duration_ms, ..AuditEvent::new(at(time), action, status) }).await.unwrap();
    }
    let count = |hour, action, status, events, (timed, millis)| HourlyCount {
        hour: at(hour),
        action,
        status,
        events,
        timed,
        took: Duration::from_millis(millis),
    };
    let expected = [
        count("10:00:00", AuditAction::Answer, AuditStatus::Failed, 1, (0, 0)),
        count("10:00:00", AuditAction::Answer, AuditStatus::Ok, 3, (2, 4_000)),
        count("10:00:00", AuditAction::Question, AuditStatus::Ok, 2, (0, 0)),
        count("11:00:00", AuditAction::Refusal, AuditStatus::Refused, 1, (0, 0)),
    ];
    assert_eq!(store.activity(at("10:00:00")).await.unwrap(), expected);
    assert_eq!(store.activity(at("12:00:00")).await.unwrap(), []);
}

#[tokio::test]
async fn events_are_counted_by_the_hour() {
    let folder = folder();
    check(&open(&folder).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_by_the_hour_on_a_server() {
    let Some(server) = Server::start() else { return };
    check(&on(&server, "one").await.unwrap()).await;
}
