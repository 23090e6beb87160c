//! HTTP for the adapters of model servers, whatever their protocol.
//!
//! Checks addresses and refuses those outside the company's network, bounds waits and bodies, turns failures into
//! decisions, and reads an answer line by line as it is written, with every way of ending told apart.

mod address;
mod answer;
mod deadline;
mod fault;
mod health;
mod http;
mod inside;
mod size;
#[cfg(feature = "testkit")]
pub mod testkit;
mod tls;
mod vectors;

pub use address::{InvalidUrl, Server};
pub use answer::{Patience, Reader, Said, stream};
pub use deadline::Deadline;
pub use fault::{excerpt, of_message, of_said};
pub use health::Found;
pub use http::{Http, Request, Response};
pub use inside::{Outside, is_inside, outside_of};
pub use size::size;
pub use tls::config as tls_config;
pub use vectors::checked as checked_vectors;
