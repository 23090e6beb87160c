//! Counts of audit events by hour, action and status, and the statements that took longest.

use std::time::Duration;

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEntry, AuditStatus};
use pstral_core::ports::StoreError;

use crate::Store;
use crate::audit_rows::entry;
use crate::engine::Engine;
use crate::fault::fault;
use crate::rows::{get, time, word};
use crate::sql::{dynamic_sql, sql};

const SLOWEST: &str = "SELECT * FROM audit_events WHERE action = 'result' AND at >= $1 AND duration_ms IS NOT NULL
    ORDER BY duration_ms DESC, at DESC, position DESC LIMIT $2";

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
    /// The number of answers that say when their first text came.
    pub first_texts: i64,
    /// The time until then, of those together.
    pub first_text: Duration,
    /// The tokens of the answers that say how long they were written.
    pub tokens: i64,
    /// The time in which those were written.
    pub writing: Duration,
}

/// A number among the [`pstral_core::domain::AnswerMeasures`] of an answer.
fn measure(engine: &Engine, name: &str) -> String {
    let member = engine.pick(format!("parameters ->> '{name}'"), format!("CAST(parameters AS json) ->> '{name}'"));
    format!("CASE WHEN action = 'answer' THEN CAST({member} AS BIGINT) END")
}

fn by_hour(engine: &Engine) -> String {
    let [first_text, tokens, writing] =
        ["first_text_ms", "answer_tokens", "writing_ms"].map(|name| measure(engine, name));
    let sum = |of: &str| format!("CAST(coalesce(sum({of}), 0) AS BIGINT)");
    let (took, first_texts) = (sum("duration_ms"), sum("first_text"));
    // A speed needs both.
    let (tokens_written, time_written) =
        (sum("CASE WHEN writing > 0 THEN tokens END"), sum("CASE WHEN tokens > 0 THEN writing END"));
    format!(
        "SELECT hour, action, status, count(*) AS events, count(duration_ms) AS timed, {took} AS took,
            count(first_text) AS first_texts, {first_texts} AS first_took, {tokens_written} AS tokens,
            {time_written} AS writing
        FROM (
            SELECT at / 3600000 * 3600000 AS hour, action, status, duration_ms, {first_text} AS first_text,
                {tokens} AS tokens, {writing} AS writing
            FROM audit_events
            WHERE at >= $1 AND action IN ('question', 'answer', 'refusal', 'execution', 'result')
        ) AS counted
        GROUP BY hour, action, status ORDER BY hour, action, status"
    )
}

impl Store {
    /// Counts questions, answers, refusals, executions and results since a time, hour by hour.
    pub async fn activity(&self, since: Timestamp) -> Result<Vec<HourlyCount>, StoreError> {
        let counts = dynamic_sql(by_hour(&self.engine)).bind(since.as_millisecond());
        let rows = counts.fetch_all(self).await.map_err(fault)?;
        let count = |row| {
            let millis =
                |column| Ok(Duration::from_millis(u64::try_from(get::<i64>(row, column)?).unwrap_or_default()));
            Ok(HourlyCount {
                hour: time(row, "hour")?,
                action: word(row, "action", AuditAction::from_word)?,
                status: word(row, "status", AuditStatus::from_word)?,
                events: get(row, "events")?,
                timed: get(row, "timed")?,
                took: millis("took")?,
                first_texts: get(row, "first_texts")?,
                first_text: millis("first_took")?,
                tokens: get(row, "tokens")?,
                writing: millis("writing")?,
            })
        };
        rows.iter().map(count).collect()
    }

    /// Reads the results since a time whose statements took longest, the slowest first.
    pub async fn slowest_results(&self, since: Timestamp, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sql(SLOWEST).bind(since.as_millisecond()).bind(limit).fetch_all(self).await.map_err(fault)?;
        rows.iter().map(entry).collect()
    }
}
