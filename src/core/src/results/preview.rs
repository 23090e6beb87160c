//! The first rows of a result as people read them in a message, in the form that suits them.

use super::cell::Cell;
use super::format::{Preview, TableFormat, shown};
use super::number::for_reading;
use super::{lines, table};
use crate::domain::{Column, Locale, Row, ShownTable, Value};

/// A few rows with more columns than this are easier to read one below another.
const FEW_COLUMNS: usize = 6;
/// So many rows are a few.
const FEW_ROWS: usize = 3;
/// The widest value that stands alone, in terminal columns.
const ALONE: usize = 200;

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

fn alone(value: &Value, locale: Locale) -> String {
    let cell = Cell::of(value, locale, true, ALONE).text;
    match value {
        // An empty text is not "no value".
        Value::Text(_) if cell.trim().is_empty() => "`\"\"`".to_owned(),
        Value::Text(_) => format!("`{cell}`"),
        _ => format!("**{cell}**"),
    }
}
