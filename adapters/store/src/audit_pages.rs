//! Pages of the audit as SQL: which index leads to the entries a filter asks for, and what is tested of each on the way.

use std::fmt::Write as _;

use pstral_core::domain::AuditStatus;
use pstral_core::ports::{AuditFilter, AuditMark, Towards};

use crate::engine::Engine;
use crate::sql::{Sql, Value, composed};

/// Which database the text is for, where it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

/// A condition that grows, with its values.
struct Narrowing {
    dialect: Dialect,
    text: String,
    values: Vec<Value>,
}

impl Narrowing {
    fn new(engine: &Engine, select: &str) -> Self {
        let dialect = match engine {
            Engine::Sqlite { .. } => Dialect::Sqlite,
            Engine::Postgres { .. } => Dialect::Postgres,
        };
        Self { dialect, text: select.to_owned(), values: Vec::new() }
    }

    /// Adds a piece; each `?` in it is a value.
    fn push(&mut self, piece: &str, values: impl IntoIterator<Item = Value>) {
        let mut pieces = piece.split('?');
        self.text.push_str(pieces.next().unwrap_or_default());
        for (value, piece) in values.into_iter().zip(pieces) {
            self.values.push(value);
            let _ = write!(self.text, "${}{piece}", self.values.len());
        }
    }

    /// Demands a value of a column. SQLite keeps no counts by which to choose among indexes: where `leads` is false, it
    /// is kept from this one (<https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_>).
    fn equal(&mut self, column: &str, value: impl Into<Value>, leads: bool) {
        let kept = if leads || self.dialect == Dialect::Postgres { "" } else { "+" };
        self.push(&format!(" AND {kept}e.{column} = ?"), [value.into()]);
    }

    fn finish(self) -> Sql {
        self.values.into_iter().fold(composed(self.text), Sql::bind)
    }
}

/// What leads to the entries of a filter: that which leaves the fewest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    User,
    /// A status other than `ok`.
    Trouble,
    Relation,
    Target,
    Action,
    Platform,
    Time,
}

fn lead(filter: &AuditFilter) -> Lead {
    match filter {
        AuditFilter { user: Some(_), .. } => Lead::User,
        AuditFilter { status: Some(status), .. } if *status != AuditStatus::Ok => Lead::Trouble,
        AuditFilter { relation: Some(_), .. } => Lead::Relation,
        AuditFilter { target: Some(_), .. } => Lead::Target,
        AuditFilter { action: Some(_), .. } => Lead::Action,
        AuditFilter { platform: Some(_), .. } => Lead::Platform,
        _ => Lead::Time,
    }
}

/// Entries after a position that a filter lets through, in the order of positions.
pub(crate) fn after(engine: &Engine, position: i64, filter: &AuditFilter, limit: u32) -> Sql {
    let mut narrowing = Narrowing::new(engine, "SELECT e.* FROM audit_events e WHERE ");
    narrowing.push("e.position > ?", [position.into()]);
    // By the position, whatever else there is.
    narrow(&mut narrowing, filter, None);
    times(&mut narrowing, filter, "+e");
    narrowing.push(" ORDER BY e.position LIMIT ?", [limit.into()]);
    narrowing.finish()
}

/// A page of entries beyond a mark, in the order of times.
pub(crate) fn page(
    engine: &Engine,
    filter: &AuditFilter,
    from: Option<AuditMark>,
    towards: Towards,
    limit: u32,
) -> Sql {
    let lead = lead(filter);
    // The table whose index is followed: times are compared there.
    let (select, followed) = match lead {
        Lead::Relation => {
            ("SELECT e.* FROM audit_relations r JOIN audit_events e ON e.position = r.position WHERE 1 = 1", "r")
        }
        _ => ("SELECT e.* FROM audit_events e WHERE 1 = 1", "e"),
    };
    let mut narrowing = Narrowing::new(engine, select);
    narrow(&mut narrowing, filter, Some(lead));
    times(&mut narrowing, filter, followed);
    let (beyond, order) = match towards {
        Towards::Older => ("<", "DESC"),
        Towards::Newer => (">", "ASC"),
    };
    if let Some(from) = from {
        let mark = [from.at.as_millisecond().into(), from.position.into()];
        narrowing.push(&format!(" AND ({followed}.at, {followed}.position) {beyond} (?, ?)"), mark);
    }
    narrowing.push(&format!(" ORDER BY {followed}.at {order}, {followed}.position {order} LIMIT ?"), [limit.into()]);
    narrowing.finish()
}

fn narrow(narrowing: &mut Narrowing, filter: &AuditFilter, lead: Option<Lead>) {
    let leads = |one: Lead| lead == Some(one);
    if let Some(user) = filter.user {
        narrowing.equal("user_id", user.0, leads(Lead::User));
    }
    match filter.status {
        // The word itself, so that the index of what did not end well is known to hold it.
        Some(status) if leads(Lead::Trouble) => {
            narrowing.push(&format!(" AND e.status = '{}' AND e.status <> 'ok'", status.word()), []);
        }
        Some(status) => narrowing.equal("status", status.word(), false),
        None => {}
    }
    if let Some(relation) = &filter.relation {
        if leads(Lead::Relation) {
            narrowing.push(" AND r.relation = ?", [relation.into()]);
        } else {
            let read = " AND EXISTS (SELECT 1 FROM audit_relations r
                WHERE r.relation = ? AND r.at = e.at AND r.position = e.position)";
            narrowing.push(read, [relation.into()]);
        }
    }
    if let Some(target) = &filter.target {
        narrowing.equal("target", target, leads(Lead::Target));
    }
    if let Some(action) = filter.action {
        let with = [Lead::User, Lead::Trouble, Lead::Target, Lead::Action];
        narrowing.equal("action", action.word(), with.into_iter().any(leads));
    }
    if let Some(platform) = &filter.platform {
        narrowing.equal("platform", platform, leads(Lead::Platform));
    }
    if let Some(text) = &filter.text {
        search(narrowing, text);
    }
}

fn times(narrowing: &mut Narrowing, filter: &AuditFilter, followed: &str) {
    let followed = if narrowing.dialect == Dialect::Postgres { followed.trim_start_matches('+') } else { followed };
    if let Some(since) = filter.since {
        narrowing.push(&format!(" AND {followed}.at >= ?"), [since.as_millisecond().into()]);
    }
    if let Some(until) = filter.until {
        narrowing.push(&format!(" AND {followed}.at < ?"), [until.as_millisecond().into()]);
    }
}

/// Demands words somewhere. Only the case of ASCII letters is alike in both databases.
fn search(narrowing: &mut Narrowing, words: &str) {
    let lower = |column: &str| match narrowing.dialect {
        Dialect::Sqlite => format!("lower(e.{column})"),
        Dialect::Postgres => format!("lower(e.{column} COLLATE \"C\")"),
    };
    let columns = ["statement", "parameters", "detail", "error"].map(|column| {
        let column = lower(column);
        format!("{column} LIKE ? ESCAPE '!'")
    });
    let mut pattern = "%".to_owned();
    for character in words.to_ascii_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    let values = columns.iter().map(|_| Value::from(&pattern)).collect::<Vec<_>>();
    narrowing.push(&format!(" AND ({})", columns.join(" OR ")), values);
}
