//! The adapter through its public face.

mod contract;
