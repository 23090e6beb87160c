//! The Pstral program: configuration, composition of the adapters, command line, HTTP and result files.

pub mod alone;
pub mod audit_key;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod config;
pub mod demo;
pub mod files;
pub mod heads;
pub mod health;
pub mod http;
pub mod lifecycle;
pub mod metered;
pub mod models;
pub mod passwords;
mod paths;
pub mod policy;
pub mod registry;
pub mod retention;
pub mod verified;
