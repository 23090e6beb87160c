//! People in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{ActorKey, MemoryState, Tables, next_number};
use crate::domain::{Actor, NewUser, User, UserId};
use crate::ports::{LinkCode, People, Redeemed, StoreError, WRONG_CODE_MEMORY, WRONG_CODES};

#[async_trait]
impl People for MemoryState {
    async fn add_user(&self, new: &NewUser, at: Timestamp) -> Result<User, StoreError> {
        let mut tables = self.tables();
        let username = new.username.to_lowercase();
        if tables.users.iter().any(|user| user.username == username) {
            return Err(StoreError::Duplicate(format!("user {username}")));
        }
        let user = User {
            id: UserId(next_number(&tables.users)),
            username,
            full_name: new.full_name.clone(),
            email: new.email.clone(),
            role: new.role.clone(),
            locale: new.locale,
            disabled: false,
            created_at: at,
        };
        tables.users.push(user.clone());
        Ok(user)
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let mut users = self.tables().users.clone();
        users.sort_by(|a, b| a.username.cmp(&b.username));
        Ok(users)
    }

    async fn user_named(&self, username: &str) -> Result<Option<User>, StoreError> {
        let username = username.to_lowercase();
        Ok(self.tables().users.iter().find(|user| user.username == username).cloned())
    }

    async fn set_disabled(&self, user: UserId, disabled: bool) -> Result<(), StoreError> {
        self.tables().user(user)?.disabled = disabled;
        Ok(())
    }

    async fn linked(&self, actor: &Actor) -> Result<Option<User>, StoreError> {
        let mut tables = self.tables();
        let Some(id) = tables.links.get(&key(actor)).copied() else { return Ok(None) };
        tables.user(id).map(|user| Some(user.clone()))
    }

    async fn link(&self, actor: &Actor, user: UserId, _at: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.user(user)?;
        tables.links.insert(key(actor), user);
        Ok(())
    }

    async fn issue_code(&self, code: &LinkCode) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.user(code.user)?;
        tables.codes.retain(|earlier| earlier.user != code.user);
        tables.codes.push(code.clone());
        Ok(())
    }

    async fn redeem_code(&self, actor: &Actor, hash: &str, at: Timestamp) -> Result<Redeemed, StoreError> {
        let mut tables = self.tables();
        if let Some(until) = tables.locked_until(&key(actor), at) {
            return Ok(Redeemed::Locked { until });
        }
        let Some(found) = tables.codes.iter().position(|code| code.hash == hash && at < code.expires_at) else {
            tables.wrong_tries.push((key(actor), at));
            return Ok(Redeemed::Wrong);
        };
        let user = tables.codes.remove(found).user;
        tables.links.insert(key(actor), user);
        tables.user(user).map(|user| Redeemed::Linked(user.clone()))
    }
}

impl Tables {
    /// The time at which too many wrong tries are no longer remembered, if that is to come.
    fn locked_until(&self, actor: &ActorKey, at: Timestamp) -> Option<Timestamp> {
        let tries = self.wrong_tries.iter().filter(|(who, _)| who == actor);
        let mut ends: Vec<Timestamp> =
            tries.map(|(_, when)| *when + WRONG_CODE_MEMORY).filter(|end| at < *end).collect();
        ends.sort_unstable();
        ends.iter().rev().nth(WRONG_CODES - 1).copied()
    }
}

fn key(actor: &Actor) -> ActorKey {
    (actor.platform.clone(), actor.id.clone())
}
