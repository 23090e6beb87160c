//! Statements that were offered: whose they are, whether they may still run, and how they are shown.
//!
//! Never runs one.

pub(crate) mod card;
pub(crate) mod file_name;
pub(crate) mod recheck;
pub(crate) mod show;
