//! Core from the outside: the fakes run the contracts that adapters run.

mod language_model;
