//! The Pstral program: configuration, composition of the adapters, command line, HTTP and result files.

pub mod config;
//! Pstral.
pub mod demo;
