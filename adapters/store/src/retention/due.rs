//! The classes of data that expire, and the times before which they have.

use jiff::{SignedDuration, Timestamp};
use pstral_core::ports::WRONG_CODE_MEMORY;

use super::part::TableRows;

/// Conversations in which nothing was said since `$1`.
macro_rules! quiet {
    () => {
        "SELECT c.id FROM conversations c WHERE c.started_at < $1
            AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id AND t.started_at >= $1)
            AND NOT EXISTS (SELECT 1 FROM proposals p WHERE p.conversation_id = c.id AND p.created_at >= $1)"
    };
}

/// Old conversations with everything in them, each table before those it refers to. `$1` is a time.
const CONVERSATIONS: &[TableRows] = &[
    TableRows::new(
        "proposal_messages",
        "id",
        concat!("proposal IN (SELECT p.id FROM proposals p WHERE p.conversation_id IN (", quiet!(), "))"),
    ),
    TableRows::new("proposals", "id", concat!("conversation_id IN (", quiet!(), ")")),
    TableRows::new("ratings", "user_id, answer", concat!("conversation_id IN (", quiet!(), ")")),
    TableRows::new("reviews", "number", concat!("conversation_id IN (", quiet!(), ")")),
    TableRows::new("turns", "id", concat!("conversation_id IN (", quiet!(), ")")),
    TableRows::new("conversations", "id", concat!("id IN (", quiet!(), ")")),
];

/// Statements that were offered, used or not. `$1` is a time.
const PROPOSALS: &[TableRows] = &[
    TableRows::new(
        "proposal_messages",
        "id",
        "proposal IN (SELECT p.id FROM proposals p WHERE p.created_at < $1 AND p.expires_at < $1)",
    ),
    TableRows::new("proposals", "id", "created_at < $1 AND expires_at < $1"),
];

/// Expired rows. `$1` is a time.
const OVER: &[TableRows] = &[
    TableRows::new("link_codes", "user_id", "expires_at < $1"),
    TableRows::new("sign_ins", "id", "expires_at < $1"),
    TableRows::new("link_requests", "platform, actor", "expires_at < $1"),
    TableRows::new("wrong_codes", "id", "tried_at < $1"),
];

/// A class of data that expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PruningClass {
    /// Conversations in which nothing was said since, with their turns and proposals.
    Conversations,
    /// Statements that were offered.
    Proposals,
    /// Expired codes, and wrong ones that no longer count.
    ExpiredCodes,
    /// Entries of the audit.
    Audit,
    /// The personal texts of audit entries.
    AuditTexts,
}

impl PruningClass {
    /// Its word in the audit.
    pub fn word(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Proposals => "proposals",
            Self::ExpiredCodes => "codes",
            Self::Audit => "audit",
            Self::AuditTexts => "audit texts",
        }
    }
}

/// The times before which the data of each class is expired; `None` for classes that are kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiryLimits {
    /// The current time.
    pub now: Timestamp,
    /// The limit of [`PruningClass::Conversations`].
    pub conversations: Option<Timestamp>,
    /// The limit of [`PruningClass::Proposals`].
    pub proposals: Option<Timestamp>,
    /// The limit of [`PruningClass::Audit`].
    pub audit: Option<Timestamp>,
    /// The limit of [`PruningClass::AuditTexts`].
    pub audit_texts: Option<Timestamp>,
}

impl ExpiryLimits {
    /// The classes that are rows and nothing else, each with its limit and its rows.
    pub(super) fn rows(&self) -> Vec<(PruningClass, Timestamp, &'static [TableRows])> {
        let memory = SignedDuration::try_from(WRONG_CODE_MEMORY).unwrap_or(SignedDuration::MAX);
        let over = self.now.checked_sub(memory).ok();
        let classes = [
            (PruningClass::Conversations, self.conversations, CONVERSATIONS),
            (PruningClass::Proposals, self.proposals, PROPOSALS),
            (PruningClass::ExpiredCodes, over, OVER),
        ];
        classes.into_iter().filter_map(|(class, before, parts)| Some((class, before?, parts))).collect()
    }
}

/// The expired data of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruning {
    /// The class of data.
    pub class: PruningClass,
    /// The time before which data is deleted.
    pub before: Timestamp,
    /// The number of rows to delete, by table.
    pub rows: Vec<(&'static str, u64)>,
}

impl Pruning {
    /// Returns the number of rows in all tables together.
    pub fn total(&self) -> u64 {
        self.rows.iter().map(|(_, rows)| rows).sum()
    }
}
