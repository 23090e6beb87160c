//! Lines laid out as the terminal lays them out: which character stands on which row of the screen.

use unicode_width::UnicodeWidthChar as _;

use crate::message::Line;

/// One row of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) text: String,
    pub(crate) dim: bool,
    /// The line goes on in the next row. No line break is written there, so that a copied line is whole.
    pub(crate) goes_on: bool,
}

/// Tab stops of every terminal unless told otherwise.
const TAB: usize = 8;

/// Lays lines out on a screen of so many columns, character by character as terminals do (they know no graphemes).
/// Tabs become spaces, since writing a tab over old text does not erase it.
pub(crate) fn rows(lines: &[Line], columns: usize) -> Vec<Row> {
    lines.iter().flat_map(|line| of_line(line, columns.max(1))).collect()
}

fn of_line(line: &Line, columns: usize) -> Vec<Row> {
    let empty = || Row { text: String::new(), dim: line.dim, goes_on: false };
    let mut rows = vec![];
    let (mut row, mut column) = (empty(), 0);
    for c in line.text.chars() {
        let (c, times) = if c == '\t' { (' ', TAB - column % TAB) } else { (c, 1) };
        let width = c.width().unwrap_or(0);
        for _ in 0..times {
            if column > 0 && column + width > columns {
                row.goes_on = true;
                rows.push(std::mem::replace(&mut row, empty()));
                column = 0;
            }
            row.text.push(c);
            column += width;
        }
    }
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, expected: &[&str]) {
        let rows = rows(&[Line { text: text.to_owned(), dim: false }], columns);
        assert_eq!(rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), expected, "{text:?} in {columns}");
        let (last, others) = rows.split_last().unwrap();
        assert!(!last.goes_on && others.iter().all(|row| row.goes_on));
    }

    #[test]
    fn characters_stand_where_the_terminal_puts_them() {
        check("", 4, &[""]);
        check("abcd", 4, &["abcd"]);
        check("abcde", 4, &["abcd", "e"]);
        check("東京都", 5, &["東京", "都"]);
        check("e\u{301}e\u{301}x", 2, &["e\u{301}e\u{301}", "x"]);
        check("a\tb", 20, &["a       b"]);
        check("a\tb", 5, &["a    ", "   b"]);
        check("東京", 1, &["東", "京"]);
        check("ab", 0, &["a", "b"]);
    }
}
