//! How much was asked and run lately, hour by hour.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditStatus, Capability};
use pstral_store::HourlyCount;
use serde_json::{Value, json};

use super::Admin;
use super::caller::Caller;
use super::problem::Problem;

/// The hours that are counted.
const HOURS: u32 = 24;
const HOUR: Duration = Duration::from_hours(1);

/// Counts questions, answers, refusals and executions of the last 24 hours. It names nobody and nothing.
pub(super) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Value>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "activity").await?;
    let hour = i64::try_from(HOUR.as_millis()).unwrap_or(i64::MAX);
    let this_hour = admin.now().as_millisecond() / hour * hour;
    let this_hour = Timestamp::from_millisecond(this_hour).map_err(anyhow::Error::from)?;
    let since = this_hour - HOUR * (HOURS - 1);
    let counted = admin.store.activity(since).await?;
    let hours = (0..HOURS).map(|number| since + HOUR * number);
    let hours: Vec<Value> = hours
        .map(|hour| {
            let of_hour: Vec<HourlyCount> = counted.iter().copied().filter(|count| count.hour == hour).collect();
            summary(hour, &of_hour)
        })
        .collect();
    Ok(Json(json!({ "hours": hours, "total": summary(since, &counted) })))
}

fn summary(since: Timestamp, counted: &[HourlyCount]) -> Value {
    let of = |action: AuditAction| counted.iter().filter(move |count| count.action == action);
    let events = |action| of(action).map(|count| count.events).sum::<i64>();
    let failures = |action| of(action).filter(|count| count.status == AuditStatus::Failed).map(|count| count.events);
    json!({
        "since": since.to_string(),
        "questions": events(AuditAction::Question),
        "answers": events(AuditAction::Answer),
        "answers_failed": failures(AuditAction::Answer).sum::<i64>(),
        "answer_ms": mean_ms(of(AuditAction::Answer)),
        "refusals": events(AuditAction::Refusal),
        "executions": events(AuditAction::Execution),
        "executions_failed": failures(AuditAction::Result).sum::<i64>(),
        "execution_ms": mean_ms(of(AuditAction::Result)),
    })
}

/// The mean time of the events that say how long they took, in milliseconds.
fn mean_ms<'c>(counts: impl Iterator<Item = &'c HourlyCount>) -> Option<u64> {
    let (timed, took) = counts.fold((0, Duration::ZERO), |(timed, took), one| (timed + one.timed, took + one.took));
    let timed = u128::try_from(timed).ok().filter(|timed| *timed > 0)?;
    u64::try_from(took.as_millis() / timed).ok()
}
