//! Ratings of answers.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::words::words;
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

words! {
    /// A rating of an answer.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Rating {
        /// It helped.
        Good = "good",
        /// It did not.
        Bad = "bad",
    }
}

/// A rating, kept with its answer: whoever asked has one for each, the last they gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The rated answer.
    pub answer: AnswerId,
    /// The user who rated it.
    pub user: UserId,
    /// The conversation of the answer; the rating goes with it.
    pub conversation: ConversationId,
    /// The rating.
    pub rating: Rating,
    /// The time of the rating.
    pub at: Timestamp,
    /// The target and the id of the verified query that the answer came of, if it did.
    pub verified: Option<(String, String)>,
}

/// The numbers of good and bad ratings of the answers of a verified query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// The number of good ratings.
    pub good: u64,
    /// The number of bad ratings.
    pub bad: u64,
}
