//! What differs between databases, one folder for each.

pub(crate) mod grammar;
pub(crate) mod lists;
pub(crate) mod oracle;
pub(crate) mod postgres;
pub(crate) mod sqlite;
