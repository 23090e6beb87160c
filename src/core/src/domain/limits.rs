//! Holding a result to its limits.

use super::{Limits, Row};

/// The limit that ended a result early. The rows before it stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitReached {
    /// There are more rows than may be delivered.
    Rows,
    /// There are more bytes than may be delivered.
    Bytes,
    /// The time was over while rows still came.
    Time,
}

/// The truncation of a result that ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ending {
    /// The limit because of which rows are missing, if any are.
    pub truncated: Option<LimitReached>,
    /// Cells that were longer than a cell may be, and were cut.
    pub cut_cells: u64,
}

/// Holds a result to the limits that can be counted, row by row.
#[derive(Debug)]
pub struct Meter {
    limits: Limits,
    rows: u64,
    bytes: u64,
    cut_cells: u64,
}

impl Meter {
    /// Nothing is counted yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, rows: 0, bytes: 0, cut_cells: 0 }
    }

    /// Takes the next row, its cells cut to their limit, and says how many bytes it has; or says which limit it would
    /// pass, and then the result ends before it.
    pub fn admit(&mut self, row: &mut Row) -> Result<usize, LimitReached> {
        if self.rows == self.limits.rows {
            return Err(LimitReached::Rows);
        }
        let cut = row.iter_mut().filter_map(|value| value.cut(self.limits.cell_bytes).then_some(())).count();
        let bytes = row.iter().map(super::Value::weight).sum::<usize>();
        if self.bytes + bytes as u64 > self.limits.bytes {
            return Err(LimitReached::Bytes);
        }
        self.rows += 1;
        self.bytes += bytes as u64;
        self.cut_cells += cut as u64;
        Ok(bytes)
    }

    /// Cells that were cut so far.
    pub fn cut_cells(&self) -> u64 {
        self.cut_cells
    }
}
