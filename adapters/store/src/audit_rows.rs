//! Audit entries as rows, and rows as entries.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use pstral_core::domain::{
    AuditAction, AuditDelivery, AuditEntry, AuditEvent, AuditHash, AuditSeal, AuditStatus, AuditVerdict, UserId,
};
use pstral_core::ports::StoreError;

use crate::engine::Writing;
use crate::fault::fault;
use crate::rows::{get, time, unexpected, word};
use crate::sql::{FromColumn, Row, Sql, sql};

/// The columns that are written, in this order.
const COLUMNS: [&str; 31] = [
    "instance",
    "seq",
    "previous",
    "hash",
    "at",
    "action",
    "status",
    "platform",
    "actor",
    "user_id",
    "ip",
    "place",
    "conversation",
    "proposal",
    "target",
    "relations",
    "statement",
    "statement_hash",
    "parameters",
    "verdict",
    "rule",
    "model",
    "prompt_hash",
    "cost",
    "row_count",
    "duration_ms",
    "delivery",
    "detail",
    "error",
    "covers",
    "salt",
];

/// How many rows one statement writes: a few sizes, so that each is prepared once.
const SIZES: [usize; 3] = [64, 8, 1];

static ENTRIES: LazyLock<[String; 3]> = LazyLock::new(|| {
    let into = format!("INSERT INTO audit_events ({}) VALUES ", COLUMNS.join(", "));
    SIZES.map(|rows| format!("{into}{} RETURNING seq, position", values(rows, COLUMNS.len())))
});

static RELATIONS: LazyLock<[String; 3]> = LazyLock::new(|| {
    SIZES.map(|rows| format!("INSERT INTO audit_relations (relation, at, position) VALUES {}", values(rows, 3)))
});

/// `($1, $2), ($3, $4)`.
fn values(rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            let _ = write!(text, "{}${}", if column == 1 { "" } else { ", " }, row * columns + column);
        }
        text.push(')');
    }
    text
}

/// Cuts what is to be written into pieces of the sizes for which there are statements.
fn pieces<'a, T>(mut rest: &'a [T], statements: &'static [String; 3]) -> Vec<(&'static str, &'a [T])> {
    let mut pieces = Vec::new();
    for (size, statement) in SIZES.into_iter().zip(statements) {
        while rest.len() >= size {
            let (piece, left) = rest.split_at(size);
            pieces.push((statement.as_str(), piece));
            rest = left;
        }
    }
    pieces
}

/// Writes entries and the relations they name, and fills in the positions they were given. The entries are of one chain
/// and follow each other.
pub(crate) async fn write(writing: &mut Writing, entries: &mut [AuditEntry]) -> Result<(), StoreError> {
    let Some(first) = entries.first().map(|entry| entry.seq) else { return Ok(()) };
    let mut positions = vec![0; entries.len()];
    for (statement, piece) in pieces(entries, &ENTRIES) {
        let rows = piece.iter().fold(sql(statement), bound).fetch_all(&mut *writing).await.map_err(fault)?;
        // Not said to be in the order in which they were given.
        for row in rows {
            let (seq, position): (i64, i64) = (get(&row, "seq")?, get(&row, "position")?);
            let place = usize::try_from(seq - first).ok().and_then(|place| positions.get_mut(place));
            *place.ok_or_else(|| unexpected("seq", &seq.to_string()))? = position;
        }
    }
    let mut named = Vec::new();
    for (entry, position) in entries.iter_mut().zip(positions) {
        entry.position = position;
        let relations = entry.event.relations.as_deref().unwrap_or_default();
        let relations: BTreeSet<&str> = relations.split(' ').filter(|relation| !relation.is_empty()).collect();
        named.extend(relations.into_iter().map(|name| (name.to_owned(), entry.event.at, position)));
    }
    for (statement, piece) in pieces(&named, &RELATIONS) {
        let bound = piece
            .iter()
            .fold(sql(statement), |sql, (name, at, position)| sql.bind(name).bind(at.as_millisecond()).bind(*position));
        bound.execute(&mut *writing).await.map_err(fault)?;
    }
    Ok(())
}

/// The values of a row, in the order of [`COLUMNS`].
fn bound(sql: Sql, entry: &AuditEntry) -> Sql {
    let event = &entry.event;
    let salt = match &entry.seal {
        AuditSeal::Salted(salt) => Some(salt.as_str()),
        AuditSeal::None | AuditSeal::Sealed(_) => None,
    };
    sql.bind(&entry.instance)
        .bind(entry.seq)
        .bind(&entry.previous.0)
        .bind(&entry.hash.0)
        .bind(event.at.as_millisecond())
        .bind(event.action.word())
        .bind(event.status.word())
        .bind(&event.platform)
        .bind(&event.actor)
        .bind(event.user.map(|user| user.0))
        .bind(&event.ip)
        .bind(&event.place)
        .bind(event.conversation)
        .bind(&event.proposal)
        .bind(&event.target)
        .bind(&event.relations)
        .bind(&event.statement)
        .bind(&event.statement_hash)
        .bind(&event.parameters)
        .bind(event.verdict.map(AuditVerdict::word))
        .bind(&event.rule)
        .bind(&event.model)
        .bind(&event.prompt_hash)
        .bind(event.cost)
        .bind(event.rows)
        .bind(event.duration_ms)
        .bind(event.delivery.map(AuditDelivery::word))
        .bind(&event.detail)
        .bind(&event.error)
        .bind(&event.covers)
        .bind(salt)
}

/// An entry, or which one cannot be understood.
pub(crate) fn entry(row: &Row) -> Result<AuditEntry, StoreError> {
    let position = get(row, "position")?;
    entry_at(row, position).map_err(|error| StoreError::Corrupt(format!("audit entry at position {position}: {error}")))
}

fn entry_at(row: &Row, position: i64) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        position,
        instance: get(row, "instance")?,
        seq: get(row, "seq")?,
        previous: AuditHash(get(row, "previous")?),
        hash: AuditHash(get(row, "hash")?),
        seal: seal(row)?,
        event: AuditEvent {
            at: time(row, "at")?,
            action: word(row, "action", AuditAction::from_word)?,
            status: word(row, "status", AuditStatus::from_word)?,
            platform: get(row, "platform")?,
            actor: get(row, "actor")?,
            user: get::<Option<i64>>(row, "user_id")?.map(UserId),
            ip: later(row, "ip")?,
            place: get(row, "place")?,
            conversation: get(row, "conversation")?,
            proposal: get(row, "proposal")?,
            target: get(row, "target")?,
            relations: get(row, "relations")?,
            statement: get(row, "statement")?,
            statement_hash: later(row, "statement_hash")?,
            parameters: get(row, "parameters")?,
            verdict: perhaps(row, "verdict", AuditVerdict::from_word)?,
            rule: get(row, "rule")?,
            model: get(row, "model")?,
            prompt_hash: later(row, "prompt_hash")?,
            cost: later(row, "cost")?,
            rows: get(row, "row_count")?,
            duration_ms: get(row, "duration_ms")?,
            delivery: perhaps(row, "delivery", AuditDelivery::from_word)?,
            detail: get(row, "detail")?,
            error: later(row, "error")?,
            covers: later(row, "covers")?,
        },
    })
}

fn seal(row: &Row) -> Result<AuditSeal, StoreError> {
    match (later(row, "salt")?, later::<String>(row, "sealed")?) {
        (None, None) => Ok(AuditSeal::None),
        (Some(salt), None) => Ok(AuditSeal::Salted(salt)),
        (None, Some(digest)) => Ok(AuditSeal::Sealed(AuditHash(digest))),
        (Some(_), Some(digest)) => Err(unexpected("sealed", &digest)),
    }
}

/// A column that holds one of a few words, or nothing.
fn perhaps<T>(row: &Row, column: &str, meaning: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
    let Some(word) = later::<String>(row, column)? else { return Ok(None) };
    meaning(&word).map(Some).ok_or_else(|| unexpected(column, &word))
}

/// A column that a database of an older version, which is only looked at, does not have.
fn later<T>(row: &Row, column: &str) -> Result<Option<T>, StoreError>
where
    Option<T>: FromColumn,
{
    match Option::from_column(row, column) {
        Err(sqlx::Error::ColumnNotFound(_)) => Ok(None),
        held => held.map_err(fault),
    }
}
