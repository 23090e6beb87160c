//! State in memory, and what every state database must do.
//!
//! Each suite makes users and conversations of its own, so that all may run on one store, in any order, once.

mod audit_log;
mod catalogs;
mod conversations;
mod knowledge;
mod links;
mod memory;
mod people;
mod proposals;

use jiff::Timestamp;

use crate::domain::{Actor, Conversation, Locale, Mode, NewUser, Place, PlatformName, Role, User, UserChange, UserId};
use crate::ports::{AuditLog, Catalogs, Changed, Conversations, Knowledge, People, Proposals, StoreError};

pub use audit_log::{audit_log, full_event};
pub use catalogs::catalogs;
pub use conversations::conversations;
pub use knowledge::knowledge;
pub use memory::MemoryState;
pub use people::people;
use proposals::proposal;
pub use proposals::{one_of_a_hundred_claims, proposals};

/// All six state ports in one.
pub trait State: People + Conversations + Proposals + Knowledge + Catalogs + AuditLog {}

impl<T: People + Conversations + Proposals + Knowledge + Catalogs + AuditLog> State for T {}

/// Every suite, one after the other. An error is one the store should not have given; a broken promise panics.
pub async fn everything(state: &dyn State) -> Result<(), StoreError> {
    people(state).await?;
    conversations(state).await?;
    proposals(state).await?;
    knowledge(state).await?;
    catalogs(state).await?;
    audit_log(state).await
}

/// A time of the test day, such as `10:00:00`.
pub fn at(time: &str) -> Timestamp {
    format!("2026-11-21T{time}Z").parse().expect("invariant: tests give a valid time")
}

/// Makes a member who reads French.
pub async fn member(state: &(impl People + ?Sized), username: &str) -> Result<User, StoreError> {
    let user = NewUser {
        username: username.to_owned(),
        full_name: "Zoé Lefèvre".to_owned(),
        email: String::new(),
        role: Role::member(),
        locale: Locale::Fr,
    };
    state.add_user(&user, at("09:00:00")).await
}

/// Changes a user as they are now.
pub async fn change_current(
    state: &(impl People + ?Sized),
    user: UserId,
    change: &UserChange,
    keep: &[Role],
) -> Result<Changed, StoreError> {
    let users = state.users().await?;
    let now = users.iter().find(|one| one.id == user).ok_or_else(|| StoreError::Missing(format!("user {}", user.0)))?;
    state.change_user(now, change, keep).await
}

/// A private place on the platform `terminal`.
pub fn place(id: &str) -> Place {
    Place { platform: terminal(), id: id.to_owned(), thread: None, private: true }
}

/// An identity on the platform `terminal`.
pub fn actor(id: &str) -> Actor {
    Actor { platform: terminal(), id: id.to_owned(), name: "Zoé".to_owned() }
}

fn terminal() -> PlatformName {
    PlatformName("terminal".to_owned())
}

/// A user of that name with a conversation in a place of that name.
async fn talk<S: People + Conversations + ?Sized>(state: &S, name: &str) -> Result<(User, Conversation), StoreError> {
    let user = member(state, name).await?;
    let conversation = state.begin(user.id, &place(name), Mode::Sql, at("09:01:00")).await?;
    Ok((user, conversation))
}

/// Checks whether the answer is that something is missing.
fn missing<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Missing(_)))
}

/// Checks whether the answer is that a name is taken.
fn duplicate<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Duplicate(_)))
}
