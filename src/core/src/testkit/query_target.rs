//! A target over rows in memory, and what every target must do.

mod contract;
mod fake;

pub use contract::{contract, fixture, slow};
pub use fake::{FakeTarget, Reply};
