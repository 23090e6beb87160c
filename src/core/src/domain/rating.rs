//! What people think of answers.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ConversationId, ProposalId, TurnId, UserId};

/// An answer that can be rated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerId {
    /// A statement, or what came of it.
    Proposal(ProposalId),
    /// Words alone.
    Turn(ConversationId, TurnId),
}

/// As it is stored.
impl fmt::Display for AnswerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proposal(proposal) => write!(f, "proposal {proposal}"),
            Self::Turn(_, turn) => write!(f, "turn {}", turn.0),
        }
    }
}

/// What somebody thinks of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It helped.
    Good,
    /// It did not.
    Bad,
}

impl Rating {
    /// The word stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }

    /// The rating a stored word names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Good, Self::Bad].into_iter().find(|rating| rating.word() == word)
    }
}

/// A rating, kept with its answer: whoever asked has one for each, the last they gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// Which answer.
    pub answer: AnswerId,
    /// Whose rating it is.
    pub user: UserId,
    /// The conversation of the answer; the rating goes with it.
    pub conversation: ConversationId,
    /// What they think.
    pub rating: Rating,
    /// When they said so.
    pub at: Timestamp,
    /// The target and the id of the verified query that the answer came of, if it did.
    pub verified: Option<(String, String)>,
}

/// How many found the answers of a verified query good, and how many bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many good.
    pub good: u64,
    /// How many bad.
    pub bad: u64,
}
