//! Users, and the chat identities linked to them.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::{Actor, NewUser, User, UserId};

/// So many wrong codes within [`WRONG_CODE_MEMORY`] lock an actor out.
pub const WRONG_CODES: usize = 5;

/// For how long a wrong code counts.
pub const WRONG_CODE_MEMORY: Duration = Duration::from_mins(15);

/// A one-time code as it is kept: only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCode {
    /// The user an actor is linked to by giving the code.
    pub user: UserId,
    /// SHA-256 of the code, as hexadecimal digits.
    pub hash: String,
    /// After this it is worth nothing.
    pub expires_at: Timestamp,
}

/// What came of giving a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The actor is now linked to this user; the code is used up.
    Linked(User),
    /// No such code, or it is used up or too old: which of them is not told.
    Wrong,
    /// Too many wrong codes from this actor; try again after this time.
    Locked {
        /// When the next try counts.
        until: Timestamp,
    },
}

/// Users, and the chat identities linked to them. Many actors may be linked to one user.
#[async_trait]
pub trait People: Send + Sync {
    /// Makes a user. [`StoreError::Duplicate`] when the username is taken.
    async fn add_user(&self, user: &NewUser, at: Timestamp) -> Result<User, StoreError>;

    /// All users by username.
    async fn users(&self) -> Result<Vec<User>, StoreError>;

    /// The user of that name, in whatever case.
    async fn user_named(&self, username: &str) -> Result<Option<User>, StoreError>;

    /// Disables a user or enables them again. [`StoreError::Missing`] when there is none.
    async fn set_disabled(&self, user: UserId, disabled: bool) -> Result<(), StoreError>;

    /// The user an actor is linked to, disabled or not.
    async fn linked(&self, actor: &Actor) -> Result<Option<User>, StoreError>;

    /// Links an actor to a user, replacing an earlier link of that actor.
    async fn link(&self, actor: &Actor, user: UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Keeps a code; codes issued for the user before are void.
    async fn issue_code(&self, code: &LinkCode) -> Result<(), StoreError>;

    /// Gives a code (by its hash) for an actor: at most once, in time, and only after fewer than
    /// [`WRONG_CODES`] wrong tries of this actor in the last [`WRONG_CODE_MEMORY`]. Tries while locked do not count.
    async fn redeem_code(&self, actor: &Actor, hash: &str, at: Timestamp) -> Result<Redeemed, StoreError>;
}
