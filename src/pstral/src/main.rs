//! Pstral.
fn main() {}
