//! Conversion between audit entries and rows.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use pstral_core::domain::{
    AuditAction, AuditDelivery, AuditEntry, AuditEvent, AuditHash, AuditSeal, AuditStatus, AuditVerdict, UserId,
};
use pstral_core::ports::StoreError;

use crate::engine::StateTransaction;
use crate::fault::fault;
use crate::rows::{get, timestamp, unexpected};
use crate::sql::{FromColumn, Row, Sql, placeholders, sql};

/// The columns that are written, in this order. Before them stands the position, behind them what was sealed.
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

/// The numbers of rows that one statement writes: only a few, so that each is prepared once.
const SIZES: [usize; 3] = [64, 8, 1];

static ENTRIES: LazyLock<[String; 3]> = LazyLock::new(|| {
    let into = format!("INSERT INTO audit_events ({}) VALUES ", COLUMNS.join(", "));
    SIZES.map(|rows| format!("{into}{} RETURNING seq, position", placeholders(rows, COLUMNS.len())))
});

static RELATIONS: LazyLock<[String; 3]> = LazyLock::new(|| {
    SIZES.map(|rows| format!("INSERT INTO audit_relations (relation, at, position) VALUES {}", placeholders(rows, 3)))
});

/// Cuts what is to be written into pieces of the sizes for which there are statements.
fn batches<'a, T>(mut rest: &'a [T], statements: &'static [String; 3]) -> Vec<(&'static str, &'a [T])> {
    let mut batches = Vec::new();
    for (size, statement) in SIZES.into_iter().zip(statements) {
        while rest.len() >= size {
            let (piece, left) = rest.split_at(size);
            batches.push((statement.as_str(), piece));
            rest = left;
        }
    }
    batches
}

/// Writes entries and the relations they name, and fills in the positions they were given. The entries are of one chain
/// and follow each other.
pub(crate) async fn write(writing: &mut StateTransaction, entries: &mut [AuditEntry]) -> Result<(), StoreError> {
    let Some(first) = entries.first().map(|entry| entry.seq) else { return Ok(()) };
    let mut positions = vec![0; entries.len()];
    for (statement, piece) in batches(entries, &ENTRIES) {
        let rows = piece.iter().fold(sql(statement), bound).fetch_all(&mut *writing).await.map_err(fault)?;
        // Not said to be in the order in which they were given.
        for row in rows {
            let (seq, position): (i64, i64) = (get(&row, "seq")?, get(&row, "position")?);
            let place = usize::try_from(seq - first).ok().and_then(|place| positions.get_mut(place));
            *place.ok_or_else(|| unexpected("seq", &seq.to_string()))? = position;
        }
    }
    // A trigger may leave an entry out in silence.
    if positions.contains(&0) {
        return Err(StoreError::Corrupt(
            "an audit entry was not written: look for triggers on audit_events".to_owned(),
        ));
    }
    let mut named = Vec::new();
    for (entry, position) in entries.iter_mut().zip(positions) {
        entry.position = position;
        let relations = entry.event.relations.as_deref().unwrap_or_default();
        let relations: BTreeSet<&str> = relations.split(' ').filter(|relation| !relation.is_empty()).collect();
        named.extend(relations.into_iter().map(|name| (name.to_owned(), entry.event.at, position)));
    }
    for (statement, piece) in batches(&named, &RELATIONS) {
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

/// A row whose columns are asked for in about the order in which they stand: each is looked for behind the one before it,
/// for a proof reads nothing but columns.
struct ColumnReader<'a> {
    row: &'a Row,
    next: Cell<usize>,
}

impl<'a> ColumnReader<'a> {
    fn number(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.place_of(column).map_or(Ok(None), |at| Option::from_column(self.row, at).map_err(fault))
    }

    fn text_cow(&self, column: &str) -> Result<Option<Cow<'a, str>>, StoreError> {
        self.place_of(column).map_or(Ok(None), |at| self.row.text_at(at).map_err(fault))
    }

    fn text(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.text_cow(column)?.map(Cow::into_owned))
    }

    fn place_of(&self, column: &str) -> Option<usize> {
        let at = self.row.place_of(column, self.next.get())?;
        self.next.set(at + 1);
        Some(at)
    }
}

/// An entry, or which one cannot be understood.
pub(crate) fn entry(row: &Row) -> Result<AuditEntry, StoreError> {
    let row = ColumnReader { row, next: Cell::new(0) };
    let position = required(row.number("position")?, "position")?;
    entry_at(&row, position)
        .map_err(|error| StoreError::Corrupt(format!("audit entry at position {position}: {error}")))
}

fn entry_at(row: &ColumnReader<'_>, position: i64) -> Result<AuditEntry, StoreError> {
    // In the order of the columns.
    Ok(AuditEntry {
        position,
        instance: required(row.text("instance")?, "instance")?,
        seq: required(row.number("seq")?, "seq")?,
        previous: AuditHash(required(row.text("previous")?, "previous")?),
        hash: AuditHash(required(row.text("hash")?, "hash")?),
        event: AuditEvent {
            at: time_of(row)?,
            action: required(optional_word(row, "action", AuditAction::from_word)?, "action")?,
            status: required(optional_word(row, "status", AuditStatus::from_word)?, "status")?,
            platform: row.text("platform")?,
            actor: row.text("actor")?,
            user: row.number("user_id")?.map(UserId),
            place: row.text("place")?,
            conversation: row.number("conversation")?,
            proposal: row.text("proposal")?,
            target: row.text("target")?,
            relations: row.text("relations")?,
            statement: row.text("statement")?,
            parameters: row.text("parameters")?,
            rule: row.text("rule")?,
            model: row.text("model")?,
            rows: row.number("row_count")?,
            duration_ms: row.number("duration_ms")?,
            detail: row.text("detail")?,
            ip: row.text("ip")?,
            statement_hash: row.text("statement_hash")?,
            verdict: optional_word(row, "verdict", AuditVerdict::from_word)?,
            prompt_hash: row.text("prompt_hash")?,
            cost: row.number("cost")?,
            delivery: optional_word(row, "delivery", AuditDelivery::from_word)?,
            error: row.text("error")?,
            covers: row.text("covers")?,
        },
        seal: seal(row)?,
    })
}

fn time_of(row: &ColumnReader<'_>) -> Result<Timestamp, StoreError> {
    let at = required(row.number("at")?, "at")?;
    timestamp(at).ok_or_else(|| unexpected("at", &at.to_string()))
}

/// Returns a mandatory value, or the error that it is missing.
fn required<T>(held: Option<T>, column: &str) -> Result<T, StoreError> {
    held.ok_or_else(|| StoreError::Corrupt(format!("{column} is empty")))
}

fn seal(row: &ColumnReader<'_>) -> Result<AuditSeal, StoreError> {
    match (row.text("salt")?, row.text_cow("sealed")?) {
        (None, None) => Ok(AuditSeal::None),
        (Some(salt), None) => Ok(AuditSeal::Salted(salt)),
        (None, Some(digest)) => Ok(AuditSeal::Sealed(AuditHash(digest.into_owned()))),
        (Some(_), Some(digest)) => Err(unexpected("sealed", &digest)),
    }
}

/// A column that holds one of a few words, or nothing.
fn optional_word<T>(
    row: &ColumnReader<'_>,
    column: &str,
    meaning: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let Some(word) = row.text_cow(column)? else { return Ok(None) };
    meaning(&word).map(Some).ok_or_else(|| unexpected(column, &word))
}
