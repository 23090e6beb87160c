//! Refusals to whoever manages users, with what they can do instead.

use jiff::Timestamp;

use super::Password;
use crate::egress::echo;
use crate::text::{Text, text};

/// The reason of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The username is none.
    Username,
    /// The username is reserved for erased users.
    UsernameReserved,
    /// The full name is none.
    FullName,
    /// The full name is empty.
    FullNameEmpty,
    /// The address is none.
    Email,
    /// The role is none of those there are.
    Role {
        /// The given role.
        role: String,
        /// The known roles.
        known: String,
    },
    /// There is nothing to change.
    NothingToChange,
    /// The password is too short.
    PasswordShort,
    /// The password is too long.
    PasswordLong,
    /// Nobody has this username.
    Unknown(String),
    /// Somebody else has this username.
    Taken(String),
    /// The user is disabled, and nobody can be linked to them.
    Disabled(String),
    /// The data of this user was erased, which cannot be undone.
    Erased(String),
    /// The user was changed since they were read.
    Stale(String),
    /// Without this user, nobody could look after users.
    LastOne(String),
    /// The code of a request is wrong, too old or used.
    CodeWrong,
    /// Too many wrong codes.
    Locked {
        /// The time from which the next attempt counts.
        until: Timestamp,
        /// The time of the refusal.
        now: Timestamp,
    },
    /// The user has no such account.
    NotLinked(String),
}

/// The way in which the reader types commands about users: the words before `list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `pstral user list`
    CommandLine,
    /// `/user list`, with the prefix of the platform.
    Chat(&'static str),
    /// The page and the API, where nobody types a command.
    Endpoint,
}

impl Way {
    /// The words before `list`; none where nobody types a command.
    pub fn words(self) -> String {
        match self {
            Self::CommandLine => "pstral user".to_owned(),
            Self::Chat(prefix) => format!("{prefix}user"),
            Self::Endpoint => String::new(),
        }
    }
}

impl Refusal {
    /// The sentence that says so.
    pub fn text(&self, way: Way) -> Text {
        let about = |sentence: Text, name: &str| sentence.with("name", echo(name)).with("command", way.words());
        match self {
            Self::Username => text("user-name-bad"),
            Self::UsernameReserved => text("user-name-reserved"),
            Self::FullName => text("user-full-name-bad"),
            Self::FullNameEmpty => text("user-full-name-empty"),
            Self::Email => text("user-email-bad"),
            Self::Role { role, known } => text("user-role-unknown").with("role", echo(role)).with("known", known),
            Self::NothingToChange => text("user-nothing-to-change"),
            Self::PasswordShort => text("password-short").count("least", count(Password::LEAST)),
            Self::PasswordLong => text("password-long").count("most", count(Password::MOST)),
            Self::Unknown(name) if way == Way::Endpoint => about(text("api-user-unknown"), name),
            Self::Taken(name) if way == Way::Endpoint => about(text("api-user-exists"), name),
            Self::Disabled(name) if way == Way::Endpoint => about(text("api-user-disabled"), name),
            Self::NotLinked(name) if way == Way::Endpoint => about(text("api-not-linked"), name),
            Self::Unknown(name) => about(text("user-unknown"), name),
            Self::Taken(name) => about(text("user-exists"), name),
            Self::Disabled(name) => about(text("user-is-disabled"), name),
            Self::Erased(name) => about(text("user-is-erased"), name),
            Self::Stale(_) if way == Way::Endpoint => text("api-changed"),
            Self::Stale(name) => about(text("user-stale"), name),
            Self::LastOne(name) if way == Way::CommandLine => about(text("user-last-forced"), name),
            Self::LastOne(name) => about(text("user-last"), name),
            Self::CodeWrong => text("confirm-wrong"),
            Self::Locked { until, now } => locked(*until, *now),
            Self::NotLinked(name) => about(text("unlink-unknown"), name),
        }
    }
}

/// Says how long an actor who gave too many wrong codes must wait.
pub(crate) fn locked(until: Timestamp, now: Timestamp) -> Text {
    let minutes = until.duration_since(now).as_secs().max(0).unsigned_abs().div_ceil(60);
    text("link-locked").count("minutes", minutes)
}

fn count(characters: usize) -> u64 {
    u64::try_from(characters).unwrap_or(u64::MAX)
}
