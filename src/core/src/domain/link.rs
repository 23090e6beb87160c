//! The links between chat accounts and users.

use jiff::Timestamp;

use super::words::words;
use super::{Actor, UserId};

words! {
    /// The way in which an account was linked.
    LinkedHow {
        /// The person gave a code that was made for the user.
        Code = "code",
        /// The person asked, and whoever looks after users confirmed it.
        Request = "request",
        /// By hand, on the machine Pstral runs on.
        Command = "command",
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
