//! What model servers that speak HTTP share, whatever their protocol.
//!
//! Addresses are checked, and those outside the house refused; waits and bodies are bounded; a failure is told as a
//! decision; an answer is read line by line as it is written, with every way of ending told apart.

mod address;
mod answer;
mod body;
mod connection;
mod deadline;
mod exchange;
mod fault;
mod health;
mod http;
mod inside;
mod lines;
mod size;
#[cfg(feature = "testkit")]
pub mod testkit;
mod tls;
mod vectors;

pub use address::{InvalidUrl, Server};
pub use answer::{Patience, Reader, Said, stream};
pub use body::Body;
pub use deadline::Deadline;
pub use fault::{excerpt, of_message, of_said};
pub use health::Found;
pub use http::{Http, Request, Response};
pub use inside::{Outside, is_inside, outside_of};
pub use size::size;
pub use vectors::checked as checked_vectors;
