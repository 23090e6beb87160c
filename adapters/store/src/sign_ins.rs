//! Sign-ins to the admin endpoint: sessions of people and tokens of scripts.
//!
//! Only the hash of a secret is kept, and each use looks it up: what ends a sign-in ends it at once, for every instance on the
//! same state. Another role, another password and being disabled delete a user's sign-ins.

use std::time::Duration;

use jiff::Timestamp;
use pstral_core::domain::{Capability, User, UserId};
use pstral_core::ports::StoreError;
use serde_json::{from_str, to_string};

use crate::Store;
use crate::fault::{conflict, fault};
use crate::people::read as user;
use crate::rows::{corrupt_json, get, time, unexpected};
use crate::sql::{Row, sql};

/// Minimum interval between updates of `used_at`: reading does not wait for writing.
const NOTED_EVERY: Duration = Duration::from_mins(1);

const ADD: &str =
    "INSERT INTO sign_ins (id, hash, user_id, is_token, name, capabilities, created_at, used_at, expires_at)
    SELECT $1, $2, id, $4, $5, $6, $7, $7, $8 FROM users WHERE id = $3 AND disabled = 0";
const FIND: &str =
    "SELECT s.id AS sign_in, s.is_token, s.name, s.capabilities, s.created_at AS signed_in_at, s.used_at,
        s.expires_at, u.* FROM sign_ins s JOIN users u ON u.id = s.user_id AND u.disabled = 0
    WHERE s.hash = $1 AND s.expires_at > $2";
const USED: &str = "UPDATE sign_ins SET used_at = $2 WHERE id = $1 AND used_at < $3";
const OF_USER: &str =
    "SELECT s.id AS sign_in, s.is_token, s.name, s.capabilities, s.created_at AS signed_in_at, s.used_at,
        s.expires_at FROM sign_ins s
    WHERE s.user_id = $1 AND s.expires_at > $2 ORDER BY s.created_at, s.id";
const END: &str = "DELETE FROM sign_ins WHERE id = $1 AND user_id = $2";
pub(crate) const END_ALL: &str = "DELETE FROM sign_ins WHERE user_id = $1";
const EXPIRED: &str = "DELETE FROM sign_ins WHERE expires_at <= $1";

/// A session of a person, or a token of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Its name for lists, 16 hexadecimal digits; no secret.
    pub id: String,
    /// True for a token that a script sends; false for a session.
    pub is_token: bool,
    /// The name that its user gave a token, or the program that signed in.
    pub name: String,
    /// The capabilities it may use of those that its user has; `None` for all of them.
    pub capabilities: Option<Vec<Capability>>,
    /// The time at which it began.
    pub created_at: Timestamp,
    /// The time of the last use, to the minute.
    pub used_at: Timestamp,
    /// The time at which it ends.
    pub expires_at: Timestamp,
}

impl SignIn {
    /// Checks whether it may use a capability, if its user has it.
    pub fn allows(&self, capability: Capability) -> bool {
        self.capabilities.as_ref().is_none_or(|capabilities| capabilities.contains(&capability))
    }
}

impl Store {
    /// Keeps a sign-in of an enabled user, by the SHA-256 of its secret as hexadecimal digits; takes away those that have
    /// expired.
    pub async fn add_sign_in(&self, user: UserId, sign_in: &SignIn, hash: &str) -> Result<(), StoreError> {
        let words = |all: &Vec<Capability>| to_string(&all.iter().map(|one| one.word()).collect::<Vec<_>>());
        let capabilities = sign_in.capabilities.as_ref().map(words).transpose().map_err(corrupt_json("a sign-in"))?;
        let at = sign_in.created_at.as_millisecond();
        sql(EXPIRED).bind(at).execute(self).await.map_err(fault)?;
        let adding = sql(ADD)
            .bind(&sign_in.id)
            .bind(hash)
            .bind(user.0)
            .bind(i64::from(sign_in.is_token))
            .bind(&sign_in.name)
            .bind(capabilities)
            .bind(at)
            .bind(sign_in.expires_at.as_millisecond());
        match adding.execute(self).await.map_err(|error| conflict(error, "sign-in".to_owned(), "its user"))? {
            0 => Err(StoreError::Missing(format!("enabled user {}", user.0))),
            _ => Ok(()),
        }
    }

    /// Returns the sign-in with this hash and its user, if it is valid now, and notes that it is used.
    pub async fn sign_in(&self, hash: &str, now: Timestamp) -> Result<Option<(SignIn, User)>, StoreError> {
        let now = now.as_millisecond();
        let Some(row) = sql(FIND).bind(hash).bind(now).fetch_optional(self).await.map_err(fault)? else {
            return Ok(None);
        };
        let found = (read(&row)?, user(&row)?);
        let noted_before = now - i64::try_from(NOTED_EVERY.as_millis()).unwrap_or_default();
        if found.0.used_at.as_millisecond() < noted_before {
            sql(USED).bind(&found.0.id).bind(now).bind(noted_before).execute(self).await.map_err(fault)?;
        }
        Ok(Some(found))
    }

    /// Returns the valid sign-ins of a user, the oldest first.
    pub async fn sign_ins(&self, user: UserId, now: Timestamp) -> Result<Vec<SignIn>, StoreError> {
        let rows = sql(OF_USER).bind(user.0).bind(now.as_millisecond()).fetch_all(self).await.map_err(fault)?;
        rows.iter().map(read).collect()
    }

    /// Ends one sign-in of a user; false if there was none of this name.
    pub async fn end_sign_in(&self, user: UserId, id: &str) -> Result<bool, StoreError> {
        sql(END).bind(id).bind(user.0).execute(self).await.map(|ended| ended == 1).map_err(fault)
    }
}

fn read(row: &Row) -> Result<SignIn, StoreError> {
    let capabilities = get::<Option<String>>(row, "capabilities")?.map(|words| capabilities(&words)).transpose()?;
    Ok(SignIn {
        id: get(row, "sign_in")?,
        is_token: get(row, "is_token")?,
        name: get(row, "name")?,
        capabilities,
        created_at: time(row, "signed_in_at")?,
        used_at: time(row, "used_at")?,
        expires_at: time(row, "expires_at")?,
    })
}

fn capabilities(words: &str) -> Result<Vec<Capability>, StoreError> {
    let words: Vec<String> = from_str(words).map_err(corrupt_json("a sign-in"))?;
    let capability = |word: String| Capability::from_word(&word).ok_or_else(|| unexpected("capabilities", &word));
    words.into_iter().map(capability).collect()
}
