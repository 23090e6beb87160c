//! SQLite.

mod quoted;
pub(crate) mod syntax;
