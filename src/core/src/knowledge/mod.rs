//! Finds the verified query a question asks for, and those it comes near.

mod fold;

pub use fold::fold;
