//! The first rows of a result as people read them in a message, in the form that suits them.

use super::cell::Cell;
use super::number::for_reading;
use super::{lines, table};
use crate::domain::{Column, ColumnKind, Length, Locale, Row, ShownColumn, ShownTable, Value};

/// A few rows with more columns than this are easier to read one below another.
const FEW_COLUMNS: usize = 6;
/// So many rows are a few.
const FEW_ROWS: usize = 3;
/// The widest value that stands alone, in terminal columns.
const ALONE: usize = 200;
/// The widest name of a column.
const NAME: usize = 40;

/// How large a preview may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFormat {
    /// How long the whole text may be.
    pub length: Length,
    /// Rows.
    pub max_rows: usize,
    /// Whose numbers.
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
    /// The same rows and columns as the text, with cells no shorter.
    pub table: ShownTable,
}

impl Preview {
    /// Draws the first rows. One value stands alone: in bold, or as code where it is text that could be markup. One row,
    /// and up to three of a wide table, become lines of name and value. Everything else is an aligned table in a code
    /// block. Its cost is bounded by what a message can show, not by the rows.
    pub fn draw(columns: &[Column], rows: &[Row], format: TableFormat) -> Self {
        Self::page(columns, rows, 0, format)
    }

    /// Draws the rows from number `first` on, counted from 0, in the form that suits the result as a whole: each of its pages
    /// looks like the others.
    pub fn page(columns: &[Column], rows: &[Row], first: usize, format: TableFormat) -> Self {
        if let ([_], [row]) = (columns, rows)
            && let [value] = row.as_slice()
        {
            let read = for_reading(&[value]);
            let cell = Cell::of(&read[0], format.locale, true, ALONE).text;
            let table =
                ShownTable { columns: columns.iter().map(shown).collect(), rows: vec![vec![cell]], chart: None };
            return Self { text: alone(&read[0], format.locale), rows: 1, hidden_columns: 0, table };
        }
        let drawn = rows.len().min(format.max_rows);
        let wide = columns.len() > FEW_COLUMNS && drawn <= FEW_ROWS;
        let page = &rows[first.min(rows.len())..];
        let page = &page[..page.len().min(format.max_rows)];
        if wide || (drawn == 1 && columns.len() > 1) {
            lines::draw(columns, page, format)
        } else {
            table::draw(columns, page, format)
        }
    }
}

/// A column as a [`ShownTable`] names it.
pub(super) fn shown(column: &Column) -> ShownColumn {
    ShownColumn { name: Cell::from_text(&column.name, NAME).text, number: column.kind == ColumnKind::Number }
}

fn alone(value: &Value, locale: Locale) -> String {
    let cell = Cell::of(value, locale, true, ALONE).text;
    match value {
        // An empty text is not "no value".
        Value::Text(_) if cell.trim().is_empty() => "`\"\"`".to_owned(),
        Value::Text(_) => format!("`{cell}`"),
        _ => format!("**{cell}**"),
    }
}
