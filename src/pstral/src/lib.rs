//! The Pstral program: configuration, composition of the adapters, command line, HTTP and result files.

#[cfg(feature = "endpoint")]
pub mod admin;
mod atomic_file;
mod audit_file;
pub mod audit_head_files;
pub mod audit_heads;
pub mod audit_key;
mod audit_verdict;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod config;
pub mod demo;
mod eval;
pub mod files;
pub mod health;
#[cfg(feature = "endpoint")]
pub mod http;
#[cfg(feature = "endpoint")]
mod http_client;
mod installed_key;
pub mod instance_lock;
mod key_folder;
pub mod lifecycle;
pub mod metrics;
pub mod models;
pub mod passwords;
mod paths;
pub mod policy;
mod random;
pub mod registry;
pub mod retention;
mod unfinished_executions;
pub mod verified;
pub mod witness;
