//! Access control: roles, places, delivery, quotas and policy versions.
//!
//! Decides from the settings alone: it knows no conversation and reads no database.

mod decision;
pub(crate) mod gate;
pub(crate) mod gauge;
pub(crate) mod quotas;
pub(crate) mod recent;
mod rulings;
pub(crate) mod version;

pub use decision::{AccessDecision, Showing, Why};
pub use rulings::{Case, Rulings};
