//! A strict double of Discord, and the adapter against it over real connections.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "the functions that tests share are as free as tests")]

mod adapter;
mod bench;
mod double;
mod memory;
mod raw;
mod secure;
mod strict;
