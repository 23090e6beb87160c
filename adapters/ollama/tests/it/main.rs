//! The adapter against a scripted server over real connections, and against what a real server once said.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "the functions that tests share are as free as tests")]

mod bench;
mod contract;
mod endings;
mod failures;
mod pulling;
mod recordings;
mod server;
