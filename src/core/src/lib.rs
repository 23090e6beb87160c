//! The domain, the ports and the pipeline of Pstral: what happens to a question, with no I/O and no vendor's name.
//!
//! Start at [`pipeline`]: it shows the way of a question in order. [`ports`] are what the outside must offer,
//! [`guard`] decides what may run, [`testkit`] (feature `testkit`) holds a fake and a contract suite for each port.

pub mod access;
mod asker;
pub mod attached;
pub mod bounded_map;
pub mod commands;
pub mod context;
pub mod domain;
pub mod egress;
mod error;
pub mod extract;
pub mod harmless;
mod history;
mod identity;
pub mod knowledge;
mod locale;
mod lock;
pub mod models;
mod outbox;
pub mod people;
pub mod pipeline;
pub mod ports;
mod recorder;
pub mod refusal;
pub mod results;
pub mod settings;
mod statements;
pub mod stewardship;
pub mod targets;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod text;

pub use pstral_guard as guard;
