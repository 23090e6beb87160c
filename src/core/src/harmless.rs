//! Text made harmless: what a model or a database writes must not steer a terminal.

/// Keeps the text, its line breaks and tabs; drops what moves the cursor, colours, rings or reorders.
pub fn text(raw: &str) -> String {
    raw.chars().filter(|c| stays(*c)).collect()
}

/// The same for what must stay on one line: breaks and tabs become spaces.
pub fn line(raw: &str) -> String {
    text(raw).replace(['\n', '\t'], " ")
}

/// The words alone, on one line, a space between each two.
pub fn one_line(raw: &str) -> String {
    text(raw).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same as [`text`] for JSON, of which nothing may be lost: what would be dropped is written as `\u` and four digits, which
/// reads back as it was.
pub fn json(raw: &str) -> String {
    let escaped = |c: char| format!("\\u{:04x}", u32::from(c));
    raw.chars().fold(String::with_capacity(raw.len()), |mut out, c| {
        if stays(c) {
            out.push(c);
        } else {
            out += &escaped(c);
        }
        out
    })
}

/// Whether a character is neither of C0, DEL and C1 (ISO 6429: `char::is_control` is just these) but for line breaks
/// and tabs, nor one of the marks that reorder text around them (Unicode UAX 9: embeddings, overrides and isolates).
fn stays(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
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
        assert_eq!(one_line(" a\r\n\n b\t\u{1b}c "), "a b c");
    }

    #[test]
    fn json_reads_back_as_it_was() {
        let raw = "a\u{1b}]0;x\u{7}\u{9b}\u{7f}\u{202e}b\n";
        let written = json(&serde_json::to_string(raw).unwrap());
        assert!(!written.contains(|c: char| !stays(c)), "{written:?}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), raw);
    }
}
