//! How much was asked and run lately, hour by hour.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditStatus, Capability};
use pstral_store::HourlyCount;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::caller::Caller;
use super::problem::Problem;

/// The hours that are counted.
const HOURS: u32 = 24;
const HOUR: Duration = Duration::from_hours(1);

/// The last 24 hours.
#[derive(Serialize, ToSchema)]
pub(super) struct Activity {
    /// The oldest hour first; the last one is not over.
    hours: Vec<Counts>,
    total: Counts,
}

/// What happened in a time. A mean time is `null` where nothing was timed.
#[derive(Serialize, ToSchema)]
pub(super) struct Counts {
    #[schema(format = DateTime)]
    since: String,
    questions: i64,
    answers: i64,
    answers_failed: i64,
    answer_ms: Option<u64>,
    refusals: i64,
    executions: i64,
    executions_failed: i64,
    execution_ms: Option<u64>,
}

/// Counts questions, answers, refusals and executions of the last 24 hours. It names nobody and nothing.
#[utoipa::path(get, path = "/api/v1/activity", tag = "status", responses((status = 200, body = Activity)))]
pub(super) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Result<Json<Activity>, Problem> {
    caller.require(&admin, Capability::ManageUsers, "activity").await?;
    let hour = i64::try_from(HOUR.as_millis()).unwrap_or(i64::MAX);
    let this_hour = admin.now().as_millisecond() / hour * hour;
    let this_hour = Timestamp::from_millisecond(this_hour).map_err(anyhow::Error::from)?;
    let since = this_hour - HOUR * (HOURS - 1);
    let counted = admin.store.activity(since).await?;
    let hours = (0..HOURS).map(|number| since + HOUR * number);
    let hours = hours
        .map(|hour| {
            let of_hour: Vec<HourlyCount> = counted.iter().copied().filter(|count| count.hour == hour).collect();
            summary(hour, &of_hour)
        })
        .collect();
    Ok(Json(Activity { hours, total: summary(since, &counted) }))
}

fn summary(since: Timestamp, counted: &[HourlyCount]) -> Counts {
    let of = |action: AuditAction| counted.iter().filter(move |count| count.action == action);
    let events = |action| of(action).map(|count| count.events).sum::<i64>();
    let failures = |action| of(action).filter(|count| count.status == AuditStatus::Failed).map(|count| count.events);
    Counts {
        since: since.to_string(),
        questions: events(AuditAction::Question),
        answers: events(AuditAction::Answer),
        answers_failed: failures(AuditAction::Answer).sum::<i64>(),
        answer_ms: mean_ms(of(AuditAction::Answer)),
        refusals: events(AuditAction::Refusal),
        executions: events(AuditAction::Execution),
        executions_failed: failures(AuditAction::Result).sum::<i64>(),
        execution_ms: mean_ms(of(AuditAction::Result)),
    }
}

/// The mean time of the events that say how long they took, in milliseconds.
fn mean_ms<'c>(counts: impl Iterator<Item = &'c HourlyCount>) -> Option<u64> {
    let (timed, took) = counts.fold((0, Duration::ZERO), |(timed, took), one| (timed + one.timed, took + one.took));
    let timed = u128::try_from(timed).ok().filter(|timed| *timed > 0)?;
    u64::try_from(took.as_millis() / timed).ok()
}
