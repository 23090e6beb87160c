//! Markdown tables: what tells one from text with bars in it.

/// Checks whether a line can be in a table.
pub(super) fn is_row(line: &str) -> bool {
    line.contains('|')
}

/// Checks whether the second of two lines makes the first the header of a table, as on GitHub
/// (<https://github.github.com/gfm/#tables-extension->): as many cells, of dashes with colons beside them.
pub(in crate::egress) fn begins(header: &str, line: &str) -> bool {
    let dashes = |cell: &str| {
        let cell = cell.trim();
        let cell = cell.strip_prefix(':').unwrap_or(cell);
        let cell = cell.strip_suffix(':').unwrap_or(cell);
        !cell.is_empty() && cell.chars().all(|c| c == '-')
    };
    is_row(header) && is_row(line) && inner(line).split('|').all(dashes) && cells(header) == cells(line)
}

fn cells(line: &str) -> usize {
    let inner = inner(line);
    inner.matches('|').count() + 1 - inner.matches("\\|").count()
}

fn inner(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    line.strip_suffix('|').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_told_from_bars() {
        for (header, line, expected) in [
            ("| a | b |", "|---|:-:|", true),
            ("a | b", "--- | ---", true),
            ("| a\\|b | c |", "| - | - |", true),
            ("| a |", "| --- |", true),
            ("| a | b |", "| --- |", false),
            ("| a | b |", "| c | d |", false),
            ("a b", "---", false),
            ("| a | b |", "|---|", false),
            ("||", "|:|", false),
        ] {
            assert_eq!(begins(header, line), expected, "{header} / {line}");
        }
    }
}
