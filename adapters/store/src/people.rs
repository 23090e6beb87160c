//! Users, links and codes.

use async_trait::async_trait;
use jiff::Timestamp;
use pstral_core::domain::{Actor, NewUser, User, UserId};
use pstral_core::ports::{LinkCode, People, Redeemed, StoreError, WRONG_CODE_MEMORY, WRONG_CODES};

use crate::Store;
use crate::engine::Writing;
use crate::fault::{conflict, fault, met};
use crate::rows::{get, time, word};
use crate::sql::{Row, sql};

const ADD: &str = "INSERT INTO users (username, full_name, email, role, locale, disabled, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *";
const LINKED: &str = "SELECT users.* FROM links JOIN users ON users.id = links.user_id
    WHERE links.platform = $1 AND links.actor = $2";
const LINK: &str = "INSERT INTO links (platform, actor, user_id, linked_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (platform, actor) DO UPDATE SET user_id = excluded.user_id, linked_at = excluded.linked_at";
const ISSUE: &str = "INSERT INTO link_codes (user_id, hash, expires_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at";
const USE_UP: &str = "DELETE FROM link_codes WHERE hash = $1 AND expires_at > $2 RETURNING user_id";
const NEWEST_WRONG: &str = "SELECT tried_at FROM wrong_codes WHERE platform = $1 AND actor = $2 AND tried_at > $3
    ORDER BY tried_at DESC LIMIT $4";
const FORGET_WRONG: &str = "DELETE FROM wrong_codes WHERE tried_at <= $1";
const REMEMBER_WRONG: &str = "INSERT INTO wrong_codes (platform, actor, tried_at) VALUES ($1, $2, $3)";

#[async_trait]
impl People for Store {
    async fn add_user(&self, user: &NewUser, at: Timestamp) -> Result<User, StoreError> {
        let username = user.username.to_lowercase();
        let mut writing = self.begin().await?;
        let row = sql(ADD)
            .bind(&username)
            .bind(&user.full_name)
            .bind(&user.email)
            .bind(user.role.word())
            .bind(user.locale.tag())
            .bind(false)
            .bind(at.as_millisecond())
            .fetch_one(&mut writing)
            .await
            .map_err(|error| conflict(error, format!("user {username}"), "what a user needs"))?;
        let user = read(&row)?;
        writing.commit().await.map_err(fault)?;
        Ok(user)
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows = sql("SELECT * FROM users ORDER BY username").fetch_all(self).await.map_err(fault)?;
        rows.iter().map(read).collect()
    }

    async fn user_named(&self, username: &str) -> Result<Option<User>, StoreError> {
        let found = sql("SELECT * FROM users WHERE username = $1").bind(username.to_lowercase());
        found.fetch_optional(self).await.map_err(fault)?.as_ref().map(read).transpose()
    }

    async fn set_disabled(&self, user: UserId, disabled: bool) -> Result<(), StoreError> {
        let change = sql("UPDATE users SET disabled = $2 WHERE id = $1").bind(user.0).bind(disabled);
        met(change.execute(self).await.map_err(fault)?, || name(user))
    }

    async fn linked(&self, actor: &Actor) -> Result<Option<User>, StoreError> {
        let found = sql(LINKED).bind(&actor.platform.0).bind(&actor.id);
        found.fetch_optional(self).await.map_err(fault)?.as_ref().map(read).transpose()
    }

    async fn link(&self, actor: &Actor, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        link(&mut writing, actor, user, at).await?;
        writing.commit().await.map_err(fault)
    }

    async fn issue_code(&self, code: &LinkCode) -> Result<(), StoreError> {
        let issue = sql(ISSUE).bind(code.user.0).bind(&code.hash).bind(code.expires_at.as_millisecond());
        let issued = issue.execute(self).await;
        issued.map(|_| ()).map_err(|error| conflict(error, "this code", &name(code.user)))
    }

    async fn redeem_code(&self, actor: &Actor, hash: &str, at: Timestamp) -> Result<Redeemed, StoreError> {
        let mut writing = self.begin().await?;
        if let Some(until) = locked_until(&mut writing, actor, at).await? {
            return Ok(Redeemed::Locked { until });
        }
        let used_up = sql(USE_UP).bind(hash).bind(at.as_millisecond());
        let redeemed = match used_up.fetch_optional(&mut writing).await.map_err(fault)? {
            None => {
                remember_wrong(&mut writing, actor, at).await?;
                Redeemed::Wrong
            }
            Some(row) => {
                let user: i64 = get(&row, "user_id")?;
                link(&mut writing, actor, UserId(user), at).await?;
                let row = sql("SELECT * FROM users WHERE id = $1").bind(user).fetch_one(&mut writing).await;
                Redeemed::Linked(read(&row.map_err(fault)?)?)
            }
        };
        writing.commit().await.map_err(fault)?;
        Ok(redeemed)
    }
}

async fn link(writing: &mut Writing, actor: &Actor, user: UserId, at: Timestamp) -> Result<(), StoreError> {
    let link = sql(LINK).bind(&actor.platform.0).bind(&actor.id).bind(user.0).bind(at.as_millisecond());
    let linked = link.execute(writing).await;
    linked.map(|_| ()).map_err(|error| conflict(error, "this link", &name(user)))
}

/// When an actor with too many wrong codes may try again.
async fn locked_until(writing: &mut Writing, actor: &Actor, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let most = i64::try_from(WRONG_CODES).unwrap_or(i64::MAX);
    let recent = sql(NEWEST_WRONG).bind(&actor.platform.0).bind(&actor.id).bind(forgotten(at)).bind(most);
    let recent = recent.fetch_all(writing).await.map_err(fault)?;
    let Some(first) = recent.get(WRONG_CODES - 1) else { return Ok(None) };
    let first = time(first, "tried_at")?;
    Ok(Some(first.checked_add(WRONG_CODE_MEMORY).unwrap_or(Timestamp::MAX)))
}

async fn remember_wrong(writing: &mut Writing, actor: &Actor, at: Timestamp) -> Result<(), StoreError> {
    sql(FORGET_WRONG).bind(forgotten(at)).execute(&mut *writing).await.map_err(fault)?;
    let remember = sql(REMEMBER_WRONG).bind(&actor.platform.0).bind(&actor.id).bind(at.as_millisecond());
    remember.execute(writing).await.map(|_| ()).map_err(fault)
}

/// The time, in milliseconds, up to which wrong codes no longer count.
fn forgotten(at: Timestamp) -> i64 {
    at.checked_sub(WRONG_CODE_MEMORY).unwrap_or(Timestamp::MIN).as_millisecond()
}

fn name(user: UserId) -> String {
    format!("user {}", user.0)
}

fn read(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: UserId(get(row, "id")?),
        username: get(row, "username")?,
        full_name: get(row, "full_name")?,
        email: get(row, "email")?,
        role: word(row, "role", |word| word.parse().ok())?,
        locale: word(row, "locale", |word| word.parse().ok())?,
        disabled: get(row, "disabled")?,
        created_at: time(row, "created_at")?,
    })
}
