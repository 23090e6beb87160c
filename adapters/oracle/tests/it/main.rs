//! The adapter through its public face.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "the functions that tests share are as free as tests")]

mod client;
mod contract;
mod server;
