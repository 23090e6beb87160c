//! The classes of data that have their time, and since when what is older is over.

use jiff::{SignedDuration, Timestamp};
use pstral_core::ports::WRONG_CODE_MEMORY;

use super::part::Part;

/// Conversations in which nothing was said since `$1`.
macro_rules! quiet {
    () => {
        "SELECT c.id FROM conversations c WHERE c.started_at < $1
            AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id AND t.started_at >= $1)
            AND NOT EXISTS (SELECT 1 FROM proposals p WHERE p.conversation_id = c.id AND p.created_at >= $1)"
    };
}

/// Old conversations with everything in them, each table before those it refers to. `$1` is a time.
const CONVERSATIONS: &[Part] = &[
    Part::new(
        "proposal_messages",
        "id",
        concat!("proposal IN (SELECT p.id FROM proposals p WHERE p.conversation_id IN (", quiet!(), "))"),
    ),
    Part::new("proposals", "id", concat!("conversation_id IN (", quiet!(), ")")),
    Part::new("ratings", "user_id, answer", concat!("conversation_id IN (", quiet!(), ")")),
    Part::new("turns", "id", concat!("conversation_id IN (", quiet!(), ")")),
    Part::new("conversations", "id", concat!("id IN (", quiet!(), ")")),
];

/// Statements that were offered, used or not. `$1` is a time.
const PROPOSALS: &[Part] = &[
    Part::new(
        "proposal_messages",
        "id",
        "proposal IN (SELECT p.id FROM proposals p WHERE p.created_at < $1 AND p.expires_at < $1)",
    ),
    Part::new("proposals", "id", "created_at < $1 AND expires_at < $1"),
];

/// Expired rows. `$1` is a time.
const OVER: &[Part] = &[
    Part::new("link_codes", "user_id", "expires_at < $1"),
    Part::new("link_requests", "platform, actor", "expires_at < $1"),
    Part::new("wrong_codes", "id", "tried_at < $1"),
];

/// A class of data that has its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PruningClass {
    /// Conversations in which nothing was said since, with their turns and proposals.
    Conversations,
    /// Statements that were offered.
    Proposals,
    /// Codes that are worth nothing any more, and wrong ones that no longer count.
    Over,
    /// Entries of the audit.
    Audit,
    /// The personal texts of audit entries.
    AuditTexts,
}

impl PruningClass {
    /// The word the audit says it by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Proposals => "proposals",
            Self::Over => "codes",
            Self::Audit => "audit",
            Self::AuditTexts => "audit texts",
        }
    }
}

/// The times before which the data of each class is expired; `None` for classes that are kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
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

impl Due {
    /// The classes that are rows and nothing else, with since when they are over and what they are made of.
    pub(super) fn rows(&self) -> Vec<(PruningClass, Timestamp, &'static [Part])> {
        let memory = SignedDuration::try_from(WRONG_CODE_MEMORY).unwrap_or(SignedDuration::MAX);
        let over = self.now.checked_sub(memory).ok();
        let classes = [
            (PruningClass::Conversations, self.conversations, CONVERSATIONS),
            (PruningClass::Proposals, self.proposals, PROPOSALS),
            (PruningClass::Over, over, OVER),
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
