//! Oracle Database.

pub(crate) mod calls;
pub(crate) mod clauses;
pub(crate) mod from_last;
mod group_alias;
mod hierarchy;
mod json_table;
pub(crate) mod keep;
mod packages;
mod reshape;
pub(crate) mod rewrite;
pub(crate) mod syntax;
mod xml;
