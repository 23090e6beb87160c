//! The domain, the ports and the pipeline of Pstral: what happens to a question, with no I/O and no vendor's name.
//!
//! Start at [`pipeline`]: it shows the way of a question in order. [`ports`] are what the outside must offer,
//! [`guard`] decides what may run, [`testkit`] (feature `testkit`) holds a fake and a contract suite for each port.

pub mod attached;
pub mod context;
pub mod domain;
pub mod egress;
pub mod extract;
pub mod harmless;
pub mod knowledge;
pub mod models;
pub mod people;
pub mod pipeline;
pub mod ports;
pub mod refusal;
pub mod results;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod text;

pub use pstral_guard as guard;
