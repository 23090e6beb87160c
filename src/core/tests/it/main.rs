//! Core from the outside: the fakes run the contracts that adapters run, and the guard meets given samples.

mod chat_platform;
#[cfg(test)]
mod egress;
#[cfg(test)]
mod guard_samples;
mod language_model;
mod query_target;
mod result_files;
mod state;
#[cfg(test)]
mod statements;
mod target;
