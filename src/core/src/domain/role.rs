//! Roles: a word for what a person is trusted with. What each of them may do is configuration.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::{Text, text};

/// Letters of a role's name at most.
const LONGEST: usize = 32;

/// The name of a role: lower-case letters, digits and `-`, a letter first, 32 characters at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Role(Arc<str>);

impl Role {
    /// Asks and runs.
    pub fn member() -> Self {
        Self("member".into())
    }

    /// Also agrees to what is costly, and looks after verified queries and documents.
    pub fn steward() -> Self {
        Self("steward".into())
    }

    /// May do everything.
    pub fn admin() -> Self {
        Self("admin".into())
    }

    /// Those that exist without a configuration.
    pub fn built_in() -> [Self; 3] {
        [Self::member(), Self::steward(), Self::admin()]
    }

    /// The word used on the command line, in the configuration and in the state database.
    pub fn word(&self) -> &str {
        &self.0
    }

    /// The word a person reads: their own language's for those that are built in, else the name itself.
    pub fn text(&self) -> Text {
        match self.word() {
            "member" => text("role-member"),
            "steward" => text("role-steward"),
            "admin" => text("role-admin"),
            name => text("role-named").with("name", name),
        }
    }
}

impl Default for Role {
    fn default() -> Self {
        Self::member()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if begins && plain && name.len() <= LONGEST {
            return Ok(Self(name.into()));
        }
        Err(format!("{name} cannot be a role: use lower-case letters, digits and -, a letter first, {LONGEST} at most"))
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Locale;

    #[test]
    fn a_role_is_a_plain_word() {
        for (name, is_one) in [
            ("member", true),
            ("data-team-2", true),
            ("", false),
            ("2nd", false),
            ("-a", false),
            ("Member", false),
            ("hr.eu", false),
            ("équipe", false),
            ("a b", false),
            ("abcdefghijklmnopqrstuvwxyzabcdefg", false),
        ] {
            assert_eq!(name.parse::<Role>().is_ok(), is_one, "{name}");
        }
        assert_eq!(serde_json::from_str::<Role>("\"Sales\"").map_err(drop), Err(()));
        assert_eq!(serde_json::to_string(&Role::admin()).unwrap(), "\"admin\"");
    }

    #[test]
    fn those_built_in_have_a_word_in_each_language() {
        assert_eq!(Role::steward().text().render(Locale::Fr), "responsable des données");
        assert_eq!("support".parse::<Role>().unwrap().text().render(Locale::Fr), "support");
    }
}
