//! Fakes of the ports, and the contract suites that the fakes and every adapter run.

pub mod advice;
pub mod chat_platform;
pub mod checkup;
pub mod clock;
pub(crate) mod dice;
pub mod language_model;
pub mod large_company;
pub mod query_target;
pub mod result_files;
pub mod state;
pub mod statements;

pub use pstral_guard::testkit as guard_tables;
