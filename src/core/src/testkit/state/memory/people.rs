//! People in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{ActorKey, MemoryState, Tables};
use crate::domain::{Actor, Link, LinkedHow, NewUser, Role, User, UserChange, UserId, username_key};
use crate::ports::{
    Changed, Confirmed, LinkCode, LinkRequest, LiveCode, People, Redeemed, StoreError, WRONG_CODE_MEMORY, WRONG_CODES,
};

#[async_trait]
impl People for MemoryState {
    async fn reserve_user(&self) -> Result<UserId, StoreError> {
        let mut tables = self.tables();
        tables.last_user += 1;
        Ok(UserId(tables.last_user))
    }

    async fn add_user_as(&self, id: UserId, new: &NewUser, at: Timestamp) -> Result<User, StoreError> {
        let mut tables = self.tables();
        let username = username_key(&new.username);
        if tables.users.iter().any(|user| user.username == username || user.id == id) {
            return Err(StoreError::Duplicate(format!("user {username}")));
        }
        let NewUser { full_name, email, role, locale, .. } = new.clone();
        let user = User { id, username, full_name, email, role, locale, zone: None, disabled: false, created_at: at };
        tables.users.push(user.clone());
        Ok(user)
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let mut users = self.tables().users.clone();
        users.sort_by(|a, b| a.username.cmp(&b.username));
        Ok(users)
    }

    async fn user_named(&self, username: &str) -> Result<Option<User>, StoreError> {
        let username = username_key(username);
        Ok(self.tables().users.iter().find(|user| user.username == username).cloned())
    }

    async fn change_user(&self, seen: &User, change: &UserChange, keep: &[Role]) -> Result<Changed, StoreError> {
        let id = seen.id;
        let mut tables = self.tables();
        let before = tables.user(id)?.clone();
        if before != *seen {
            return Err(StoreError::Stale(format!("user {}", id.0)));
        }
        let after = change.clone().applied_to(before.clone());
        if tables.users.iter().any(|other| other.id != id && other.username == after.username) {
            return Err(StoreError::Duplicate(format!("user {}", after.username)));
        }
        let keeps = |user: &User| !user.disabled && keep.contains(&user.role);
        let others = tables.users.iter().any(|other| other.id != id && keeps(other));
        if keeps(&before) && !keeps(&after) && !others {
            return Ok(Changed::LastOfThem);
        }
        if after.disabled {
            tables.codes.retain(|code| code.user != id);
        }
        if after.disabled || after.role != before.role {
            tables.codes.retain(|code| code.by != Some(id));
        }
        tables.user(id)?.clone_from(&after);
        Ok(Changed::Done(after))
    }

    async fn set_password(&self, user: UserId, hash: Option<&str>) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.user(user)?;
        match hash {
            Some(hash) => tables.passwords.insert(user, hash.to_owned()),
            None => tables.passwords.remove(&user),
        };
        Ok(())
    }

    async fn password(&self, user: UserId) -> Result<Option<String>, StoreError> {
        Ok(self.tables().passwords.get(&user).cloned())
    }

    async fn linked(&self, actor: &Actor) -> Result<Option<User>, StoreError> {
        let mut tables = self.tables();
        let Some(id) = tables.links.get(&key(actor)).map(|link| link.user) else { return Ok(None) };
        tables.user(id).map(|user| Some(user.clone()))
    }

    async fn links(&self, user: UserId) -> Result<Vec<Link>, StoreError> {
        let mut links: Vec<Link> = self.tables().links.values().filter(|link| link.user == user).cloned().collect();
        links.sort_by_key(|link| link.at);
        Ok(links)
    }

    async fn link(&self, actor: &Actor, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.user(user)?;
        tables.keep(Link { actor: actor.clone(), user, at, by: None, how: LinkedHow::Command });
        Ok(())
    }

    async fn unlink(&self, actor: &Actor, user: UserId) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let linked = tables.links.get(&key(actor)).is_some_and(|link| link.user == user);
        Ok(linked && tables.links.remove(&key(actor)).is_some())
    }

    async fn issue_code(&self, code: &LinkCode) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.user(code.user)?;
        tables.codes.retain(|earlier| earlier.user != code.user);
        tables.codes.push(code.clone());
        Ok(())
    }

    async fn request_link(&self, request: &LinkRequest) -> Result<(), StoreError> {
        let asker = key(&request.actor);
        let mut tables = self.tables();
        tables.requests.retain(|earlier| earlier.expires_at > request.at && key(&earlier.actor) != asker);
        tables.requests.push(request.clone());
        Ok(())
    }

    async fn redeem_code(&self, actor: &Actor, hash: &str, at: Timestamp) -> Result<Redeemed, StoreError> {
        let mut tables = self.tables();
        if let Some(until) = tables.locked_until(&key(actor), at) {
            return Ok(Redeemed::Locked { until });
        }
        let Some(found) = tables.codes.iter().position(|code| tables.is_live(code, hash, at)) else {
            tables.wrong_tries.push((key(actor), at));
            return Ok(Redeemed::Wrong);
        };
        let LinkCode { user, by, .. } = tables.codes.remove(found);
        tables.keep(Link { actor: actor.clone(), user, at, by, how: LinkedHow::Code });
        tables.user(user).map(|user| Redeemed::Linked(user.clone()))
    }

    async fn confirm_request(
        &self,
        hash: &str,
        user: UserId,
        by: Option<(&Actor, UserId)>,
        at: Timestamp,
    ) -> Result<Confirmed, StoreError> {
        let mut tables = self.tables();
        let confirmer = by.map(|(actor, _)| key(actor));
        if let Some(until) = confirmer.as_ref().and_then(|actor| tables.locked_until(actor, at)) {
            return Ok(Confirmed::Locked { until });
        }
        tables.user(user)?;
        let both = std::iter::once(user).chain(by.map(|(_, by)| by));
        let allowed = both.into_iter().all(|one| tables.user(one).is_ok_and(|user| !user.disabled));
        let found = tables.requests.iter().position(|one| allowed && one.hash == hash && at < one.expires_at);
        let Some(found) = found else {
            tables.wrong_tries.extend(confirmer.map(|actor| (actor, at)));
            return Ok(Confirmed::Wrong);
        };
        let actor = tables.requests.remove(found).actor;
        tables.keep(Link { actor: actor.clone(), user, at, by: by.map(|(_, by)| by), how: LinkedHow::Request });
        Ok(Confirmed::Linked(actor))
    }

    async fn live_code(&self, hash: &str, at: Timestamp) -> Result<Option<LiveCode>, StoreError> {
        let tables = self.tables();
        let code = tables.codes.iter().find(|code| tables.is_live(code, hash, at));
        let request = tables.requests.iter().find(|request| request.hash == hash && at < request.expires_at);
        let of_user = code.map(|code| LiveCode::OfUser(code.user));
        Ok(of_user.or_else(|| request.map(|request| LiveCode::OfActor(request.actor.clone()))))
    }

    async fn burn_code(&self, hash: &str) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let before = tables.codes.len() + tables.requests.len();
        tables.codes.retain(|code| code.hash != hash);
        tables.requests.retain(|request| request.hash != hash);
        Ok(tables.codes.len() + tables.requests.len() < before)
    }

    async fn count_wrong_code(&self, actor: &Actor, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut tables = self.tables();
        let locked = tables.locked_until(&key(actor), at);
        if locked.is_none() {
            tables.wrong_tries.push((key(actor), at));
        }
        Ok(locked)
    }
}

impl Tables {
    fn keep(&mut self, link: Link) {
        self.links.insert(key(&link.actor), link);
    }

    fn is_live(&self, code: &LinkCode, hash: &str, at: Timestamp) -> bool {
        let enabled = |id| self.users.iter().any(|user| user.id == id && !user.disabled);
        code.hash == hash && at < code.expires_at && enabled(code.user)
    }

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
