//! The audit as admins read it from the chat.

use std::collections::HashMap;

use super::Pipeline;
use super::asker::Asker;
use super::trouble::Trouble;
use crate::domain::{
    AuditAction, AuditEntry, AuditEvent, AuditStatus, Capability, Column, ColumnKind, Locale, Outgoing, Row, UserId,
    Value,
};
use crate::egress::{echo, fit};
use crate::ports::AuditFilter;
use crate::results::{Preview, TableFormat};
use crate::text::text;

/// Entries shown when no number is given.
const SHOWN: u32 = 20;
/// Entries shown at most.
const MOST: u32 = 50;

/// Usernames.
type Names = HashMap<UserId, String>;

impl Pipeline {
    /// Shows the newest entries to admins, in private; looking at the audit is itself recorded. Words narrow it: a
    /// number, an action, a status, a target or a username.
    pub(super) async fn show_audit(&self, asker: &Asker, words: &str) -> Result<(), Trouble> {
        let tried = format!("audit {words}");
        self.require(asker, Capability::ReadAudit, &tried, text("audit-not-allowed")).await?;
        let read = self.event(asker, AuditAction::AuditRead, AuditStatus::Ok);
        self.record(AuditEvent { detail: Some(fit(tried.trim(), 200)), ..read }).await?;
        let (filter, limit) = self.audit_filter(words).await?;
        let entries = self.parts.audit.tail(&filter, limit).await?;
        let users = self.parts.people.users().await?;
        let names = users.into_iter().map(|user| (user.id, user.username)).collect();
        self.show_in_private(asker, table(asker, &entries, &names)).await
    }

    async fn audit_filter(&self, words: &str) -> Result<(AuditFilter, u32), Trouble> {
        let (mut filter, mut limit) = (AuditFilter::default(), SHOWN);
        for word in words.split_whitespace() {
            if let Ok(number) = word.parse::<u32>() {
                limit = number.clamp(1, MOST);
            } else if let Some(action) = AuditAction::from_word(word) {
                filter.action = Some(action);
            } else if let Some(status) = AuditStatus::from_word(word) {
                filter.status = Some(status);
            } else if self.parts.targets.contains_key(word) {
                filter.target = Some(word.to_owned());
            } else if let Some(user) = self.parts.people.user_named(word).await? {
                filter.user = Some(user.id);
            } else {
                let actions = AuditAction::ALL.iter().map(|action| action.word()).collect::<Vec<_>>().join(", ");
                let sentence = text("audit-word-unknown").with("word", echo(word));
                return Err(Trouble::Tell(sentence.with("actions", actions)));
            }
        }
        Ok((filter, limit))
    }
}

fn table(asker: &Asker, entries: &[AuditEntry], names: &Names) -> Outgoing {
    let locale = asker.user.locale;
    if entries.is_empty() {
        return Outgoing::text(text("audit-empty").with("prefix", asker.prefix()).render(locale));
    }
    let heads = [
        (text("audit-seq"), ColumnKind::Number),
        (text("audit-time"), ColumnKind::Timestamp),
        (text("audit-user"), ColumnKind::Text),
        (text("audit-action"), ColumnKind::Text),
        (text("audit-status"), ColumnKind::Text),
        (text("audit-detail"), ColumnKind::Text),
    ];
    let columns = heads.map(|(head, kind)| Column { name: head.render(locale), kind });
    let mut rows: Vec<Row> = entries.iter().map(|entry| row(entry, names, locale)).collect();
    let max_chars = asker.platform.capabilities().max_chars;
    let format = TableFormat { max_chars, max_rows: MOST as usize, locale };
    let mut preview = Preview::draw(&columns, &rows, format);
    // What does not fit is the oldest, not the newest.
    while preview.rows > 0 && preview.rows < rows.len() {
        rows.drain(..rows.len() - preview.rows);
        preview = Preview::draw(&columns, &rows, format);
    }
    Outgoing::text(preview.text)
}

/// One entry as a row: what it is about is its rule, its detail and its statement, on one line.
fn row(entry: &AuditEntry, names: &Names, locale: Locale) -> Row {
    let event = &entry.event;
    // The detail of a refusal begins with its rule.
    let why = event.detail.as_ref().or(event.rule.as_ref());
    let about = [why, event.statement.as_ref()].into_iter().flatten();
    let rows = event.rows.map(|rows| text("rows").count("rows", rows.unsigned_abs()).render(locale));
    let about = about.cloned().chain(rows).collect::<Vec<_>>().join(" · ");
    let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
    vec![
        Value::Integer(entry.seq),
        Value::Timestamp(event.at.strftime("%Y-%m-%d %H:%M:%S").to_string()),
        event.user.map_or(Value::Null, |user| Value::Text(names.get(&user).cloned().unwrap_or(user.0.to_string()))),
        Value::Text(event.action.word().to_owned()),
        Value::Text(event.status.word().to_owned()),
        Value::Text(about),
    ]
}
