//! The adapter on a real Synapse, with matrix-sdk's own client as the people.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "the functions that tests share are as free as tests")]

mod account;
mod asking;
mod changing;
mod contract;
mod house;
mod moving;
#[expect(dead_code, reason = "some of it is for the application's own tests")]
mod people;
mod profile;
mod unread;
mod verifying;
