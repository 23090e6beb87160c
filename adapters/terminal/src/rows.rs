//! Lines laid out as the terminal lays them out: which character stands on which row of the screen.

use unicode_width::UnicodeWidthChar as _;

use crate::message::{Cut, Line};

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
    // Where the row can be cut: behind a space, in bytes.
    let mut cut = None;
    let mut before = None;
    for c in line.text.chars() {
        let (c, times) = if c == '\t' { (' ', TAB - column % TAB) } else { (c, 1) };
        let width = c.width().unwrap_or(0);
        for _ in 0..times {
            let is_cut = c == ' ' && is_cut(line.cut, before);
            before = Some(c);
            if column > 0 && column + width > columns {
                if is_cut && !row.text.trim_end().is_empty() {
                    // The space is the cut.
                    rows.push(std::mem::replace(&mut row, empty()));
                    (column, cut) = (0, None);
                    continue;
                }
                let rest = cut.take().map(|at| row.text.split_off(at));
                row.goes_on = rest.is_none();
                row.text.truncate(if rest.is_some() { row.text.trim_end_matches(' ').len() } else { row.text.len() });
                rows.push(std::mem::replace(&mut row, empty()));
                row.text = rest.unwrap_or_default();
                column = columns_of(&row.text);
            }
            if column > 0 && column + width > columns {
                row.goes_on = true;
                rows.push(std::mem::replace(&mut row, empty()));
                column = 0;
            }
            row.text.push(c);
            column += width;
            if is_cut && !row.text.trim_end().is_empty() {
                cut = Some(row.text.len());
            }
        }
    }
    // A space at the end of a line that was cut there needs no row.
    if !row.text.is_empty() || rows.last().is_none_or(|last| last.goes_on) {
        rows.push(row);
    }
    rows
}

/// Tells whether a line may be cut at a space, by what stands before it.
fn is_cut(cut: Cut, before: Option<char>) -> bool {
    match cut {
        Cut::Edge => false,
        Cut::Words => true,
        Cut::Gaps => before == Some(' '),
    }
}

/// Returns the number of columns that characters take on one row.
pub(crate) fn columns_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, columns: usize, cut: Cut, expected: &[&str]) -> Vec<Row> {
        let rows = rows(&[Line { text: text.to_owned(), dim: false, cut }], columns);
        assert_eq!(rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), expected, "{text:?} in {columns}");
        rows
    }

    fn check(text: &str, columns: usize, expected: &[&str]) {
        let rows = drawn(text, columns, Cut::Edge, expected);
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

    #[test]
    fn prose_is_cut_between_words() {
        for (text, columns, expected) in [
            ("", 4, &[""][..]),
            ("un deux trois", 8, &["un deux", "trois"]),
            ("un deux trois", 7, &["un deux", "trois"]),
            ("un deux trois", 6, &["un", "deux", "trois"]),
            ("un deux", 5, &["un", "deux"]),
            ("un  deux", 4, &["un", "deux"]),
            ("anticonstitutionnel", 8, &["anticons", "titution", "nel"]),
            ("un anticonstitutionnel", 8, &["un", "anticons", "titution", "nel"]),
            ("  retrait long", 9, &["  retrait", "long"]),
            ("東京 都", 4, &["東京", "都"]),
            ("ab 東京都", 5, &["ab", "東京", "都"]),
            ("un ", 2, &["un"]),
        ] {
            drawn(text, columns, Cut::Words, expected);
        }
        let buttons = "[Exécuter → /execute]  [Modifier → /edit]";
        drawn(buttons, 30, Cut::Gaps, &["[Exécuter → /execute]", "[Modifier → /edit]"]);
        drawn(buttons, 60, Cut::Gaps, &[buttons]);
    }
}
