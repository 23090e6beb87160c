//! The adapter against a scripted server over real connections, and against what a real server once said.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "what the helpers of tests do is as free as in tests")]

mod bench;
mod contract;
mod endings;
mod failures;
mod recordings;
mod server;
