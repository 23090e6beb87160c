//! The audit as administrators read it from the chat: page by page, and as a file.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::commands::audit::query::{MOST, Queries, Query};
use crate::commands::audit::table::{FILE, Names, file_row, table};
use crate::domain::{
    AuditAction, AuditEntry, AuditEvent, AuditPage, AuditStatus, Button, ButtonAction, Column, CommandName, FileRef,
    Outgoing, OutgoingState, PlatformName, UserId, moment,
};
use crate::egress::{echo, fit};
use crate::error::PipelineError;
use crate::outbox::Platforms;
use crate::outbox::buttons::button;
use crate::outbox::send::Outbox;
use crate::ports::{
    AuditFilter, AuditFound, AuditLog, AuditMark, Clock, Colophon, Entropy, FileError, Finished, People, ResultFiles,
    Towards,
};
use crate::recorder::Recorder;
use crate::targets::Targets;
use crate::text::text;

/// Time for which the pages of an audit query can be turned.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// Entries shown when no number is given.
const SHOWN: u32 = 20;

/// Entries of the file at most, the newest.
const FILED: usize = 10_000;

/// Entries read at a time for it.
const PAGE: u32 = 500;

/// `/audit`: the audit page by page, and as a file.
pub(crate) struct AuditView {
    pub(crate) queries: Queries,
    pub(crate) platforms: Platforms,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) targets: Arc<Targets>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) audit: Arc<dyn AuditLog>,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl AuditView {
    /// Shows the newest entries to those who may read them, in private and with a file; looking at the audit is itself
    /// recorded.
    pub(crate) async fn show_audit(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        match words.to_lowercase().as_str() {
            "older" | "ancien" | "anciens" => return self.turn_audit(asker, Towards::Older).await,
            "newer" | "récent" | "récents" => return self.turn_audit(asker, Towards::Newer).await,
            _ => {}
        }
        self.record_reading(asker, words).await?;
        let query = self.new_audit_query(asker.user.id, words).await?;
        let names = self.names().await?;
        let (mut message, any) = self.audit_page(asker, query.clone(), &names).await?;
        if any {
            match self.audit_file(asker, &query, &names).await {
                Ok((finished, filed)) => attach(asker, &mut message, finished, filed),
                Err(error) => {
                    tracing::error!(%error, "the file of audit entries could not be written");
                    message.text = format!("{}\n{}", message.text, text("files-failed").render(asker.user.locale));
                }
            }
        }
        let files = message.files.clone();
        let shown = self.outbox.post_privately(asker, message).await;
        if shown.is_ok() {
            self.outbox.release_uploaded_files(asker, &files).await;
        } else {
            self.files.discard(&files).await;
        }
        shown
    }

    /// Turns to the page that a button names.
    pub(crate) async fn show_audit_page(&self, asker: &Asker, wanted: &AuditPage) -> Result<(), PipelineError> {
        let query = self.audit_query(asker, Some(&wanted.query))?;
        self.show_page_of(asker, query, usize::try_from(wanted.page).unwrap_or(usize::MAX)).await
    }

    /// Turns a page of the asker's latest query.
    async fn turn_audit(&self, asker: &Asker, towards: Towards) -> Result<(), PipelineError> {
        let query = self.audit_query(asker, None)?;
        let page = match towards {
            Towards::Older => query.page + 1,
            Towards::Newer => query.page.saturating_sub(1),
        };
        self.show_page_of(asker, query, page).await
    }

    async fn show_page_of(&self, asker: &Asker, query: Query, page: usize) -> Result<(), PipelineError> {
        self.record_reading(asker, &format!("{} (page {})", query.words, page + 1)).await?;
        if page >= query.begins.len() {
            return Err(PipelineError::Tell(text("audit-page-last")));
        }
        let names = self.names().await?;
        let (message, _) = self.audit_page(asker, Query { page, ..query }, &names).await?;
        self.outbox.post_privately(asker, message).await
    }

    /// Lets those go on who may read the audit, once it is recorded that they do.
    async fn record_reading(&self, asker: &Asker, words: &str) -> Result<(), PipelineError> {
        let tried = format!("audit {words}");
        self.access.require_for(asker, CommandName::Audit, &tried, text("audit-not-allowed")).await?;
        let read = self.recorder.event(asker, AuditAction::AuditRead, AuditStatus::Ok);
        self.recorder.record(AuditEvent { detail: Some(fit(tried.trim(), 200)), ..read }).await
    }

    async fn names(&self) -> Result<Names, PipelineError> {
        let users = self.people.users().await?;
        Ok(users.into_iter().map(|user| (user.id, user.username)).collect())
    }

    /// The page of a query that is its current one, with buttons for those beside it, and whether it has any entry. The
    /// query is kept for them.
    async fn audit_page(
        &self,
        asker: &Asker,
        mut query: Query,
        names: &Names,
    ) -> Result<(Outgoing, bool), PipelineError> {
        let locale = asker.user.locale;
        let begin = query.begins.get(query.page).copied().flatten();
        let found = self.audit.page(&query.filter, begin, Towards::Older, query.limit).await?;
        let AuditFound { entries, further } = found;
        let entries = self.withhold(asker, entries);
        let drawn = (!entries.is_empty()).then(|| table(asker, &entries, names));
        // What does not fit into the message is on the next page; at least one entry is left behind by each.
        let left_out = drawn
            .as_ref()
            .and_then(|(_, shown)| entries.get(..(*shown).max(1)))
            .filter(|shown| shown.len() < entries.len());
        let next = left_out.and_then(|shown| shown.last()).map(AuditMark::of).or(further);
        let any = drawn.is_some();
        let mut said: Vec<String> = drawn.into_iter().map(|(table, _)| table).collect();
        // Fewer than were wanted, and yet there may be more.
        if let Some(until) = further.filter(|_| entries.len() < query.limit as usize) {
            let until = until.at.strftime("%Y-%m-%d %H:%M UTC").to_string();
            said.push(text("audit-looked-back").with("until", until).render(locale));
        }
        if said.is_empty() {
            let sentence = if query.page == 0 { "audit-empty" } else { "audit-page-last" };
            said.push(text(sentence).with("prefix", asker.prefix()).render(locale));
        }
        query.begins.truncate(query.page + 1);
        query.begins.extend(next.map(Some));
        let buttons = buttons(&query, asker);
        self.queries.keep(query);
        let text = said.join("\n");
        Ok((Outgoing { text, buttons, files: Vec::new(), state: OutgoingState::Final }, any))
    }

    /// Takes out of entries what they say of a target that is not shown on the asker's platform. That they are there, who
    /// made them and when, stays.
    fn withhold(&self, asker: &Asker, mut entries: Vec<AuditEntry>) -> Vec<AuditEntry> {
        let is_closed = |event: &AuditEvent| {
            let of_target =
                event.target.as_ref().is_some_and(|target| !self.targets.is_shown_on(target, &asker.place.platform));
            // A question or an answer names no target.
            let said = event.platform.as_ref().map(|platform| PlatformName(platform.clone()));
            of_target || said.is_some_and(|platform| !self.targets.is_told_here(asker, &platform))
        };
        for entry in entries.iter_mut().filter(|entry| is_closed(&entry.event)) {
            let event = &mut entry.event;
            (event.statement, event.relations, event.error) = (None, None, None);
            event.detail = Some(text("audit-withheld").render(asker.user.locale));
        }
        entries
    }

    /// All entries of a query as files, the newest first, and how many they are.
    async fn audit_file(&self, asker: &Asker, query: &Query, names: &Names) -> Result<(Finished, usize), FileError> {
        let columns = FILE.map(|(name, kind)| Column { name: name.to_owned(), kind });
        let mut sheet = self.files.begin(&columns, asker.user.locale, &asker.zone)?;
        let (mut from, mut filed) = (None, 0);
        while filed < FILED {
            let found = self.audit.page(&query.filter, from, Towards::Older, PAGE).await;
            let AuditFound { entries, further } = found.map_err(|error| FileError(error.to_string()))?;
            let entries = self.withhold(asker, entries);
            filed += entries.len();
            sheet.rows(entries.iter().map(|entry| file_row(entry, names)).collect()).await?;
            from = further;
            if from.is_none() {
                break;
            }
        }
        let name = format!("audit-{}-{}", self.clock.now().strftime("%Y%m%d-%H%M%S"), &query.name[..6]);
        let max_file_bytes = asker.platform.capabilities().max_file_bytes;
        let finished = sheet.finish(&Colophon { name, facts: Vec::new(), max_file_bytes }).await?;
        Ok((finished, filed))
    }

    /// A user's own query by its name, or their latest.
    pub(crate) fn audit_query(&self, asker: &Asker, name: Option<&str>) -> Result<Query, PipelineError> {
        let is_meant = |query: &Query| query.user == asker.user.id && name.is_none_or(|name| query.name == name);
        let kept = self.queries.newest(self.clock.now(), is_meant);
        kept.ok_or_else(|| PipelineError::Tell(text("audit-page-gone").with("prefix", asker.prefix())))
    }

    /// Reads what words ask for, in whatever order: a number of entries, an action, a status, a moment (a second one
    /// ends what the first one begins), a target, a platform, a username.
    async fn new_audit_query(&self, user: UserId, words: &str) -> Result<Query, PipelineError> {
        let now = self.clock.now();
        let (mut filter, mut limit) = (AuditFilter::default(), SHOWN);
        for word in words.split_whitespace() {
            if let Ok(number) = word.parse::<u32>() {
                limit = number.clamp(1, MOST);
            } else if let Some(action) = AuditAction::from_word(word) {
                filter.action = Some(action);
            } else if let Some(status) = AuditStatus::from_word(word) {
                filter.status = Some(status);
            } else if let Some(moment) = moment(word, now) {
                let other = filter.since.replace(moment);
                if let Some(other) = other {
                    (filter.since, filter.until) = (Some(moment.min(other)), Some(moment.max(other)));
                }
            } else if self.targets.all.contains_key(word) {
                filter.target = Some(word.to_owned());
            } else if word == "cli" || self.platforms.keys().any(|platform| platform.0 == word) {
                filter.platform = Some(word.to_owned());
            } else if let Some(user) = self.people.user_named(word).await? {
                filter.user = Some(user.id);
            } else {
                let actions = AuditAction::ALL.iter().map(|action| action.word()).collect::<Vec<_>>().join(", ");
                let sentence = text("audit-word-unknown").with("word", echo(word));
                return Err(PipelineError::Tell(sentence.with("actions", actions)));
            }
        }
        let name = self.entropy.hex(8);
        let (words, until) = (words.trim().to_owned(), now + LIFETIME);
        Ok(Query { name, user, words, filter, limit, begins: vec![None], page: 0, until })
    }
}

fn buttons(query: &Query, asker: &Asker) -> Vec<Button> {
    let locale = asker.user.locale;
    let to = |page: usize| AuditPage { query: query.name.clone(), page: u32::try_from(page).unwrap_or(u32::MAX) };
    let is_last = query.page + 1 >= query.begins.len();
    let older =
        (!is_last).then(|| button(ButtonAction::AuditOlder(to(query.page + 1)), &text("button-audit-older"), locale));
    let newer = query
        .page
        .checked_sub(1)
        .map(|page| button(ButtonAction::AuditNewer(to(page)), &text("button-audit-newer"), locale));
    older.into_iter().chain(newer).collect()
}

/// Puts files beside a page, and says what they lack.
fn attach(asker: &Asker, message: &mut Outgoing, finished: Finished, entries: usize) {
    let locale = asker.user.locale;
    let most = asker.platform.capabilities().max_file_bytes;
    let (files, too_large): (Vec<FileRef>, Vec<FileRef>) =
        finished.files.into_iter().partition(|file| file.bytes <= most);
    let mut said = Vec::new();
    if entries >= FILED {
        said.push(text("audit-file-newest").count("entries", entries as u64));
    }
    if !too_large.is_empty() {
        said.push(text("files-too-large").count("count", too_large.len() as u64));
    }
    for sentence in said {
        message.text = format!("{}\n{}", message.text, sentence.render(locale));
    }
    message.files = files;
}
