//! The links between chat accounts and users.

use jiff::Timestamp;

use super::{Actor, UserId};

/// The way in which an account was linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkedHow {
    /// The person gave a code that was made for the user.
    Code,
    /// The person asked, and whoever looks after users confirmed it.
    Request,
    /// By hand, on the machine Pstral runs on.
    Command,
}

impl LinkedHow {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Code, Self::Request, Self::Command];

    /// The word stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Request => "request",
            Self::Command => "command",
        }
    }

    /// The one a stored word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.word() == word)
    }
}

/// An account of a chat and the user it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The account; its name is the one it had when it was linked.
    pub actor: Actor,
    /// The user it is linked to.
    pub user: UserId,
    /// The time of linking.
    pub at: Timestamp,
    /// The user who made the code or confirmed the request; `None` for the command line.
    pub by: Option<UserId>,
    /// The way in which it was linked.
    pub how: LinkedHow,
}
