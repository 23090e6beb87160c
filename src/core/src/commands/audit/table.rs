//! Audit entries as people see them: a table of one page, a file of all.

use std::collections::HashMap;

use crate::asker::Asker;
use crate::commands::audit::query::MOST;
use crate::domain::{AuditEntry, Column, ColumnKind, Locale, Row, UserId, Value};
use crate::results::{Preview, TableFormat};
use crate::text::text;

/// Usernames.
pub(crate) type Names = HashMap<UserId, String>;

/// The columns of the file, named as in exports.
pub(crate) const FILE: [(&str, ColumnKind); 18] = [
    ("at", ColumnKind::Timestamp),
    ("instance", ColumnKind::Text),
    ("seq", ColumnKind::Number),
    ("action", ColumnKind::Text),
    ("status", ColumnKind::Text),
    ("user", ColumnKind::Text),
    ("platform", ColumnKind::Text),
    ("actor", ColumnKind::Text),
    ("place", ColumnKind::Text),
    ("target", ColumnKind::Text),
    ("relations", ColumnKind::Text),
    ("statement", ColumnKind::Text),
    ("rule", ColumnKind::Text),
    ("rows", ColumnKind::Number),
    ("duration_ms", ColumnKind::Number),
    ("detail", ColumnKind::Text),
    ("error", ColumnKind::Text),
    ("hash", ColumnKind::Text),
];

/// As many of the entries as fit into a message, the newest last, and how many of them they are. `entries` has the
/// newest first; what does not fit is the oldest.
pub(crate) fn table(asker: &Asker, entries: &[AuditEntry], names: &Names) -> (String, usize) {
    let locale = asker.user.locale;
    let heads = [
        (text("audit-seq"), ColumnKind::Number),
        (text("audit-time"), ColumnKind::Timestamp),
        (text("audit-user"), ColumnKind::Text),
        (text("audit-action"), ColumnKind::Text),
        (text("audit-status"), ColumnKind::Text),
        (text("audit-detail"), ColumnKind::Text),
    ];
    let columns = heads.map(|(head, kind)| Column { name: head.render(locale), kind });
    let mut rows: Vec<Row> = entries.iter().rev().map(|entry| row(entry, names, locale)).collect();
    // Room for what is said besides.
    let length = asker.platform.capabilities().length.less(200);
    let format = TableFormat { length, columns: asker.platform.columns(), max_rows: MOST as usize, locale };
    let mut preview = Preview::draw(&columns, &rows, format);
    while preview.rows > 0 && preview.rows < rows.len() {
        rows.drain(..rows.len() - preview.rows);
        preview = Preview::draw(&columns, &rows, format);
    }
    (preview.text, rows.len())
}

/// One entry as a row: what it is about is its rule, its detail, its error and its statement, on one line.
fn row(entry: &AuditEntry, names: &Names, locale: Locale) -> Row {
    let event = &entry.event;
    // The detail of a refusal begins with its rule.
    let why = event.detail.as_ref().or(event.rule.as_ref());
    let about = [why, event.error.as_ref(), event.statement.as_ref()].into_iter().flatten();
    let rows = event.rows.map(|rows| text("rows").count("rows", rows.unsigned_abs()).render(locale));
    let about = about.cloned().chain(rows).collect::<Vec<_>>().join(" · ");
    let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    vec![
        Value::Integer(entry.seq),
        time(entry),
        user(entry, names),
        Value::Text(event.action.word().to_owned()),
        Value::Text(event.status.word().to_owned()),
        Value::Text(about),
    ]
}

/// One entry as a row of the file, in the order of [`FILE`].
pub(crate) fn file_row(entry: &AuditEntry, names: &Names) -> Row {
    let event = &entry.event;
    let word = |word: &str| Value::Text(word.to_owned());
    let text = |text: &Option<String>| text.as_ref().map_or(Value::Null, |text| Value::Text(text.clone()));
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Integer);
    vec![
        time(entry),
        word(&entry.instance),
        Value::Integer(entry.seq),
        word(event.action.word()),
        word(event.status.word()),
        user(entry, names),
        text(&event.platform),
        text(&event.actor),
        text(&event.place),
        text(&event.target),
        text(&event.relations),
        text(&event.statement),
        text(&event.rule),
        number(event.rows),
        number(event.duration_ms),
        text(&event.detail),
        text(&event.error),
        word(&entry.hash.0),
    ]
}

fn time(entry: &AuditEntry) -> Value {
    Value::Timestamp(entry.event.at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// A user who is no longer known stays a number.
fn user(entry: &AuditEntry, names: &Names) -> Value {
    let known_as = |user: UserId| names.get(&user).cloned().unwrap_or_else(|| user.0.to_string());
    entry.event.user.map_or(Value::Null, |user| Value::Text(known_as(user)))
}
