//! The whole application inside one process: what people see, what the audit holds, what the database ran.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod audit_first;
mod bad_input;
mod commands;
mod deciding;
mod editing;
mod hiding;
mod invariants;
mod lifecycle;
mod linking;
mod platforms;
mod recovery;
mod verified;
mod world;
