//! The headings of columns.

use crate::egress::fit;
use crate::harmless::one_line;

/// Characters of a heading. SQLite names a column without an alias after the text of its expression.
const LONGEST: usize = 60;

/// The name of a column on one line, with single blanks, and cut if it is very long: a database may name a column after
/// the text of its expression, which is laid out over several lines.
pub(crate) fn heading(name: &str) -> String {
    fit(&one_line(name), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_one_line_of_a_sane_length() {
        let sum = "sum(\n  CASE WHEN status = 'open'\n    THEN 1 ELSE 0 END\n)";
        let long = format!("{sum} * 100.0 / count(*)");
        for (name, expected) in [
            ("id", "id"),
            ("Full  Name", "Full Name"),
            ("", ""),
            (sum, "sum( CASE WHEN status = 'open' THEN 1 ELSE 0 END )"),
            (&long, "sum( CASE WHEN status = 'open' THEN 1 ELSE 0 END ) * 100.0 …"),
        ] {
            assert_eq!(heading(name), expected);
        }
    }
}
