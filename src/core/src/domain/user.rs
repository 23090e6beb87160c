//! Local users: who a person is inside the company, whatever chat they write from.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::{Locale, Role};

/// A user's number in the state database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

/// A local user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number in the state database.
    pub id: UserId,
    /// Unique, lower case.
    pub username: String,
    /// As colleagues write it.
    pub full_name: String,
    /// Empty when not known.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The language they read.
    pub locale: Locale,
    /// The time zone they are told times in; `None` is the company's.
    pub zone: Option<TimeZone>,
    /// A disabled user is treated as if they were not linked.
    pub disabled: bool,
    /// The time of the user's creation.
    pub created_at: Timestamp,
}

impl User {
    /// Checks whether their data was erased: only an erasure gives this name, and nobody can choose it.
    pub fn is_erased(&self) -> bool {
        self.username == format!("erased-{}", self.id.0)
    }
}

/// A user to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Unique; stored in lower case.
    pub username: String,
    /// As colleagues write it.
    pub full_name: String,
    /// Empty when not known.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The language they read.
    pub locale: Locale,
}

/// The changes to a user; members that are `None` stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// Unique; stored in lower case.
    pub username: Option<String>,
    /// As colleagues write it.
    pub full_name: Option<String>,
    /// Empty when not known.
    pub email: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// The language they read.
    pub locale: Option<Locale>,
    /// The time zone they are told times in.
    pub zone: Option<TimeZone>,
    /// True if they are to be treated as if they were not linked.
    pub disabled: Option<bool>,
}

impl UserChange {
    /// Disables a user or enables them again, and changes nothing else.
    pub fn disabled(disabled: bool) -> Self {
        Self { disabled: Some(disabled), ..Self::default() }
    }

    /// Checks whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The user as they are afterwards.
    #[must_use]
    pub fn applied_to(self, user: User) -> User {
        User {
            username: self.username.map_or(user.username, |name| username_key(&name)),
            full_name: self.full_name.unwrap_or(user.full_name),
            email: self.email.unwrap_or(user.email),
            role: self.role.unwrap_or(user.role),
            locale: self.locale.unwrap_or(user.locale),
            zone: self.zone.or(user.zone),
            disabled: self.disabled.unwrap_or(user.disabled),
            ..user
        }
    }
}

/// A username as it is stored and looked for: in whatever case and Unicode form it is typed, it is the same one.
pub fn username_key(typed: &str) -> String {
    typed.trim().nfc().collect::<String>().to_lowercase()
}
