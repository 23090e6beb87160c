//! Pages of the audit as SQL: which index leads to the entries a filter asks for, and what is tested of each on the way.

use std::fmt::Write as _;

use jiff::Timestamp;
use pstral_core::domain::AuditStatus;
use pstral_core::ports::{AuditFilter, AuditMark, Towards};

use crate::engine::Engine;
use crate::sql::{Sql, Value, dynamic_sql};

/// A SELECT of audit entries, put together piece by piece, with its values.
struct PageQuery<'e> {
    engine: &'e Engine,
    text: String,
    values: Vec<Value>,
}

impl<'e> PageQuery<'e> {
    fn new(engine: &'e Engine, select: &str) -> Self {
        Self { engine, text: select.to_owned(), values: Vec::new() }
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
        let kept = if leads { "" } else { self.engine.pick("+", "") };
        self.push(&format!(" AND {kept}e.{column} = ?"), [value.into()]);
    }

    fn finish(self) -> Sql {
        self.values.into_iter().fold(dynamic_sql(self.text), Sql::bind)
    }
}

/// The index that selects entries: the one that leaves the fewest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    User,
    /// A status other than `ok`.
    NotOk,
    Relation,
    Target,
    Action,
    Platform,
    Time,
}

/// The leads whose indexes include the action.
const WITH_ACTION: [Lead; 4] = [Lead::User, Lead::NotOk, Lead::Target, Lead::Action];

/// Entries that are looked at for a page at most, where no index tells which of them are asked for: some 30 ms.
const LOOKED_AT: u32 = 4_000;

fn lead(filter: &AuditFilter) -> Lead {
    match filter {
        AuditFilter { user: Some(_), .. } => Lead::User,
        AuditFilter { status: Some(status), .. } if *status != AuditStatus::Ok => Lead::NotOk,
        AuditFilter { relation: Some(_), .. } => Lead::Relation,
        AuditFilter { target: Some(_), .. } => Lead::Target,
        AuditFilter { action: Some(_), .. } => Lead::Action,
        AuditFilter { platform: Some(_), .. } => Lead::Platform,
        _ => Lead::Time,
    }
}

/// Entries after a position that a filter lets through, in the order of positions.
pub(crate) fn after(engine: &Engine, position: i64, filter: &AuditFilter, limit: u32) -> Sql {
    let mut query = PageQuery::new(engine, "SELECT e.* FROM audit_events e WHERE ");
    query.push("e.position > ?", [position.into()]);
    // By the position, whatever else there is.
    narrow(&mut query, filter, None);
    times(&mut query, filter, "+e");
    query.push(" ORDER BY e.position LIMIT ?", [limit.into()]);
    query.finish()
}

/// A page of entries from one mark, without it, to another, with it; in the order of times.
pub(crate) fn page(
    engine: &Engine,
    filter: &AuditFilter,
    marks: (Option<AuditMark>, Option<AuditMark>),
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
    let mut query = PageQuery::new(engine, select);
    narrow(&mut query, filter, Some(lead));
    push_range(&mut query, filter, followed, marks, towards);
    query.push(" LIMIT ?", [limit.into()]);
    query.finish()
}

/// The mark of the last entry that is looked at for a page, where not all that the index leads to is what the filter
/// asks for: no row where fewer are left. The index alone answers.
pub(crate) fn scan_limit(
    engine: &Engine,
    filter: &AuditFilter,
    from: Option<AuditMark>,
    towards: Towards,
) -> Option<Sql> {
    let lead = lead(filter);
    let indexed = indexed(filter, lead);
    if indexed == *filter {
        return None;
    }
    let table = if lead == Lead::Relation { "audit_relations r" } else { "audit_events e" };
    let followed = if lead == Lead::Relation { "r" } else { "e" };
    let select = format!("SELECT {followed}.at, {followed}.position FROM {table} WHERE 1 = 1");
    let mut query = PageQuery::new(engine, &select);
    narrow(&mut query, &indexed, Some(lead));
    push_range(&mut query, filter, followed, (from, None), towards);
    query.push(" LIMIT 1 OFFSET ?", [(LOOKED_AT - 1).into()]);
    Some(query.finish())
}

/// Returns the part of a filter that the index of its lead covers.
fn indexed(filter: &AuditFilter, lead: Lead) -> AuditFilter {
    let AuditFilter { since, until, .. } = *filter;
    let mut part = AuditFilter { since, until, ..AuditFilter::default() };
    match lead {
        Lead::User => part.user = filter.user,
        Lead::NotOk => part.status = filter.status,
        Lead::Relation => part.relation.clone_from(&filter.relation),
        Lead::Target => part.target.clone_from(&filter.target),
        Lead::Platform => part.platform.clone_from(&filter.platform),
        Lead::Action | Lead::Time => {}
    }
    if WITH_ACTION.contains(&lead) {
        part.action = filter.action;
    }
    part
}

/// Narrows to the times of a filter and to what lies from one mark, without it, to another, with it; and orders it. Of
/// two bounds on one side only the tighter one is said: PostgreSQL would begin at either, and look through all between.
fn push_range(
    query: &mut PageQuery<'_>,
    filter: &AuditFilter,
    followed: &str,
    (from, bound): (Option<AuditMark>, Option<AuditMark>),
    towards: Towards,
) {
    let millis = |at: Timestamp| at.as_millisecond();
    let ((newest, before), (oldest, since), order) = match towards {
        Towards::Older => ((from, "<"), (bound, ">="), "DESC"),
        Towards::Newer => ((bound, "<="), (from, ">"), "ASC"),
    };
    let until = filter.until.filter(|until| newest.is_none_or(|mark| millis(mark.at) >= millis(*until)));
    let newest = newest.filter(|_| until.is_none());
    let oldest = oldest.filter(|mark| filter.since.is_none_or(|since| millis(mark.at) >= millis(since)));
    let from_time = filter.since.filter(|_| oldest.is_none());
    times(query, &AuditFilter { since: from_time, until, ..AuditFilter::default() }, followed);
    for (mark, compared) in [(newest, before), (oldest, since)] {
        if let Some(mark) = mark {
            let mark = [millis(mark.at).into(), mark.position.into()];
            query.push(&format!(" AND ({followed}.at, {followed}.position) {compared} (?, ?)"), mark);
        }
    }
    query.push(&format!(" ORDER BY {followed}.at {order}, {followed}.position {order}"), []);
}

fn narrow(query: &mut PageQuery<'_>, filter: &AuditFilter, lead: Option<Lead>) {
    let leads = |one: Lead| lead == Some(one);
    if let Some(user) = filter.user {
        query.equal("user_id", user.0, leads(Lead::User));
    }
    match filter.status {
        // The word itself, so that the index of what did not end well is known to hold it.
        Some(status) if leads(Lead::NotOk) => {
            query.push(&format!(" AND e.status = '{}' AND e.status <> 'ok'", status.word()), []);
        }
        Some(status) => query.equal("status", status.word(), false),
        None => {}
    }
    if let Some(relation) = &filter.relation {
        if leads(Lead::Relation) {
            query.push(" AND r.relation = ?", [relation.into()]);
        } else {
            // In the row that is there already: quicker than to look for it in the table of relations.
            let position = query.engine.pick("instr", "strpos");
            let named = format!(" AND {position}(' ' || e.relations || ' ', ?) > 0");
            query.push(&named, [format!(" {relation} ").into()]);
        }
    }
    if let Some(target) = &filter.target {
        query.equal("target", target, leads(Lead::Target));
    }
    if let Some(action) = filter.action {
        query.equal("action", action.word(), WITH_ACTION.into_iter().any(leads));
    }
    if let Some(platform) = &filter.platform {
        query.equal("platform", platform, leads(Lead::Platform));
    }
    if let Some(text) = &filter.text {
        search(query, text);
    }
}

fn times(query: &mut PageQuery<'_>, filter: &AuditFilter, followed: &str) {
    let followed = query.engine.pick(followed, followed.trim_start_matches('+'));
    if let Some(since) = filter.since {
        query.push(&format!(" AND {followed}.at >= ?"), [since.as_millisecond().into()]);
    }
    if let Some(until) = filter.until {
        query.push(&format!(" AND {followed}.at < ?"), [until.as_millisecond().into()]);
    }
}

/// Demands words somewhere. Only the case of ASCII letters is alike in both databases.
fn search(query: &mut PageQuery<'_>, words: &str) {
    let collation = query.engine.pick("", " COLLATE \"C\"");
    let columns = ["statement", "parameters", "detail", "error"]
        .map(|column| format!("lower(e.{column}{collation}) LIKE ? ESCAPE '!'"));
    let mut pattern = "%".to_owned();
    for character in words.to_ascii_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    let values = columns.iter().map(|_| Value::from(&pattern)).collect::<Vec<_>>();
    query.push(&format!(" AND ({})", columns.join(" OR ")), values);
}
