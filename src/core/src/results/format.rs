//! The size of a preview, and its result.

use super::cell::Cell;
use crate::domain::{Column, ColumnKind, Length, Locale, ShownColumn, ShownTable};

/// The widest name of a column.
const NAME: usize = 40;

/// The size of a preview at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFormat {
    /// The length of the whole text at most.
    pub length: Length,
    /// The width of the screen, in terminal columns, which a table does not exceed; `None` where it is not known.
    pub columns: Option<usize>,
    /// Rows.
    pub max_rows: usize,
    /// The language whose way of writing numbers is used.
    pub locale: Locale,
}

/// A preview and what it leaves out.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Markdown.
    pub text: String,
    /// Rows shown.
    pub rows: usize,
    /// Columns left out.
    pub hidden_columns: usize,
    /// The rows and columns of the text, with cells no shorter.
    pub table: ShownTable,
}

/// A column as a [`ShownTable`] names it.
pub(super) fn shown(column: &Column) -> ShownColumn {
    ShownColumn { name: Cell::from_text(&column.name, NAME).text, number: column.kind == ColumnKind::Number }
}
