//! Local users: who a person is inside the company, whatever chat they write from.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Role;

/// A user's number in the state database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

/// The language a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

impl Locale {
    /// Every language Pstral speaks.
    pub const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// The language tag: `fr` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = String;

    /// Takes a tag, or a POSIX locale such as `fr_FR.UTF-8`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("fr") => Ok(Self::Fr),
            Some("en") => Ok(Self::En),
            _ => Err(format!("{text} is not a language Pstral speaks: use fr or en")),
        }
    }
}

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
    /// What they are trusted with.
    pub role: Role,
    /// The language they read.
    pub locale: Locale,
    /// A disabled user is treated as if they were not linked.
    pub disabled: bool,
    /// When the user was made.
    pub created_at: Timestamp,
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
    /// What they are trusted with.
    pub role: Role,
    /// The language they read.
    pub locale: Locale,
}
