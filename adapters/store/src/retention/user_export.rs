//! Exports all data of a person as one JSON document.

use std::io::Write;

use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEvent, UserId};
use pstral_core::ports::AuditLog;
use serde_json::{Map, Value as Json};

use super::event;
use crate::Store;
use crate::audit_rows::entry;
use crate::engine::StateTransaction;
use crate::rows::timestamp;
use crate::sql::{Row, Value, sql};
use crate::transfer::TransferError;

const USER: &str =
    "SELECT id, username, full_name, email, role, locale, timezone, disabled, created_at FROM users WHERE id = $1";

/// The lists of the document with their rows; nothing by which anybody could act as the person is in them. `$1` is the
/// user.
pub(super) const LISTS: &[(&str, &str)] = &[
    ("links", "SELECT * FROM links WHERE user_id = $1 ORDER BY platform, actor"),
    (
        "sign_ins",
        "SELECT id, is_token, name, capabilities, created_at, used_at, expires_at FROM sign_ins WHERE user_id = $1
            ORDER BY created_at, id",
    ),
    ("link_codes", "SELECT expires_at, issued_by FROM link_codes WHERE user_id = $1"),
    (
        "link_requests",
        "SELECT r.platform, r.actor, r.name, r.expires_at FROM link_requests r
            JOIN links l ON l.platform = r.platform AND l.actor = r.actor WHERE l.user_id = $1",
    ),
    (
        "wrong_codes",
        "SELECT w.* FROM wrong_codes w JOIN links l ON l.platform = w.platform AND l.actor = w.actor
            WHERE l.user_id = $1 ORDER BY w.id",
    ),
    ("conversations", "SELECT * FROM conversations WHERE user_id = $1 ORDER BY id"),
    (
        "turns",
        "SELECT t.* FROM conversations c JOIN turns t ON t.conversation_id = c.id WHERE c.user_id = $1
            ORDER BY c.id, t.id",
    ),
    ("proposals", "SELECT * FROM proposals WHERE author_id = $1 ORDER BY number"),
    (
        "proposal_messages",
        "SELECT m.* FROM proposals p JOIN proposal_messages m ON m.proposal = p.id WHERE p.author_id = $1 ORDER BY m.id",
    ),
    (
        "verified_queries",
        "SELECT * FROM verified_queries WHERE proposed_by = $1 OR approved_by = $1 OR edited_by = $1 OR retired_by = $1
            ORDER BY target, id, source",
    ),
    ("ratings", "SELECT * FROM ratings WHERE user_id = $1 ORDER BY rated_at, answer"),
    (
        "reviews",
        "SELECT * FROM reviews WHERE conversation_id IN (SELECT c.id FROM conversations c WHERE c.user_id = $1) ORDER BY number",
    ),
    ("agreements", "SELECT id, target, statement, created_at FROM proposals WHERE agreed_by = $1 ORDER BY number"),
];

// An account may have been somebody else's before: what names another is not theirs.
const ENTRIES: &str = "SELECT * FROM audit_events WHERE user_id = $1
        OR user_id IS NULL AND (platform, actor) IN (SELECT l.platform, l.actor FROM links l WHERE l.user_id = $1)
    ORDER BY at, position";

impl Store {
    /// Writes all that is held on a person, as it stands at one moment, after having recorded that it does. Memory does
    /// not grow with it.
    pub async fn export_user(
        &self,
        audit: &dyn AuditLog,
        user: UserId,
        now: Timestamp,
        by: Option<&str>,
        out: &mut (dyn Write + Send),
    ) -> Result<(), TransferError> {
        audit.append(AuditEvent { user: Some(user), ..event(now, AuditAction::UserExported, by, None) }).await?;
        let mut reading = self.engine.snapshot().await?;
        let person = sql(USER).bind(user.0).fetch_one(&mut reading).await?;
        write!(out, "{{\"at\":\"{now}\",\n\"user\":{}", Json::Object(object(&person)?))?;
        for (name, select) in LISTS {
            write_list(&mut reading, user, (name, select), out, |row, out| {
                serde_json::to_writer(out, &object(row)?).map_err(|error| TransferError::Stream(error.into()))
            })
            .await?;
        }
        write_list(&mut reading, user, ("audit", ENTRIES), out, |row, out| {
            Ok(out.write_all(entry(row)?.to_json().as_bytes())?)
        })
        .await?;
        out.write_all(b"}\n")?;
        Ok(out.flush()?)
    }
}

/// A list, a row a line.
async fn write_list(
    reading: &mut StateTransaction,
    user: UserId,
    (name, select): (&str, &'static str),
    out: &mut (dyn Write + Send),
    mut each: impl FnMut(&Row, &mut (dyn Write + Send)) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    write!(out, ",\n\"{name}\":[")?;
    let mut between = "\n";
    sql(select)
        .bind(user.0)
        .for_each(reading, |row| {
            out.write_all(between.as_bytes())?;
            between = ",\n";
            each(&row, out)
        })
        .await?;
    Ok(out.write_all(b"]")?)
}

/// A row by the names of its columns; what ends with `_at` is a time, UTC.
fn object(row: &Row) -> Result<Map<String, Json>, TransferError> {
    let values = row.values()?.into_iter().zip(row.columns()).map(|(value, column)| {
        let value = match value {
            Value::Number(Some(number)) if column.ends_with("_at") => {
                timestamp(number).map_or(Json::from(number), |at| Json::from(at.to_string()))
            }
            Value::Number(number) => Json::from(number),
            Value::Text(text) => Json::from(text),
        };
        (column, value)
    });
    Ok(values.collect())
}
