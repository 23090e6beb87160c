//! The adapter through its public face.

mod contract;
mod functions;
#[cfg(test)]
mod meaning;
mod policy;
