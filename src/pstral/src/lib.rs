//! Pstral.

pub mod demo;
pub mod verified;
