//! Which relations and columns of a target may be read.

/// Which relations and columns may be read. Deny wins over allow; names compare without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// `table` or `table.column` that may be read; `None` allows the whole catalog.
    pub allow: Option<Vec<String>>,
    /// `table` or `table.column` that may not.
    pub deny: Vec<String>,
}
