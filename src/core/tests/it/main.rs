//! Core from the outside: the fakes run the contracts that adapters run.

mod language_model;
//! Tests of core through its public face.
mod state;
//! The fakes keep the contracts that the adapters keep.
mod chat_platform;
