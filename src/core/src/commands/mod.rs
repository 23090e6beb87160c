//! The commands a person types beside questions: a file a family of them, and the code they share.
//!
//! Never asks a model and never runs a statement.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod conversations;
pub(crate) mod desk;
pub(crate) mod export;
pub(crate) mod policy;
pub(crate) mod reading;
pub(crate) mod status;
pub(crate) mod users;
mod words;

pub use reading::reads_as_command;
