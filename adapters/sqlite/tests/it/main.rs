//! The adapter through its public face.

mod contract;
mod functions;
mod policy;
