//! PostgreSQL databases as query targets, read in a fresh read-only transaction a statement, with time limits of the
//! server's and of our own, by the extended protocol alone, and on connections that forget everything between two people.

mod address;
mod cancelling;
mod catalog;
mod config;
mod fault;
mod known_values;
mod parameters;
mod placeholders;
mod plan;
mod pool;
mod privileges;
mod section;
mod session;
mod session_settings;
mod statement;
mod target;
mod values;

#[cfg(test)]
mod tests;

pub use config::{Identity, PostgresConfig};
pub use section::PostgresSection;
pub use target::PostgresTarget;
