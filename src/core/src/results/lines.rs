//! A few rows as lines of name and value.

use super::cell::Cell;
use super::format::{Preview, TableFormat, shown};
use super::number::for_reading;
use crate::domain::{Column, Locale, Row, ShownTable, Value};

/// The widest name, in terminal columns.
const MAX_NAME: usize = 40;
/// The widest value, unless the screen is known to be wider.
const MAX_VALUE: usize = 80;
/// Names that are measured for the width of all: no message holds more lines.
const MEASURED: usize = 200;

/// One line a column, a blank line between rows; of a row too long for a message, the first columns.
pub(super) fn draw(columns: &[Column], rows: &[Row], format: TableFormat) -> Preview {
    let names: Vec<Cell> =
        columns.iter().take(MEASURED).map(|column| Cell::from_text(&column.name, MAX_NAME)).collect();
    let width = names.iter().map(|name| name.width).max().unwrap_or(0);
    let room = format.columns.map_or(0, |columns| columns.saturating_sub(width + 2));
    let widest = MAX_VALUE.max(room);
    let mut preview = Preview { text: String::from("```\n"), rows: 0, hidden_columns: 0, table: ShownTable::default() };
    // The fence that closes it counts.
    let mut used = preview.text.len() + 3;
    for row in rows {
        let mut block = String::new();
        let mut kept = 0;
        for (name, value) in names.iter().zip(row) {
            let before = block.len();
            if before == 0 && preview.rows > 0 {
                block.push('\n');
            }
            line(&mut block, (name, width), (value, widest), format.locale);
            let length = format.length.unit.count(&block[before..]);
            if used + length > format.length.most {
                block.truncate(before);
                break;
            }
            used += length;
            kept += 1;
        }
        let whole = kept == columns.len();
        if !whole && preview.rows > 0 {
            break;
        }
        preview.text.push_str(&block);
        (preview.rows, preview.hidden_columns) = (preview.rows + 1, columns.len() - kept);
        if !whole {
            break;
        }
    }
    preview.text.push_str("```");
    preview.table = table(columns, rows, &preview, (widest, format.locale));
    preview
}

/// Returns the content of the lines as rows and columns.
fn table(columns: &[Column], rows: &[Row], preview: &Preview, (widest, locale): (usize, Locale)) -> ShownTable {
    let kept = columns.len() - preview.hidden_columns;
    let cell = |value: &Value| Cell::of(&for_reading(&[value])[0], locale, false, widest).text;
    let row = |row: &Row| row.iter().take(kept).map(cell).collect();
    ShownTable {
        columns: columns.iter().take(kept).map(shown).collect(),
        rows: rows.iter().take(preview.rows).map(row).collect(),
        chart: None,
    }
}

fn line(out: &mut String, (name, width): (&Cell, usize), (value, widest): (&Value, usize), locale: Locale) {
    name.pad_into(out, width, false);
    out.push_str("  ");
    match value {
        // An empty text is not "no value", and a line must not look as if it were cut.
        Value::Text(text) if text.is_empty() => out.push_str("\"\""),
        value => out.push_str(&Cell::of(&for_reading(&[value])[0], locale, false, widest).text),
    }
    out.push('\n');
}
