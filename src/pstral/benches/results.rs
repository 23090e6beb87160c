//! Results.
fn main() {}
