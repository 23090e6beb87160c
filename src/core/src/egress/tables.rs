//! Markdown tables of a model as aligned text, for platforms that do not draw them.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::fence::Fence;
use super::split::begins_table;

/// The widest line, in columns: beyond it, aligned lines break and are harder to read than the table as it was written.
const MOST: usize = 120;

/// A text in which each table stands aligned in a code block; tables that are too wide stay as they were written.
pub fn align_tables(text: &str) -> Cow<'_, str> {
    let lines: Vec<&str> = text.split('\n').collect();
    let (mut out, mut fence, mut at, mut changed) = (Vec::new(), None::<Fence>, 0, false);
    while at < lines.len() {
        fence = match fence {
            Some(open) => Some(open).filter(|open| !open.is_closed_by(lines[at])),
            None => Fence::opened_by(lines[at]),
        };
        let begins = fence.is_none() && lines.get(at + 1).is_some_and(|next| begins_table(lines[at], next));
        let rows = if begins { lines[at..].iter().take_while(|line| line.contains('|')).count() } else { 0 };
        if let Some(table) = drawn(&lines[at..at + rows]) {
            out.push(table);
            (at, changed) = (at + rows, true);
        } else {
            out.push(lines[at].to_owned());
            at += 1;
        }
    }
    if changed { Cow::Owned(out.join("\n")) } else { Cow::Borrowed(text) }
}

/// A table, header and dashes first, as a code block; `None` where it is none, or too wide.
fn drawn(lines: &[&str]) -> Option<String> {
    let (header, dashes, rows) = (lines.first()?, lines.get(1)?, lines.get(2..)?);
    let header = cells(header);
    let is_right: Vec<bool> = cells(dashes).iter().map(|dash| dash.ends_with(':') && !dash.starts_with(':')).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column: usize| {
        let all = rows.iter().chain([&header]).map(|row| cell(row, column).width());
        all.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    if widths.iter().map(|width| width + 3).sum::<usize>() > MOST + 3 {
        return None;
    }
    let line = |row: &[String]| {
        let padded = widths.iter().enumerate().map(|(column, width)| {
            let text = cell(row, column);
            let blanks = " ".repeat(width - text.width());
            if is_right.get(column) == Some(&true) { blanks + &text } else { text + &blanks }
        });
        padded.collect::<Vec<_>>().join(" │ ").trim_end().to_owned()
    };
    let rule = widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("─┼─");
    let mut table = format!("```\n{}\n{rule}", line(&header));
    for row in &rows {
        let _ = write!(table, "\n{}", line(row));
    }
    Some(table + "\n```")
}

/// The cells of a row, without the marks that mean nothing in code.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let row = row.strip_suffix('|').filter(|inner| !inner.ends_with('\\')).unwrap_or(row);
    let hidden = row.replace("\\|", "\u{0}");
    let plain = |cell: &str| cell.replace('\u{0}', "|").replace("**", "").replace('`', "").trim().to_owned();
    hidden.split('|').map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned() {
        let text = "Voici :\n| Ville | **Clients** |\n|---|---:|\n| Lyon | 7 |\n| Épinay a\\|b | 12 |\n\nFin | voilà";
        insta::assert_snapshot!(align_tables(text), @"
        Voici :
        ```
        Ville      │ Clients
        ───────────┼────────
        Lyon       │       7
        Épinay a|b │      12
        ```

        Fin | voilà
        ");
    }

    #[test]
    fn what_is_no_table_stays() {
        let wide = format!("| {} | b |\n|---|---|\n| c | d |", "x".repeat(120));
        for text in ["a | b", "```\n| a | b |\n|---|---|\n```", "| a | b |\n| c | d |", "", &wide] {
            assert_eq!(align_tables(text), text);
        }
    }
}
