//! The differences between databases: a folder for each, with its table of facts, its syntax and its list of functions.
//!
//! The rest of the guard asks [`Dialect::facts`]. It names a folder only for a construct that one database alone has.

mod facts;
pub(crate) mod grammar;
pub(crate) mod lists;
pub(crate) mod oracle;
pub(crate) mod postgres;
mod sqlite;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(crate) use facts::{DialectFacts, QualifiedStar, RecursiveWord, Texts};

/// The language a target speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Oracle Database: unquoted names fold to upper case.
    Oracle,
    /// PostgreSQL: unquoted names fold to lower case.
    Postgres,
    /// SQLite: names compare without regard to ASCII case.
    Sqlite,
}

impl Dialect {
    /// Every dialect.
    pub(crate) const ALL: [Self; 3] = [Self::Oracle, Self::Postgres, Self::Sqlite];

    /// Everything that the guard knows of the dialect.
    pub(crate) fn facts(self) -> &'static DialectFacts {
        match self {
            Self::Oracle => &oracle::FACTS,
            Self::Postgres => &postgres::FACTS,
            Self::Sqlite => &sqlite::FACTS,
        }
    }

    /// The word used on the command line and in catalogs.
    pub fn word(self) -> &'static str {
        self.facts().word
    }
}

impl FromStr for Dialect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.word() == text)
            .ok_or_else(|| format!("{text} is not a dialect: use oracle, postgres or sqlite"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_has_its_own_word() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.word().parse(), Ok(dialect));
        }
    }
}
