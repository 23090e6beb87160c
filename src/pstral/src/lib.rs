//! Pstral.

pub mod demo;
