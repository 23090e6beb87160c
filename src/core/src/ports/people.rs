//! Users, and the chat identities linked to them.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreError;
use crate::domain::{Actor, Link, NewUser, Role, User, UserChange, UserId};

/// So many wrong codes within [`WRONG_CODE_MEMORY`] lock an actor out.
pub const WRONG_CODES: usize = 5;

/// For how long a wrong code counts.
pub const WRONG_CODE_MEMORY: Duration = Duration::from_mins(15);

/// A one-time code for a user, as it is kept: only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCode {
    /// The user an actor is linked to by giving the code.
    pub user: UserId,
    /// SHA-256 of the code, as hexadecimal digits.
    pub hash: String,
    /// The time at which it expires.
    pub expires_at: Timestamp,
    /// The user who made it; `None` for the command line.
    pub by: Option<UserId>,
}

/// The other way round: a one-time code for an actor, by which whoever looks after users can tell who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRequest {
    /// The actor who asks.
    pub actor: Actor,
    /// SHA-256 of the code, as hexadecimal digits.
    pub hash: String,
    /// The time of the request.
    pub at: Timestamp,
    /// The time at which it expires.
    pub expires_at: Timestamp,
}

/// The purpose of a valid code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveCode {
    /// Whoever gives it is linked to this user.
    OfUser(UserId),
    /// This actor asks to be linked.
    OfActor(Actor),
}

/// The result of giving a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeOutcome<T> {
    /// The actor is now linked to the user; the code is used up.
    Linked(T),
    /// No such code, or it is used up or too old: which of them is not told.
    Wrong,
    /// Too many wrong codes from whoever gives it; try again after this time.
    Locked {
        /// The time from which the next attempt counts.
        until: Timestamp,
    },
}

/// The result of redeeming a code: the user that the actor is now linked to.
pub type Redeemed = CodeOutcome<User>;

/// The result of confirming a request: the actor who is now linked to the user. It is also wrong where one of the two
/// users is disabled meanwhile.
pub type Confirmed = CodeOutcome<Actor>;

/// The result of changing a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// The user as they are now.
    Done(User),
    /// Nothing: nobody of the roles to keep would have been left.
    LastOfThem,
}

/// Users, and the chat identities linked to them. Many actors may be linked to one user.
#[async_trait]
pub trait People: Send + Sync {
    /// A number for a user to come, which nobody has had or will be given: so that what is recorded before the user is
    /// made can name them.
    async fn reserve_user(&self) -> Result<UserId, StoreError>;

    /// Makes a user of a number that was reserved. [`StoreError::Duplicate`] when the username or the number is taken.
    async fn add_user_as(&self, id: UserId, user: &NewUser, at: Timestamp) -> Result<User, StoreError>;

    /// Makes a user of the next number. [`StoreError::Duplicate`] when the username is taken.
    async fn add_user(&self, user: &NewUser, at: Timestamp) -> Result<User, StoreError> {
        let id = self.reserve_user().await?;
        self.add_user_as(id, user, at).await
    }

    /// All users by username.
    async fn users(&self) -> Result<Vec<User>, StoreError>;

    /// The user of that name, in whatever case and Unicode form.
    async fn user_named(&self, username: &str) -> Result<Option<User>, StoreError>;

    /// Changes a user who still is as they were `seen`, unless that took away the last enabled one whose role is among
    /// `keep`: both are looked at in the same step, so that of two changes at once, neither overwrites the other, and two
    /// who disable each other do not both succeed. Disabling voids the user's codes; disabling or another role voids those
    /// they have made for others. [`StoreError::Missing`] when there is no such user, [`StoreError::Stale`] when they have
    /// changed since, [`StoreError::Duplicate`] when the new username is taken.
    async fn change_user(&self, seen: &User, change: &UserChange, keep: &[Role]) -> Result<Changed, StoreError>;

    /// Keeps a user's password, already hashed, or with `None` takes it away. [`StoreError::Missing`] when there is no
    /// such user.
    async fn set_password(&self, user: UserId, hash: Option<&str>) -> Result<(), StoreError>;

    /// The hash of a user's password; `None` when they have none.
    async fn password(&self, user: UserId) -> Result<Option<String>, StoreError>;

    /// The user an actor is linked to, disabled or not.
    async fn linked(&self, actor: &Actor) -> Result<Option<User>, StoreError>;

    /// A user's links, the oldest first.
    async fn links(&self, user: UserId) -> Result<Vec<Link>, StoreError>;

    /// Links an actor to a user by hand, replacing an earlier link of that actor.
    async fn link(&self, actor: &Actor, user: UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Takes the link of an actor to this user away; whether there was one.
    async fn unlink(&self, actor: &Actor, user: UserId) -> Result<bool, StoreError>;

    /// Keeps a code; codes issued for the user before are void.
    async fn issue_code(&self, code: &LinkCode) -> Result<(), StoreError>;

    /// Keeps a request; earlier ones of that actor are void.
    async fn request_link(&self, request: &LinkRequest) -> Result<(), StoreError>;

    /// Gives a code (by its hash) for an actor: at most once, in time, for a user who is not disabled, and only after
    /// fewer than [`WRONG_CODES`] wrong tries of this actor in the last [`WRONG_CODE_MEMORY`]. Tries while locked do not
    /// count.
    async fn redeem_code(&self, actor: &Actor, hash: &str, at: Timestamp) -> Result<Redeemed, StoreError>;

    /// Confirms a request (by the hash of its code) for a user, under the conditions of [`People::redeem_code`]; wrong
    /// tries count for whoever confirms, if that is somebody in a chat.
    async fn confirm_request(
        &self,
        hash: &str,
        user: UserId,
        by: Option<(&Actor, UserId)>,
        at: Timestamp,
    ) -> Result<Confirmed, StoreError>;

    /// Returns the purpose of a code (by its hash) while it is valid.
    async fn live_code(&self, hash: &str, at: Timestamp) -> Result<Option<LiveCode>, StoreError>;

    /// Voids a code of either kind; whether there was one.
    async fn burn_code(&self, hash: &str) -> Result<bool, StoreError>;

    /// Counts a wrong code that was given where it could not have been used. When the actor is locked out, it is not
    /// counted, and the time until then is given back.
    async fn count_wrong_code(&self, actor: &Actor, at: Timestamp) -> Result<Option<Timestamp>, StoreError>;
}
