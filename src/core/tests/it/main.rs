//! Core from the outside: the fakes run the contracts that adapters run.

mod chat_platform;
mod language_model;
mod state;
//! Core through its public face.
mod query_target;
