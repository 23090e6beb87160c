//! Escapes text so that no spreadsheet takes it for a formula.

use std::borrow::Cow;

/// Puts an apostrophe before text that begins like a formula (OWASP, "CSV Injection",
/// <https://owasp.org/www-community/attacks/CSV_Injection>, including its full-width signs). Numbers travel as numbers
/// and keep their sign.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+33 1 23 45 67 89", "'+33 1 23 45 67 89"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("＝1", "'＝1"),
            ("-", "'-"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), expected, "{text:?}");
        }
    }
}
