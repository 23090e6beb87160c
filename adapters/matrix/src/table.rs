//! Converts tables drawn with lines to HTML tables.

use std::fmt::Write as _;

use crate::html::escaped;

/// Converts a drawn table: a head, a line below it, and rows of as many cells. `None` for anything else.
pub(crate) fn html(drawn: &str) -> Option<String> {
    let mut lines = drawn.trim_end_matches('\n').lines();
    let head = cells(lines.next()?);
    let rule = lines.next()?;
    let is_rule = rule.contains('─') && rule.chars().all(|letter| matches!(letter, '─' | '┼'));
    if !is_rule || rule.matches('┼').count() + 1 != head.len() {
        return None;
    }
    let rows: Vec<Vec<&str>> = lines.map(cells).collect();
    // A cell that holds the sign between cells: whose it is cannot be told.
    if rows.iter().any(|row| row.len() != head.len()) {
        return None;
    }
    let mut out = "<table><thead>".to_owned();
    row(&mut out, &head, "th");
    out.push_str("</thead><tbody>");
    for cells in &rows {
        row(&mut out, cells, "td");
    }
    out.push_str("</tbody></table>");
    Some(out)
}

fn cells(line: &str) -> Vec<&str> {
    line.split('│').map(str::trim).collect()
}

fn row(out: &mut String, cells: &[&str], tag: &str) {
    out.push_str("<tr>");
    for cell in cells {
        let _ = write!(out, "<{tag}>{}</{tag}>", escaped(cell));
    }
    out.push_str("</tr>");
}
