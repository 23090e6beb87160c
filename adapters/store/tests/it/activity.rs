//! Counts of audit events by hour, and the slowest results, on a file and on a server.

use std::time::Duration;

use pstral_core::domain::{AnswerMeasures, AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::AuditLog as _;
use pstral_core::testkit::state::at;
use pstral_pgserver::Server;
use pstral_store::{HourlyCount, Store};

use crate::{folder, on, open};

/// The audit of two hours.
async fn write(store: &Store) {
    let measures = |first_text_ms, answer_tokens, writing_ms| {
        AnswerMeasures { first_text_ms, prompt_tokens: Some(15), answer_tokens, writing_ms }.json()
    };
    // Not those of an answer, whatever they are called.
    let others = || Some(r#"{"first_text_ms":"soon","answer_tokens":7,"writing_ms":7}"#.to_owned());
    for (time, action, status, duration_ms, parameters) in [
        ("09:59:59", AuditAction::Question, AuditStatus::Ok, None, None),
        ("10:00:00", AuditAction::Question, AuditStatus::Ok, None, None),
        ("10:59:59", AuditAction::Question, AuditStatus::Ok, None, None),
        ("10:30:00", AuditAction::Answer, AuditStatus::Ok, Some(1_000), measures(Some(200), Some(50), Some(800))),
        ("10:40:00", AuditAction::Answer, AuditStatus::Ok, Some(3_000), measures(Some(600), Some(10), Some(1_200))),
        ("10:41:00", AuditAction::Answer, AuditStatus::Ok, None, measures(None, Some(1_000), None)),
        ("10:42:00", AuditAction::Answer, AuditStatus::Ok, None, measures(None, Some(1_000), Some(0))),
        ("10:45:00", AuditAction::Answer, AuditStatus::Failed, None, None),
        ("10:50:00", AuditAction::AuditRead, AuditStatus::Ok, None, None),
        ("10:51:00", AuditAction::Result, AuditStatus::Ok, Some(40), others()),
        ("10:52:00", AuditAction::Result, AuditStatus::Failed, Some(9_000), None),
        ("10:53:00", AuditAction::Result, AuditStatus::Ok, Some(70), None),
        ("10:54:00", AuditAction::Result, AuditStatus::Failed, None, None),
        ("11:00:00", AuditAction::Refusal, AuditStatus::Refused, None, None),
    ] {
        let event = AuditEvent { duration_ms, parameters, ..AuditEvent::new(at(time), action, status) };
        store.append(event).await.unwrap();
    }
}

/// Events are counted by hour, action and status since a time; others are not.
async fn check(store: &Store) {
    write(store).await;
    let count = |hour, action, status, events, (timed, millis)| HourlyCount {
        hour: at(hour),
        action,
        status,
        events,
        timed,
        took: Duration::from_millis(millis),
        first_texts: 0,
        first_text: Duration::ZERO,
        tokens: 0,
        writing: Duration::ZERO,
    };
    let expected = [
        count("10:00:00", AuditAction::Answer, AuditStatus::Failed, 1, (0, 0)),
        HourlyCount {
            first_texts: 2,
            first_text: Duration::from_millis(800),
            tokens: 60,
            writing: Duration::from_secs(2),
            ..count("10:00:00", AuditAction::Answer, AuditStatus::Ok, 4, (2, 4_000))
        },
        count("10:00:00", AuditAction::Question, AuditStatus::Ok, 2, (0, 0)),
        count("10:00:00", AuditAction::Result, AuditStatus::Failed, 2, (1, 9_000)),
        count("10:00:00", AuditAction::Result, AuditStatus::Ok, 2, (2, 110)),
        count("11:00:00", AuditAction::Refusal, AuditStatus::Refused, 1, (0, 0)),
    ];
    assert_eq!(store.activity(at("10:00:00")).await.unwrap(), expected);
    assert_eq!(store.activity(at("12:00:00")).await.unwrap(), []);
    let slowest = async |since, limit| -> Vec<Option<i64>> {
        let found = store.slowest_results(at(since), limit).await.unwrap();
        found.iter().map(|entry| entry.event.duration_ms).collect()
    };
    assert_eq!(slowest("10:00:00", 2).await, [Some(9_000), Some(70)]);
    assert_eq!(slowest("10:53:00", 5).await, [Some(70)]);
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
