//! Integration tests of the core, in one binary.

#[cfg(test)]
mod guard_samples;
