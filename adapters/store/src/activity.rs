//! Counts of audit events by hour, action and status.

use std::time::Duration;

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditStatus};
use pstral_core::ports::StoreError;

use crate::Store;
use crate::fault::fault;
use crate::rows::{get, time, word};
use crate::sql::sql;

const BY_HOUR: &str = "SELECT at / 3600000 * 3600000 AS hour, action, status, count(*) AS events,
        count(duration_ms) AS timed, CAST(coalesce(sum(duration_ms), 0) AS BIGINT) AS took
    FROM audit_events
    WHERE at >= $1 AND action IN ('question', 'answer', 'refusal', 'execution', 'result')
    GROUP BY at / 3600000, action, status ORDER BY at / 3600000, action, status";

/// The audit events of one hour with the same action and status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourlyCount {
    /// The beginning of the hour, UTC.
    pub hour: Timestamp,
    /// The action: of questions and statements only.
    pub action: AuditAction,
    /// The status.
    pub status: AuditStatus,
    /// The number of events.
    pub events: i64,
    /// The number of events that say how long they took.
    pub timed: i64,
    /// The time that those took together.
    pub took: Duration,
}

impl Store {
    /// Counts questions, answers, refusals, executions and results since a time, hour by hour.
    pub async fn activity(&self, since: Timestamp) -> Result<Vec<HourlyCount>, StoreError> {
        let rows = sql(BY_HOUR).bind(since.as_millisecond()).fetch_all(self).await.map_err(fault)?;
        let count = |row| {
            let took = u64::try_from(get::<i64>(row, "took")?).unwrap_or_default();
            Ok(HourlyCount {
                hour: time(row, "hour")?,
                action: word(row, "action", AuditAction::from_word)?,
                status: word(row, "status", AuditStatus::from_word)?,
                events: get(row, "events")?,
                timed: get(row, "timed")?,
                took: Duration::from_millis(took),
            })
        };
        rows.iter().map(count).collect()
    }
}
