//! A text grown from bytes: pieces that mean something to what reads a stream, between any others; and cuts in it.

use libfuzzer_sys::arbitrary::{Result, Unstructured};

const PIECES: [&str; 48] = [
    "```", "~~~", "````", "`", "``", "\n", "\n\n", " ", "    ", "a", "bcd ", "é", "👩‍🚀", "🇫🇷", "\u{301}", "\u{200d}", "[", "](", ")", "<@", "1>", "@",
    ":", "https://", "|", "\n| a | b |\n|---|---|\n", "| c | d |\n", "# ", "\r\n", "\u{a0}", ". ", "。", "<think>", "</think>", "<thinking>", "<", "/",
    ">", "everyone", "here", "#/", "✅", "\nSELECT ", "WITH x AS (", " FROM t", ";\n", "sql", "--",
];

/// A text of these pieces, and bytes of its own.
pub fn text(bytes: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    while !bytes.is_empty() {
        match bytes.int_in_range(0..=15)? {
            0 => text.push(bytes.arbitrary()?),
            1 => {
                let (piece, times) = (*bytes.choose(&PIECES)?, bytes.int_in_range(0..=200)?);
                text.push_str(&piece.repeat(times));
            }
            _ => text.push_str(bytes.choose(&PIECES)?),
        }
    }
    Ok(text)
}

/// The text in chunks of so many characters.
pub fn chunks(text: &str, length: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(length).map(|chunk| chunk.iter().collect()).collect()
}
