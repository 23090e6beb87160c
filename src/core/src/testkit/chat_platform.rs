//! A chat without a chat, and what every chat platform must do.

mod contract;
mod fake;

pub use contract::{contract, contract_with, key};
pub use fake::{FakeChat, Request};
