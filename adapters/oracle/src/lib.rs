//! Oracle databases as query targets: sessions that can only read, a deadline on every round trip, and a client library
//! that is looked for when it is first needed.

mod bind_value;
mod calls;
mod catalog;
mod config;
mod error;
mod health;
mod kind;
mod known_values;
mod lob;
mod lob_columns;
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
mod wrapped_query;

#[cfg(test)]
mod tests;

pub use config::{DriverChoice, Identity, OracleConfig};
pub use section::OracleSection;
pub use target::OracleTarget;
