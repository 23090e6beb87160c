//! Account links, the codes that create them, and wrong attempts.

use crate::Store;
use crate::engine::StateTransaction;
use crate::fault::{conflict, fault};
use crate::people::{name, read, user};
use crate::rows::{get, time, word};
use crate::sql::{Row, sql};
use jiff::Timestamp;
use pstral_core::domain::{Actor, Link, LinkedHow, PlatformName, User, UserId};
use pstral_core::ports::{
    Confirmed, LinkCode, LinkRequest, LiveCode, Redeemed, StoreError, WRONG_CODE_MEMORY, WRONG_CODES,
};

const LINKED: &str = "SELECT users.id, username, full_name, email, role, locale, timezone, disabled, created_at
    FROM links JOIN users ON users.id = links.user_id WHERE links.platform = $1 AND links.actor = $2";
const LINKS: &str = "SELECT platform, actor, name, user_id, linked_at, linked_by, how FROM links
    WHERE user_id = $1 ORDER BY linked_at, platform, actor";
const LINK: &str = "INSERT INTO links (platform, actor, name, user_id, linked_at, linked_by, how)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (platform, actor) DO UPDATE SET name = excluded.name, user_id = excluded.user_id,
        linked_at = excluded.linked_at, linked_by = excluded.linked_by, how = excluded.how";
const UNLINK: &str = "DELETE FROM links WHERE platform = $1 AND actor = $2 AND user_id = $3";

const ISSUE: &str = "INSERT INTO link_codes (user_id, hash, expires_at, issued_by) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at,
        issued_by = excluded.issued_by";
const FORGET_REQUESTS: &str = "DELETE FROM link_requests WHERE expires_at <= $1";
const REQUEST: &str = "INSERT INTO link_requests (platform, actor, name, hash, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (platform, actor) DO UPDATE SET name = excluded.name, hash = excluded.hash,
        expires_at = excluded.expires_at";
const LIVE_CODE: &str = "SELECT user_id FROM link_codes WHERE hash = $1 AND expires_at > $2
    AND user_id IN (SELECT id FROM users WHERE disabled = 0)";
const LIVE_REQUEST: &str = "SELECT platform, actor, name FROM link_requests WHERE hash = $1 AND expires_at > $2";
const USE_UP_CODE: &str = "DELETE FROM link_codes WHERE hash = $1 AND expires_at > $2
    AND user_id IN (SELECT id FROM users WHERE disabled = 0) RETURNING user_id, issued_by";
const USE_UP_REQUEST: &str = "DELETE FROM link_requests WHERE hash = $1 AND expires_at > $2
    RETURNING platform, actor, name";
const BURN_CODE: &str = "DELETE FROM link_codes WHERE hash = $1";
const BURN_REQUEST: &str = "DELETE FROM link_requests WHERE hash = $1";

const NEWEST_WRONG: &str = "SELECT tried_at FROM wrong_codes WHERE platform = $1 AND actor = $2 AND tried_at > $3
    ORDER BY tried_at DESC LIMIT $4";
const FORGET_WRONG: &str = "DELETE FROM wrong_codes WHERE tried_at <= $1";
const REMEMBER_WRONG: &str = "INSERT INTO wrong_codes (platform, actor, tried_at) VALUES ($1, $2, $3)";

impl Store {
    pub(crate) async fn linked_user(&self, actor: &Actor) -> Result<Option<User>, StoreError> {
        let found = sql(LINKED).bind(&actor.platform.0).bind(&actor.id);
        found.fetch_optional(self).await.map_err(fault)?.as_ref().map(read).transpose()
    }

    pub(crate) async fn links_of(&self, user: UserId) -> Result<Vec<Link>, StoreError> {
        let rows = sql(LINKS).bind(user.0).fetch_all(self).await.map_err(fault)?;
        rows.iter().map(read_link).collect()
    }

    pub(crate) async fn link_by_hand(&self, actor: &Actor, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        let made = Link { actor: actor.clone(), user, at, by: None, how: LinkedHow::Command };
        link(&mut writing, &made).await?;
        writing.commit().await.map_err(fault)
    }

    pub(crate) async fn remove_link(&self, actor: &Actor, user: UserId) -> Result<bool, StoreError> {
        let remove = sql(UNLINK).bind(&actor.platform.0).bind(&actor.id).bind(user.0);
        Ok(remove.execute(self).await.map_err(fault)? > 0)
    }

    pub(crate) async fn keep_code(&self, code: &LinkCode) -> Result<(), StoreError> {
        let issue = sql(ISSUE).bind(code.user.0).bind(&code.hash).bind(code.expires_at.as_millisecond());
        let issued = issue.bind(code.by.map(|by| by.0)).execute(self).await;
        issued.map(|_| ()).map_err(|error| conflict(error, "this code", &name(code.user)))
    }

    pub(crate) async fn keep_request(&self, request: &LinkRequest) -> Result<(), StoreError> {
        let mut writing = self.begin().await?;
        sql(FORGET_REQUESTS).bind(request.at.as_millisecond()).execute(&mut writing).await.map_err(fault)?;
        let LinkRequest { actor, hash, expires_at, .. } = request;
        let keep = sql(REQUEST).bind(&actor.platform.0).bind(&actor.id).bind(&actor.name).bind(hash);
        let kept = keep.bind(expires_at.as_millisecond()).execute(&mut writing).await;
        kept.map_err(|error| conflict(error, "this code", "what a request needs"))?;
        writing.commit().await.map_err(fault)
    }

    pub(crate) async fn redeem(&self, actor: &Actor, hash: &str, at: Timestamp) -> Result<Redeemed, StoreError> {
        let mut writing = self.begin().await?;
        if let Some(until) = locked_until(&mut writing, actor, at).await? {
            return Ok(Redeemed::Locked { until });
        }
        let used_up = sql(USE_UP_CODE).bind(hash).bind(at.as_millisecond());
        let redeemed = match used_up.fetch_optional(&mut writing).await.map_err(fault)? {
            None => {
                remember_wrong(&mut writing, actor, at).await?;
                Redeemed::Wrong
            }
            Some(row) => {
                let (whose, by) = (UserId(get(&row, "user_id")?), get::<Option<i64>>(&row, "issued_by")?.map(UserId));
                let made = Link { actor: actor.clone(), user: whose, at, by, how: LinkedHow::Code };
                link(&mut writing, &made).await?;
                Redeemed::Linked(user(&mut writing, whose).await?)
            }
        };
        writing.commit().await.map_err(fault)?;
        Ok(redeemed)
    }

    pub(crate) async fn confirm(
        &self,
        hash: &str,
        whose: UserId,
        by: Option<(&Actor, UserId)>,
        at: Timestamp,
    ) -> Result<Confirmed, StoreError> {
        let mut writing = self.begin().await?;
        if let Some((confirmer, _)) = by
            && let Some(until) = locked_until(&mut writing, confirmer, at).await?
        {
            return Ok(Confirmed::Locked { until });
        }
        // Whoever confirms may have been disabled since they were let in.
        let mut allowed = !user(&mut writing, whose).await?.disabled;
        if let Some((_, by)) = by {
            allowed &= !user(&mut writing, by).await?.disabled;
        }
        let used_up = sql(USE_UP_REQUEST).bind(hash).bind(at.as_millisecond());
        let found = if allowed { used_up.fetch_optional(&mut writing).await.map_err(fault)? } else { None };
        let confirmed = match (found, by) {
            (Some(row), _) => {
                let (actor, by) = (read_actor(&row)?, by.map(|(_, by)| by));
                let made = Link { actor: actor.clone(), user: whose, at, by, how: LinkedHow::Request };
                link(&mut writing, &made).await?;
                Confirmed::Linked(actor)
            }
            (None, Some((confirmer, _))) => {
                remember_wrong(&mut writing, confirmer, at).await?;
                Confirmed::Wrong
            }
            (None, None) => Confirmed::Wrong,
        };
        writing.commit().await.map_err(fault)?;
        Ok(confirmed)
    }

    pub(crate) async fn find_code(&self, hash: &str, at: Timestamp) -> Result<Option<LiveCode>, StoreError> {
        let code = sql(LIVE_CODE).bind(hash).bind(at.as_millisecond());
        if let Some(row) = code.fetch_optional(self).await.map_err(fault)? {
            return Ok(Some(LiveCode::OfUser(UserId(get(&row, "user_id")?))));
        }
        let request = sql(LIVE_REQUEST).bind(hash).bind(at.as_millisecond());
        let row = request.fetch_optional(self).await.map_err(fault)?;
        row.as_ref().map(|row| read_actor(row).map(LiveCode::OfActor)).transpose()
    }

    pub(crate) async fn burn(&self, hash: &str) -> Result<bool, StoreError> {
        let mut writing = self.begin().await?;
        let mut burnt = 0;
        for burn in [BURN_CODE, BURN_REQUEST] {
            burnt += sql(burn).bind(hash).execute(&mut writing).await.map_err(fault)?;
        }
        writing.commit().await.map_err(fault)?;
        Ok(burnt > 0)
    }

    pub(crate) async fn count_wrong(&self, actor: &Actor, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut writing = self.begin().await?;
        let locked = locked_until(&mut writing, actor, at).await?;
        if locked.is_none() {
            remember_wrong(&mut writing, actor, at).await?;
        }
        writing.commit().await.map_err(fault)?;
        Ok(locked)
    }
}

async fn link(writing: &mut StateTransaction, link: &Link) -> Result<(), StoreError> {
    let Link { actor, user, at, by, how } = link;
    let made = sql(LINK).bind(&actor.platform.0).bind(&actor.id).bind(&actor.name).bind(user.0);
    let made = made.bind(at.as_millisecond()).bind(by.map(|by| by.0)).bind(how.word());
    made.execute(writing).await.map(|_| ()).map_err(|error| conflict(error, "this link", &name(*user)))
}

/// Returns the time until which an actor with too many wrong codes is locked out.
async fn locked_until(
    writing: &mut StateTransaction,
    actor: &Actor,
    at: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let most = i64::try_from(WRONG_CODES).unwrap_or(i64::MAX);
    let recent = sql(NEWEST_WRONG).bind(&actor.platform.0).bind(&actor.id).bind(forgotten(at)).bind(most);
    let recent = recent.fetch_all(writing).await.map_err(fault)?;
    let Some(first) = recent.get(WRONG_CODES - 1) else { return Ok(None) };
    let first = time(first, "tried_at")?;
    Ok(Some(first.checked_add(WRONG_CODE_MEMORY).unwrap_or(Timestamp::MAX)))
}

async fn remember_wrong(writing: &mut StateTransaction, actor: &Actor, at: Timestamp) -> Result<(), StoreError> {
    sql(FORGET_WRONG).bind(forgotten(at)).execute(&mut *writing).await.map_err(fault)?;
    let remember = sql(REMEMBER_WRONG).bind(&actor.platform.0).bind(&actor.id).bind(at.as_millisecond());
    remember.execute(writing).await.map(|_| ()).map_err(fault)
}

/// The time, in milliseconds, up to which wrong codes no longer count.
fn forgotten(at: Timestamp) -> i64 {
    at.checked_sub(WRONG_CODE_MEMORY).unwrap_or(Timestamp::MIN).as_millisecond()
}

fn read_actor(row: &Row) -> Result<Actor, StoreError> {
    Ok(Actor { platform: PlatformName(get(row, "platform")?), id: get(row, "actor")?, name: get(row, "name")? })
}

fn read_link(row: &Row) -> Result<Link, StoreError> {
    Ok(Link {
        actor: read_actor(row)?,
        user: UserId(get(row, "user_id")?),
        at: time(row, "linked_at")?,
        by: get::<Option<i64>>(row, "linked_by")?.map(UserId),
        how: word(row, "how", LinkedHow::from_word)?,
    })
}
