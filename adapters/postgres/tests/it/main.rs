//! The adapter through its public face.

mod contract;
#[cfg(test)]
mod meaning;
