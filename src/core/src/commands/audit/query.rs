//! What an administrator asks of the audit in words, kept for a while so that its pages can be turned.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::asker::Asker;
use crate::commands::audit::view::AuditView;
use crate::domain::{AuditAction, AuditStatus, UserId, moment};
use crate::egress::echo;
use crate::error::PipelineError;
use crate::ports::{AuditFilter, AuditMark};
use crate::text::text;

/// Queries kept at most, the latest ones.
const KEPT: usize = 64;

/// How long pages of one can be turned.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// Entries shown when no number is given.
const SHOWN: u32 = 20;

/// Entries shown at most.
pub(crate) const MOST: u32 = 50;

/// What is asked of the audit.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// Names it in buttons.
    pub(crate) name: String,
    pub(crate) user: UserId,
    /// As it was typed.
    pub(crate) words: String,
    pub(crate) filter: AuditFilter,
    /// Entries of a page.
    pub(crate) limit: u32,
    /// Where each page begins that can be reached by now; the first one at the newest entry.
    pub(crate) begins: Vec<Option<AuditMark>>,
    /// The page that was shown last.
    pub(crate) page: usize,
    pub(crate) until: Timestamp,
}

/// The latest queries. In memory only: after a restart one asks again.
#[derive(Debug, Default)]
pub(crate) struct Queries(Mutex<VecDeque<Query>>);

impl Queries {
    /// Keeps a query, in place of the one of that name.
    pub(crate) fn keep(&self, query: Query) {
        let mut queries = self.0.lock().expect("invariant: nothing panics while the lock is held");
        queries.retain(|kept| kept.name != query.name);
        if queries.len() >= KEPT {
            queries.pop_front();
        }
        queries.push_back(query);
    }

    /// The newest that is meant and not too old; what is too old is forgotten.
    fn newest(&self, now: Timestamp, is_meant: impl Fn(&Query) -> bool) -> Option<Query> {
        let mut queries = self.0.lock().expect("invariant: nothing panics while the lock is held");
        queries.retain(|query| now < query.until);
        queries.iter().rev().find(|query| is_meant(query)).cloned()
    }
}

impl AuditView {
    /// A user's own query by its name, or their latest.
    pub(crate) fn audit_query(&self, asker: &Asker, name: Option<&str>) -> Result<Query, PipelineError> {
        let is_meant = |query: &Query| query.user == asker.user.id && name.is_none_or(|name| query.name == name);
        let kept = self.queries.newest(self.clock.now(), is_meant);
        kept.ok_or_else(|| PipelineError::Tell(text("audit-page-gone").with("prefix", asker.prefix())))
    }

    /// What words ask for, in whatever order: a number of entries, an action, a status, a moment (the second one ends
    /// what the first one begins), a target, a platform, a username.
    pub(crate) async fn new_audit_query(&self, user: UserId, words: &str) -> Result<Query, PipelineError> {
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
