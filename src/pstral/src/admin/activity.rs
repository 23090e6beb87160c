//! How much was asked and run lately, hour by hour.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus, Capability};
use pstral_store::HourlyCount;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::audit_events::names;
use super::caller::Caller;
use super::problem::Problem;

/// The hours that are counted.
const HOURS: u32 = 24;
const HOUR: Duration = Duration::from_hours(1);
/// The slowest statements that are named.
const SLOWEST: u32 = 5;

/// The last 24 hours.
#[derive(Serialize, ToSchema)]
pub(super) struct Activity {
    /// The oldest hour first; the last one is not over.
    hours: Vec<Counts>,
    total: Counts,
    /// The statements that took longest, the slowest first; `null` for a caller without `audit.read`, and where the audit
    /// cannot record that they were read.
    slowest: Option<Vec<SlowStatement>>,
}

/// A statement that ran, by the audit entry of its end.
#[derive(Serialize, ToSchema)]
pub(super) struct SlowStatement {
    instance: String,
    seq: i64,
    #[schema(format = DateTime)]
    at: String,
    username: Option<String>,
    target: Option<String>,
    /// `ok`, `failed` or `stopped`.
    status: &'static str,
    duration_ms: Option<i64>,
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
    /// From the request to the model until the first visible text, in the queue too.
    first_text_ms: Option<u64>,
    /// What the model wrote a second, thoughts included.
    tokens_per_second: Option<f64>,
    refusals: i64,
    executions: i64,
    executions_failed: i64,
    execution_ms: Option<u64>,
}

/// Counts questions, answers, refusals and executions of the last 24 hours. Whoever may read the audit is also told which
/// statements took longest, which is recorded.
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
    let slowest = if caller.may(&admin, Capability::ReadAudit) { slowest(&admin, &caller, since).await? } else { None };
    Ok(Json(Activity { hours, total: summary(since, &counted), slowest }))
}

/// The slowest statements; none where it cannot be recorded that they were looked at, as the rest is no audit.
async fn slowest(admin: &Admin, caller: &Caller, since: Timestamp) -> Result<Option<Vec<SlowStatement>>, Problem> {
    let read = admin.event_of(caller, AuditAction::AuditRead);
    if admin.record(AuditEvent { detail: Some("slowest statements".to_owned()), ..read }).await.is_err() {
        return Ok(None);
    }
    let found = admin.store.slowest_results(since, SLOWEST).await?;
    let names = names(admin, &found).await?;
    let view = |AuditEntry { instance, seq, event, .. }: AuditEntry| SlowStatement {
        instance,
        seq,
        at: event.at.to_string(),
        username: event.user.and_then(|user| names.get(&user.0.to_string()).cloned()),
        target: event.target,
        status: event.status.word(),
        duration_ms: event.duration_ms,
    };
    Ok(Some(found.into_iter().map(view).collect()))
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
        answer_ms: mean_ms(of(AuditAction::Answer).map(|count| (count.timed, count.took))),
        first_text_ms: mean_ms(of(AuditAction::Answer).map(|count| (count.first_texts, count.first_text))),
        tokens_per_second: speed(of(AuditAction::Answer)),
        refusals: events(AuditAction::Refusal),
        executions: events(AuditAction::Execution),
        executions_failed: failures(AuditAction::Result).sum::<i64>(),
        execution_ms: mean_ms(of(AuditAction::Result).map(|count| (count.timed, count.took))),
    }
}

/// The mean of times, each the sum of so many, in milliseconds.
fn mean_ms(times: impl Iterator<Item = (i64, Duration)>) -> Option<u64> {
    let (count, took) = times.fold((0, Duration::ZERO), |(count, took), one| (count + one.0, took + one.1));
    let count = u128::try_from(count).ok().filter(|count| *count > 0)?;
    u64::try_from(took.as_millis() / count).ok()
}

/// Tokens a second, to a tenth.
#[expect(clippy::cast_precision_loss, reason = "a day has far fewer tokens than an f64 tells apart")]
fn speed<'c>(counts: impl Iterator<Item = &'c HourlyCount>) -> Option<f64> {
    let (tokens, writing) =
        counts.fold((0, Duration::ZERO), |(tokens, writing), one| (tokens + one.tokens, writing + one.writing));
    (!writing.is_zero()).then(|| (tokens as f64 / writing.as_secs_f64() * 10.0).round() / 10.0)
}
