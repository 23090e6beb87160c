//! Rows as an aligned table in a code block: which columns, how wide, and how many rows.

use super::cell::Cell;
use super::format::{Preview, TableFormat};
use super::number::for_reading;
use crate::domain::{Column, ColumnKind, Length, Locale, Row, ShownColumn, ShownTable, Value, real_text};

/// Columns of a table at most; the files hold the others.
const MAX_COLUMNS: usize = 12;
/// Columns among which these are chosen.
const CONSIDERED: usize = 40;
/// The widest line where the screen's width is not known, in terminal columns: beyond it, chats on a wide screen break
/// lines too.
const MAX_LINE: usize = 120;
/// The widths of a screen that are taken as they are, in columns.
const SCREENS: std::ops::RangeInclusive<usize> = 20..=1_000;
/// The widest cell, unless the screen has room for wider ones.
const MAX_CELL: usize = 40;
/// A text is cut to this before columns are left out.
const NARROW_CELL: usize = 16;
/// A text shorter than this is never cut further: so short, texts look alike.
const MIN_CELL: usize = 12;
/// With so many rows a table is worth more columns than rows.
const ENOUGH_ROWS: usize = 5;
/// Between two columns.
const GAP: &str = " │ ";

/// A column with its cells, top to bottom.
struct Strip<'a> {
    head: Cell,
    cells: Vec<Cell>,
    /// On the right.
    number: bool,
    values: Vec<&'a Value>,
    /// The width with cells as they are.
    full: usize,
}

impl<'a> Strip<'a> {
    fn of(at: usize, column: &Column, rows: &'a [Row], most: usize, locale: Locale) -> Self {
        let values: Vec<&Value> = rows.iter().filter_map(|row| row.get(at)).collect();
        let read = for_reading(&values);
        let mut cells: Vec<Cell> = read.iter().map(|value| Cell::of(value, locale, false, most)).collect();
        align_decimals(&values, &mut cells, locale);
        let number = column.kind == ColumnKind::Number;
        let head = Cell::from_text(&column.name, most);
        let full = cells.iter().map(|cell| cell.width).chain([head.width]).max().unwrap_or(0);
        Self { head, cells, number, values, full }
    }

    fn width(&self, widest: usize) -> usize {
        self.full.min(widest)
    }

    /// Ranks how little a column tells: a constant one tells less than others, and one of nulls the least.
    fn dullness(&self) -> u8 {
        match self.values.split_first() {
            Some((first, rest)) if rest.iter().all(|value| value == first) => 1 + u8::from(**first == Value::Null),
            _ => 0,
        }
    }
}

/// Draws as many rows as fit the message: cells get narrower before rows go, and columns go before most rows.
pub(super) fn draw(columns: &[Column], rows: &[Row], format: TableFormat) -> Preview {
    let screen = format.columns.map(|columns| columns.clamp(*SCREENS.start(), *SCREENS.end()));
    let most = screen.unwrap_or(0).max(MAX_CELL);
    let considered = columns.iter().take(CONSIDERED).enumerate();
    let mut strips: Vec<Strip<'_>> =
        considered.map(|(at, column)| Strip::of(at, column, rows, most, format.locale)).collect();
    let mut widest = choose(&mut strips, screen);
    loop {
        let (text, fitting) = render(&strips, rows.len(), widest, format.length);
        // Narrower cells before fewer rows, and fewer columns before very few rows.
        if fitting == rows.len() || (widest <= MIN_CELL && (fitting >= ENOUGH_ROWS || strips.len() <= 1)) {
            let hidden_columns = columns.len() - strips.len();
            return Preview { text, rows: fitting, hidden_columns, table: table(&strips, fitting) };
        }
        if widest <= MIN_CELL {
            strips.pop();
        }
        widest = (widest * 3 / 4).max(MIN_CELL);
    }
}

/// Returns the content of the drawing, with cells at full width.
fn table(strips: &[Strip<'_>], rows: usize) -> ShownTable {
    let column = |strip: &Strip<'_>| ShownColumn { name: strip.head.text.clone(), number: strip.number };
    let cell = |strip: &Strip<'_>, row: usize| strip.cells.get(row).map_or_else(String::new, |cell| cell.text.clone());
    ShownTable {
        columns: strips.iter().map(column).collect(),
        rows: (0..rows).map(|row| strips.iter().map(|strip| cell(strip, row)).collect()).collect(),
        chart: None,
    }
}

/// Leaves out columns until a line has room for the others, and says how wide a cell may be. First texts become
/// narrower, then the dullest columns go, then the last ones; the first always stays. On a screen of a known width, a
/// line is as wide as that where there is enough to show.
fn choose(strips: &mut Vec<Strip<'_>>, screen: Option<usize>) -> usize {
    let line = |strips: &[Strip<'_>], widest| {
        strips.iter().map(|strip| strip.width(widest) + 3).sum::<usize>().saturating_sub(3)
    };
    let narrowed = match screen {
        Some(columns) => (NARROW_CELL.min(columns)..=columns).rev().collect(),
        None => vec![MAX_CELL, 30, 22, NARROW_CELL],
    };
    let widest_line = screen.unwrap_or(MAX_LINE);
    loop {
        if strips.len() <= MAX_COLUMNS
            && let Some(widest) = narrowed.iter().copied().find(|widest| line(strips, *widest) <= widest_line)
        {
            return widest;
        }
        // Of those equally dull, the last one.
        let dullest = strips.iter().enumerate().skip(1).max_by_key(|(at, strip)| (strip.dullness(), *at));
        let Some((at, _)) = dullest else { return NARROW_CELL };
        strips.remove(at);
    }
}

/// Gives the decimal numbers of a column the same number of decimals, so that 480 523,5 stands under 620 928,18 as
/// 480 523,50.
fn align_decimals(values: &[&Value], cells: &mut [Cell], locale: Locale) {
    let mark = match locale {
        Locale::Fr => ',',
        Locale::En => '.',
    };
    let decimals = |cell: &Cell| cell.text.rsplit_once(mark).map_or(0, |(_, decimals)| decimals.len());
    let is_decimal = |value: &Value| match value {
        Value::Real(number) => number.is_finite() && !real_text(*number).contains('e'),
        Value::Decimal(_) => true,
        _ => false,
    };
    let decimal: Vec<bool> = values.iter().map(|value| is_decimal(value)).collect();
    let most = cells.iter().zip(&decimal).filter(|(_, decimal)| **decimal).map(|(cell, _)| decimals(cell)).max();
    // More decimals than money has are measurements, whose zeros would claim a precision they do not have.
    let Some(most @ 1..=2) = most else { return };
    for (cell, _) in cells.iter_mut().zip(decimal).filter(|(_, decimal)| *decimal) {
        let missing = most - decimals(cell);
        if missing == most {
            cell.text.push(mark);
            cell.width += 1;
        }
        cell.text.push_str(&"0".repeat(missing));
        cell.width += missing;
    }
}

/// Draws with cells of at most `widest`; returns the text and how many rows fit.
fn render(strips: &[Strip<'_>], rows: usize, widest: usize, most: Length) -> (String, usize) {
    let widths: Vec<usize> = strips.iter().map(|strip| strip.width(widest)).collect();
    let line = |text: &mut String, cell: &dyn Fn(usize) -> Cell| {
        for (at, strip) in strips.iter().enumerate() {
            if at > 0 {
                text.push_str(GAP);
            }
            cell(at).pad_into(text, widths[at], strip.number);
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    };
    let mut text = String::from("```\n");
    line(&mut text, &|at| strips[at].head.shortened(widths[at]).into_owned());
    let rule = widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("─┼─");
    text.push_str(&rule);
    text.push('\n');
    // The fence that closes it counts.
    let mut length = most.unit.count(&text) + 3;
    let mut fitting = 0;
    for row in 0..rows {
        let before = text.len();
        line(&mut text, &|at| match strips[at].cells.get(row) {
            Some(cell) => cell.shortened(widths[at]).into_owned(),
            None => Cell { text: String::new(), width: 0 },
        });
        length += most.unit.count(&text[before..]);
        if length > most.most {
            text.truncate(before);
            break;
        }
        fitting += 1;
    }
    text.push_str("```");
    (text, fitting)
}
