//! Text made harmless: what a model or a database writes must not steer the terminal.

/// Keeps the text, its line breaks and tabs; drops what moves the cursor, colours, rings or reorders.
pub(crate) fn text(raw: &str) -> String {
    raw.chars().filter(|c| matches!(c, '\n' | '\t') || !steers(*c)).collect()
}

/// The same for what must stay on one line: breaks and tabs become spaces.
pub(crate) fn line(raw: &str) -> String {
    text(raw).replace(['\n', '\t'], " ")
}

/// C0, DEL and C1 (ISO 6429: `char::is_control` is just these), and the marks that reorder text around them
/// (Unicode UAX 9, embeddings, overrides and isolates).
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_is_left() {
        for (raw, expected) in [
            ("Été 東京 🦀\n\tfin", "Été 東京 🦀\n\tfin"),
            ("\u{1b}[2J\u{1b}]0;title\u{7}x", "[2J]0;titlex"),
            ("a\r\nb\rc\u{8}", "a\nbc"),
            ("\u{9b}31m\u{90}q\u{9c}\u{7f}\0", "31mq"),
            ("gain: \u{202e}0001\u{202c} \u{2066}x\u{2069}", "gain: 0001 x"),
        ] {
            assert_eq!(text(raw), expected, "{raw:?}");
        }
        assert_eq!(line("a\r\nb\tc\u{1b}"), "a b c");
    }
}
