//! The whole application inside one process: what people see, what the audit holds, what the database ran.

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
