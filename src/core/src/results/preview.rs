//! The first rows of a result as a table that fits a message.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::readable;
use crate::domain::{Column, ColumnKind, Locale, Row, Value, real_text};

/// Columns of a table at most; the files hold the others.
const MAX_COLUMNS: usize = 12;
/// The widest cell, in terminal columns.
const MAX_CELL: usize = 40;
/// A text shorter than this is never cut further.
const MIN_CELL: usize = 8;

/// How large a table may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFormat {
    /// Characters of the whole text.
    pub max_chars: usize,
    /// Rows.
    pub max_rows: usize,
    /// Whose numbers.
    pub locale: Locale,
}

/// A preview and what it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Markdown.
    pub text: String,
    /// Rows shown.
    pub rows: usize,
    /// Columns left out.
    pub hidden_columns: usize,
}

impl Preview {
    /// Draws the first rows. One value stands alone: in bold, or as code where it is text that could be markup; up to three rows too wide for a table become lines of
    /// `name: value`; everything else is an aligned table in a code block.
    pub fn draw(columns: &[Column], rows: &[Row], format: TableFormat) -> Self {
        if let ([_], [row]) = (columns, rows)
            && let [value] = row.as_slice()
        {
            let shown = shorten(&clean(&readable(value, format.locale, true)), 200);
            let text = if matches!(value, Value::Text(_)) { format!("`{shown}`") } else { format!("**{shown}**") };
            return Self { text, rows: 1, hidden_columns: 0 };
        }
        let wide = columns.len() > MAX_COLUMNS / 2 && rows.len() <= 3;
        if wide { lines(columns, rows, format) } else { table(columns, rows, format) }
    }
}

/// `name: value`, a blank line between rows; of a row too long for a message, the first columns.
fn lines(columns: &[Column], rows: &[Row], format: TableFormat) -> Preview {
    let width = columns.iter().map(|column| clean(&column.name).width()).max().unwrap_or(0).min(MAX_CELL);
    let line = |column: &Column, value| {
        let name = pad(&shorten(&clean(&column.name), width), width, false);
        format!("{name}  {}\n", shorten(&clean(&readable(value, format.locale, false)), 2 * MAX_CELL))
    };
    let (mut text, mut shown, mut hidden_columns) = (String::from("```\n"), 0, 0);
    for row in rows {
        let room = format.max_chars.saturating_sub(text.chars().count() + 3);
        let mut block = if shown == 0 { String::new() } else { "\n".to_owned() };
        block.extend(columns.iter().zip(row).map(|(column, value)| line(column, value)));
        if block.chars().count() > room {
            if shown == 0 {
                let kept = lines_within(&block, room);
                text.push_str(kept);
                (shown, hidden_columns) = (1, columns.len() - kept.lines().count());
            }
            break;
        }
        text.push_str(&block);
        shown += 1;
    }
    text.push_str("```");
    Preview { text, rows: shown, hidden_columns }
}

/// As many whole lines as have room.
fn lines_within(block: &str, room: usize) -> &str {
    let end = block.char_indices().nth(room).map_or(block.len(), |(end, _)| end);
    block[..end].rfind('\n').map_or("", |last| &block[..=last])
}

fn table(columns: &[Column], rows: &[Row], format: TableFormat) -> Preview {
    let shown_columns = columns.len().min(MAX_COLUMNS);
    let rows = &rows[..rows.len().min(format.max_rows)];
    let heads: Vec<String> = columns[..shown_columns].iter().map(|column| clean(&column.name)).collect();
    let mut cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row[..shown_columns].iter().map(|value| clean(&readable(value, format.locale, false))).collect())
        .collect();
    align_decimals(rows, &mut cells, format.locale);
    let mut widest = MAX_CELL;
    loop {
        let (text, fitting) = render(&columns[..shown_columns], &heads, &cells, widest, format.max_chars);
        // Narrower cells before fewer rows.
        if fitting == cells.len() || widest <= MIN_CELL {
            return Preview { text, rows: fitting, hidden_columns: columns.len() - shown_columns };
        }
        widest = widest * 3 / 4;
    }
}

/// Gives the decimal numbers of a column the same number of decimals, so that 480 523,5 stands under 620 928,18 as
/// 480 523,50.
fn align_decimals(rows: &[Row], cells: &mut [Vec<String>], locale: Locale) {
    let mark = match locale {
        Locale::Fr => ',',
        Locale::En => '.',
    };
    let decimals = |cell: &String| cell.rsplit_once(mark).map_or(0, |(_, decimals)| decimals.len());
    for at in 0..cells.first().map_or(0, Vec::len) {
        let is_decimal = |row: &Row| match &row[at] {
            Value::Real(number) => number.is_finite() && !real_text(*number).contains('e'),
            Value::Decimal(_) => true,
            _ => false,
        };
        let most = rows.iter().zip(&*cells).filter(|(row, _)| is_decimal(row)).map(|(_, row)| decimals(&row[at])).max();
        // More decimals than money has are measurements, whose zeros would claim a precision they do not have.
        let Some(most @ 1..=2) = most else { continue };
        for (_, cells) in rows.iter().zip(&mut *cells).filter(|(row, _)| is_decimal(row)) {
            let missing = most - decimals(&cells[at]);
            if missing == most {
                cells[at].push(mark);
            }
            cells[at].push_str(&"0".repeat(missing));
        }
    }
}

/// Draws with cells of at most `widest`; returns the text and how many rows fit.
fn render(
    columns: &[Column],
    heads: &[String],
    cells: &[Vec<String>],
    widest: usize,
    max_chars: usize,
) -> (String, usize) {
    let widths: Vec<usize> = (0..heads.len())
        .map(|at| {
            let column = cells.iter().map(|row| row[at].width());
            column.chain([heads[at].width()]).max().unwrap_or(0).min(widest)
        })
        .collect();
    let line = |row: &[String]| {
        let cells = row
            .iter()
            .zip(&widths)
            .zip(columns)
            .map(|((cell, width), column)| pad(&shorten(cell, *width), *width, column.kind == ColumnKind::Number));
        format!("{}\n", cells.collect::<Vec<_>>().join(" │ ").trim_end())
    };
    let rule = widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("─┼─");
    let mut text = format!("```\n{}{rule}\n", line(heads));
    let mut length = text.chars().count() + 3;
    let mut fitting = 0;
    for row in cells {
        let line = line(row);
        length += line.chars().count();
        if length > max_chars {
            break;
        }
        text.push_str(&line);
        fitting += 1;
    }
    text.push_str("```");
    (text, fitting)
}

/// Without what would break a line or a code block.
fn clean(cell: &str) -> String {
    cell.chars()
        .map(|c| match c {
            '`' => 'ˋ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// Cuts to `width` terminal columns, ending in `…` where something is missing.
fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= width
    });
    kept.chain(['…']).collect()
}

fn pad(text: &str, width: usize, right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(text.width()));
    if right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    const FORMAT: TableFormat = TableFormat { max_chars: 2000, max_rows: 20, locale: Locale::Fr };

    fn columns(names: &[(&str, ColumnKind)]) -> Vec<Column> {
        names.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect()
    }

    fn words(words: &str) -> Value {
        Value::Text(words.to_owned())
    }

    #[test]
    fn a_table_is_aligned_by_what_people_see() {
        let columns = columns(&[("client", ColumnKind::Text), ("montant", ColumnKind::Number)]);
        let rows = vec![
            vec![words("Éts Müller"), Value::Decimal("1234.50".to_owned())],
            vec![words("東京 🚀"), Value::Integer(7)],
            vec![Value::Null, Value::Null],
            vec![words("```\nbad"), words("x")],
        ];
        assert_snapshot!(Preview::draw(&columns, &rows, FORMAT).text, @r"
        ```
        client     │  montant
        ───────────┼─────────
        Éts Müller │ 1 234,50
        東京 🚀    │        7
        ∅          │        ∅
        ˋˋˋ bad    │        x
        ```
        ");
    }

    #[test]
    fn decimals_of_a_column_line_up() {
        let columns = columns(&[("a", ColumnKind::Text), ("b", ColumnKind::Number)]);
        let rows: Vec<Row> = [Value::Real(480_523.5), Value::Real(7.0), Value::Real(620.18), Value::Integer(3)]
            .map(|value| vec![words("x"), value])
            .into();
        let text = Preview::draw(&columns, &rows, TableFormat { locale: Locale::En, ..FORMAT }).text;
        let last: Vec<&str> = text.lines().filter_map(|line| line.split(" │ ").nth(1)).map(str::trim).collect();
        assert_eq!(last, ["b", "480,523.50", "7.00", "620.18", "3"]);
    }

    #[test]
    fn one_value_stands_alone() {
        let preview = Preview::draw(&columns(&[("n", ColumnKind::Number)]), &[vec![Value::Integer(12_345)]], FORMAT);
        assert_eq!(preview.text, "**12\u{202f}345**");
    }

    #[test]
    fn a_few_wide_rows_become_lines() {
        let names: Vec<(String, ColumnKind)> = (0..8).map(|n| (format!("column_{n}"), ColumnKind::Text)).collect();
        let names: Vec<(&str, ColumnKind)> = names.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
        let rows = vec![vec![words("a"); 8], vec![words("b"); 8]];
        let preview = Preview::draw(&columns(&names), &rows, FORMAT);
        assert!(preview.text.starts_with("```\ncolumn_0  a\n"), "{}", preview.text);
    }

    #[test]
    fn a_row_too_long_for_a_message_shows_its_first_columns() {
        let names: Vec<String> = (0..100).map(|n| format!("column_{n}")).collect();
        let names: Vec<(&str, ColumnKind)> = names.iter().map(|name| (name.as_str(), ColumnKind::Text)).collect();
        let preview = Preview::draw(&columns(&names), &[vec![words("long text"); 100]], FORMAT);
        assert!(preview.text.chars().count() <= 2000);
        assert_eq!((preview.rows, preview.text.lines().count() - 2 + preview.hidden_columns), (1, 100));
    }

    #[test]
    fn a_text_that_stands_alone_is_no_markup() {
        let preview =
            Preview::draw(&columns(&[("v", ColumnKind::Text)]), &[vec![words("a `b`\n@everyone **c**")]], FORMAT);
        assert_eq!(preview.text, "`a ˋbˋ @everyone **c**`");
    }

    #[test]
    fn it_always_fits() {
        let columns = columns(&[("a", ColumnKind::Text), ("b", ColumnKind::Text)]);
        let rows: Vec<Row> = (0..100).map(|n| vec![words(&"long ".repeat(50)), Value::Integer(n)]).collect();
        for max_chars in [120, 300, 2000] {
            let preview = Preview::draw(&columns, &rows, TableFormat { max_chars, ..FORMAT });
            assert!(preview.text.chars().count() <= max_chars, "{} > {max_chars}", preview.text.chars().count());
            assert!(preview.rows <= 20);
        }
    }
}
