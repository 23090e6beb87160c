//! SQLite databases as query targets, read through four layers: a read-only connection, an authorizer that permits
//! nothing but reading known tables, size limits, and a deadline that interrupts.

mod authorizer;
mod catalog;
mod counts;
mod declared;
mod fault;
mod functions;
mod known_values;
mod moment;
mod open;
mod parameters;
mod plan;
mod schema;
mod section;
mod shape;
mod statement;
mod target;
mod unfolding;

#[cfg(test)]
mod tests;

pub use section::SqliteSection;
pub use target::{SqliteConfig, SqliteTarget};
