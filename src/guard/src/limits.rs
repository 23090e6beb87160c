//! The limits of a statement's cost.

use std::time::Duration;

/// The limits of a statement's cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows delivered at most.
    pub rows: u64,
    /// Bytes of all cells delivered at most.
    pub bytes: u64,
    /// Bytes of one cell at most; a longer one is cut, a text between two characters and with `…` at its end.
    pub cell_bytes: usize,
    /// Time from the start of the statement to its last row.
    pub time: Duration,
}

impl Default for Limits {
    /// The limits of a configuration that does not set them.
    fn default() -> Self {
        Self { rows: 10_000, bytes: 50 * 1024 * 1024, cell_bytes: 32 * 1024, time: Duration::from_secs(30) }
    }
}
