//! Users and their chat accounts.

use crate::Store;
use crate::engine::StateTransaction;
use crate::fault::{conflict, fault, require_changed};
use crate::rows::{get, time, word};
use crate::sign_ins::END_ALL;
use crate::sql::{Row, sql};
use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pstral_core::domain::{Actor, Link, NewUser, Role, User, UserChange, UserId, username_key};
use pstral_core::ports::{Changed, Confirmed, LinkCode, LinkRequest, LiveCode, People, Redeemed, StoreError};

/// The columns of a user without the password hash, which is only read where it is needed.
macro_rules! users {
    ($which:literal) => {
        concat!(
            "SELECT id, username, full_name, email, role, locale, timezone, disabled, created_at FROM users",
            $which
        )
    };
}

/// Reserves a number above every user's, including those set by hand or before numbers were tracked.
const RESERVE: &str = "INSERT INTO user_numbers (id, last) VALUES (1, (SELECT coalesce(max(id), 0) + 1 FROM users))
    ON CONFLICT (id) DO UPDATE SET last =
        CASE WHEN user_numbers.last < excluded.last THEN excluded.last ELSE user_numbers.last + 1 END
    RETURNING last";
const ADD: &str = "INSERT INTO users (id, username, full_name, email, role, locale, disabled, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";
const USERS: &str = users!(" ORDER BY username");
const USER_NAMED: &str = users!(" WHERE username = $1");
const USER: &str = users!(" WHERE id = $1");
const CHANGE: &str =
    "UPDATE users SET username = $2, full_name = $3, email = $4, role = $5, locale = $6, disabled = $7,
        timezone = $8
    WHERE id = $1";
const VOID_OWN: &str = "DELETE FROM link_codes WHERE user_id = $1";
const VOID_MADE: &str = "DELETE FROM link_codes WHERE issued_by = $1";
const SET_PASSWORD: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";
const PASSWORD: &str = "SELECT password_hash FROM users WHERE id = $1";

#[async_trait]
impl People for Store {
    async fn reserve_user(&self) -> Result<UserId, StoreError> {
        let mut writing = self.begin().await?;
        let row = sql(RESERVE).fetch_one(&mut writing).await.map_err(fault)?;
        writing.commit().await.map_err(fault)?;
        get(&row, "last").map(UserId)
    }

    async fn add_user_as(&self, id: UserId, new: &NewUser, at: Timestamp) -> Result<User, StoreError> {
        let username = username_key(&new.username);
        let add = sql(ADD).bind(id.0).bind(&username).bind(&new.full_name).bind(&new.email).bind(new.role.word());
        let added = add.bind(new.locale.tag()).bind(at.as_millisecond()).execute(self).await;
        added.map_err(|error| conflict(error, format!("user {username}"), "what a user needs"))?;
        self.user_named(&username).await?.ok_or_else(|| StoreError::Missing(name(id)))
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows = sql(USERS).fetch_all(self).await.map_err(fault)?;
        rows.iter().map(read).collect()
    }

    async fn user_named(&self, username: &str) -> Result<Option<User>, StoreError> {
        let found = sql(USER_NAMED).bind(username_key(username)).fetch_optional(self).await.map_err(fault)?;
        found.as_ref().map(read).transpose()
    }

    async fn change_user(&self, seen: &User, change: &UserChange, keep: &[Role]) -> Result<Changed, StoreError> {
        let id = seen.id;
        let mut writing = self.begin().await?;
        let rows = sql(USERS).fetch_all(&mut writing).await.map_err(fault)?;
        let users = rows.iter().map(read).collect::<Result<Vec<User>, StoreError>>()?;
        let before = users.iter().find(|user| user.id == id).ok_or_else(|| StoreError::Missing(name(id)))?;
        if before != seen {
            return Err(StoreError::Stale(name(id)));
        }
        let after = change.clone().applied_to(before.clone());
        let keeps = |user: &User| !user.disabled && keep.contains(&user.role);
        if keeps(before) && !keeps(&after) && !users.iter().any(|other| other.id != id && keeps(other)) {
            return Ok(Changed::LastOfThem);
        }
        let update = sql(CHANGE).bind(id.0).bind(&after.username).bind(&after.full_name).bind(&after.email);
        let update = update.bind(after.role.word()).bind(after.locale.tag()).bind(after.disabled);
        let update = update.bind(after.zone.as_ref().and_then(TimeZone::iana_name));
        let updated = update.execute(&mut writing).await;
        updated.map_err(|error| conflict(error, format!("user {}", after.username), &name(id)))?;
        if after.disabled {
            sql(VOID_OWN).bind(id.0).execute(&mut writing).await.map_err(fault)?;
        }
        if after.disabled || after.role != before.role {
            sql(VOID_MADE).bind(id.0).execute(&mut writing).await.map_err(fault)?;
            sql(END_ALL).bind(id.0).execute(&mut writing).await.map_err(fault)?;
        }
        writing.commit().await.map_err(fault)?;
        Ok(Changed::Done(after))
    }

    async fn set_password(&self, user: UserId, hash: Option<&str>) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        let set = sql(SET_PASSWORD).bind(user.0).bind(hash).execute(&mut writing).await.map_err(fault)?;
        require_changed(set, || name(user))?;
        // A changed password ends every sign-in.
        sql(END_ALL).bind(user.0).execute(&mut writing).await.map_err(fault)?;
        writing.commit().await.map_err(fault)
    }

    async fn password(&self, user: UserId) -> Result<Option<String>, StoreError> {
        let row = sql(PASSWORD).bind(user.0).fetch_optional(self).await.map_err(fault)?;
        row.map_or(Ok(None), |row| get(&row, "password_hash"))
    }

    async fn linked(&self, actor: &Actor) -> Result<Option<User>, StoreError> {
        self.linked_user(actor).await
    }

    async fn links(&self, user: UserId) -> Result<Vec<Link>, StoreError> {
        self.links_of(user).await
    }

    async fn link(&self, actor: &Actor, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        self.link_by_hand(actor, user, at).await
    }

    async fn unlink(&self, actor: &Actor, user: UserId) -> Result<bool, StoreError> {
        self.remove_link(actor, user).await
    }

    async fn issue_code(&self, code: &LinkCode) -> Result<(), StoreError> {
        self.keep_code(code).await
    }

    async fn request_link(&self, request: &LinkRequest) -> Result<(), StoreError> {
        self.keep_request(request).await
    }

    async fn redeem_code(&self, actor: &Actor, hash: &str, at: Timestamp) -> Result<Redeemed, StoreError> {
        self.redeem(actor, hash, at).await
    }

    async fn confirm_request(
        &self,
        hash: &str,
        user: UserId,
        by: Option<(&Actor, UserId)>,
        at: Timestamp,
    ) -> Result<Confirmed, StoreError> {
        self.confirm(hash, user, by, at).await
    }

    async fn live_code(&self, hash: &str, at: Timestamp) -> Result<Option<LiveCode>, StoreError> {
        self.find_code(hash, at).await
    }

    async fn burn_code(&self, hash: &str) -> Result<bool, StoreError> {
        self.burn(hash).await
    }

    async fn count_wrong_code(&self, actor: &Actor, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.count_wrong(actor, at).await
    }
}

/// A user by number, under the lock of whoever writes.
pub(crate) async fn user(writing: &mut StateTransaction, id: UserId) -> Result<User, StoreError> {
    let row = sql(USER).bind(id.0).fetch_optional(writing).await.map_err(fault)?;
    row.as_ref().map(read).transpose()?.ok_or_else(|| StoreError::Missing(name(id)))
}

pub(crate) fn name(user: UserId) -> String {
    format!("user {}", user.0)
}

pub(crate) fn read(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: UserId(get(row, "id")?),
        username: get(row, "username")?,
        full_name: get(row, "full_name")?,
        email: get(row, "email")?,
        role: word(row, "role", |word| word.parse().ok())?,
        locale: word(row, "locale", |word| word.parse().ok())?,
        zone: get::<Option<String>>(row, "timezone")?.and_then(|name| TimeZone::get(&name).ok()),
        disabled: get(row, "disabled")?,
        created_at: time(row, "created_at")?,
    })
}
