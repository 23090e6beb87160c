//! Access control: roles, places, delivery, quotas and policy versions.
//!
//! Decides from the settings alone: it knows no conversation and reads no database.

mod case;
mod decision;
pub(crate) mod gate;
pub(crate) mod gauge;
pub(crate) mod quotas;
pub(crate) mod recent;
pub(crate) mod version;

pub use case::{Case, CaseDecisions};
pub use decision::{AccessDecision, Showing, Why};
