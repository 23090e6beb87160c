//! Rows that a chat showed, as a table that goes on from page to page.

use pstral_core::domain::ShownTable;

use super::page::{INK, Pages, QUIET, ROOM, RULE, SHADE, Style};
use super::wrap::{cut, wrap};

const CELL: Style = Style { size: 8.5, colour: INK, bold: false };
const HEAD: Style = Style { size: 8.5, colour: INK, bold: true };
const NAME: Style = Style { size: 8.5, colour: QUIET, bold: false };
/// On either side of a cell.
const PAD: f32 = 4.0;
/// Lines of a cell at most.
const LINES: usize = 8;
/// No column is narrower, unless its cells are.
const LEAST: f32 = 34.0;
/// A few rows with more columns than this are easier to read one below another, as they are in a chat.
const FEW_COLUMNS: usize = 6;
const FEW_ROWS: usize = 3;

/// Draws a table; nothing of one without columns.
pub(super) fn draw(pages: &mut Pages, table: &ShownTable) {
    let table = drawable(pages, table);
    let columns = table.columns.len();
    #[expect(clippy::cast_precision_loss, reason = "a chat shows some dozen columns")]
    let too_many = columns as f32 * LEAST > ROOM;
    if too_many || (columns > FEW_COLUMNS && table.rows.len() <= FEW_ROWS) {
        for row in &table.rows {
            one_below_another(pages, &table, row);
        }
    } else if columns > 0 {
        aligned(pages, &table);
    }
}

fn drawable(pages: &Pages, table: &ShownTable) -> ShownTable {
    let mut table = table.clone();
    let cells = table.rows.iter_mut().flatten().chain(table.columns.iter_mut().map(|column| &mut column.name));
    for cell in cells {
        *cell = pages.letters.drawable(cell).replace('\n', " ");
    }
    table
}

fn aligned(pages: &mut Pages, table: &ShownTable) {
    let widths = widths(pages, table);
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    row(pages, table, &names, &widths, HEAD);
    for cells in &table.rows {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        row(pages, table, &cells, &widths, CELL);
    }
}

/// One row; a page that it begins says first what the columns are.
fn row(pages: &mut Pages, table: &ShownTable, cells: &[&str], widths: &[f32], style: Style) {
    let wrapped: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, width)| lines(pages, cell, *width - 2.0 * PAD, style)).collect();
    let tallest = wrapped.iter().map(Vec::len).max().unwrap_or(1);
    #[expect(clippy::cast_precision_loss, reason = "some lines")]
    let height = tallest as f32 * style.leading() * 0.9 + 4.0;
    // A head is never left alone at the end of a page.
    let turned = pages.need(if style.bold { height + 2.0 * CELL.leading() } else { height });
    if turned && !style.bold {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        row(pages, table, &names, widths, HEAD);
    }
    let whole: f32 = widths.iter().sum();
    if style.bold {
        pages.fill(0.0, whole, height, SHADE);
    }
    let mut left = 0.0;
    for ((lines, width), column) in wrapped.iter().zip(widths).zip(&table.columns) {
        let mut below = 2.0 + style.size;
        for line in lines {
            let free = width - 2.0 * PAD - pages.letters.width(line, style.size);
            let indent = if column.number { free.max(0.0) } else { 0.0 };
            pages.text_at(line, left + PAD + indent, below, style);
            below += style.leading() * 0.9;
        }
        left += width;
    }
    pages.advance(height);
    pages.fill(0.0, whole, 0.5, RULE);
}

/// As wide as its widest cell where all have room, else in proportion.
fn widths(pages: &mut Pages, table: &ShownTable) -> Vec<f32> {
    let columns = table.columns.iter().enumerate();
    let natural: Vec<f32> = columns
        .map(|(at, column)| {
            // The outline of a bold letter takes room too.
            let head = pages.letters.width(&column.name, HEAD.size) + 1.0;
            let cells = table.rows.iter().filter_map(|row| row.get(at));
            let widest = cells.map(|cell| pages.letters.width(cell, CELL.size)).fold(head, f32::max);
            widest + 2.0 * PAD
        })
        .collect();
    let whole: f32 = natural.iter().sum();
    if whole <= ROOM {
        return natural;
    }
    // Narrow columns stay as they are; the others share what is left.
    #[expect(clippy::cast_precision_loss, reason = "some dozen columns")]
    let fair = ROOM / natural.len() as f32;
    let narrow: f32 = natural.iter().filter(|width| **width <= fair).sum();
    let wide: f32 = whole - narrow;
    let shrunk = |width: f32| if width <= fair { width } else { (width * (ROOM - narrow) / wide).max(LEAST) };
    let widths: Vec<f32> = natural.into_iter().map(shrunk).collect();
    let over = widths.iter().sum::<f32>() / ROOM;
    widths.into_iter().map(|width| width / over.max(1.0)).collect()
}

fn lines(pages: &mut Pages, cell: &str, room: f32, style: Style) -> Vec<String> {
    let mut lines: Vec<String> =
        wrap(&mut pages.letters, cell, style.size, room).into_iter().map(str::to_owned).collect();
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
            *last = cut(&mut pages.letters, last, style.size, room);
        }
    }
    lines
}

fn one_below_another(pages: &mut Pages, table: &ShownTable, row: &[String]) {
    let names = table.columns.iter().map(|column| column.name.as_str());
    let widest = names.map(|name| pages.letters.width(name, NAME.size)).fold(0.0, f32::max).min(ROOM / 3.0);
    for (column, cell) in table.columns.iter().zip(row) {
        let name = cut(&mut pages.letters, &column.name, NAME.size, widest + 0.1);
        let value = lines(pages, cell, ROOM - widest - 16.0, CELL);
        for (at, line) in value.iter().enumerate() {
            pages.need(CELL.leading());
            if at == 0 {
                pages.text_at(&name, 4.0, CELL.size, NAME);
            }
            pages.text_at(line, widest + 16.0, CELL.size, CELL);
            pages.advance(CELL.leading());
        }
    }
    pages.gap(4.0);
    pages.fill(0.0, ROOM, 0.5, RULE);
    pages.gap(4.0);
}
