//! Oracle databases as query targets: sessions that can only read, a deadline on every round trip, and a client library
//! that is looked for when it is first needed.

mod bound;
mod catalog;
mod config;
mod fault;
mod frame;
mod health;
mod kind;
mod known_values;
mod large;
mod lob;
mod moment;
mod names;
mod number;
mod odpi;
mod plan;
mod pool;
mod privileges;
mod section;
mod session;
mod setup;
mod statement;
mod target;
#[cfg(feature = "thin")]
mod thin;
mod trips;

#[cfg(test)]
mod tests;

pub use config::{DriverChoice, Identity, OracleConfig};
pub use section::OracleSection;
pub use target::OracleTarget;
