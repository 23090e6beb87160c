//! Lines no wider than the room they have.

use super::letters::Letters;

/// One line of text as lines of at most `room` points, broken at spaces, and within a word only where it alone is too
/// wide. A text of nothing is one empty line. Its cost grows with the length of the text, whatever it holds.
pub(super) fn wrap<'t>(letters: &mut Letters, text: &'t str, size: f32, room: f32) -> Vec<&'t str> {
    let room = room * 1000.0 / size;
    let mut lines = Vec::new();
    let (mut begin, mut width) = (0, 0.0);
    // After the last space: where it is, and how wide all before it was.
    let mut space = None;
    for (at, c) in text.char_indices() {
        let advance = letters.letter(c).width;
        if width + advance > room && at > begin && c != ' ' {
            let (end, used) = space.take().unwrap_or((at, width));
            lines.push(text[begin..end].trim_end_matches(' '));
            (begin, width) = (end, width - used);
        }
        width += advance;
        if c == ' ' && !text[begin..at].trim_start_matches(' ').is_empty() {
            space = Some((at + 1, width));
        }
    }
    lines.push(text[begin..].trim_end_matches(' '));
    lines
}

/// As much of a line as has room, ending in `…` where something is missing.
pub(super) fn cut(letters: &mut Letters, line: &str, size: f32, room: f32) -> String {
    if letters.width(line, size) <= room {
        return line.to_owned();
    }
    let mut left = room - letters.width("…", size);
    let fits = |c: &char| {
        left -= letters.letter(*c).width * size / 1000.0;
        left >= 0.0
    };
    let kept: String = line.chars().take_while(fits).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_in_words_only_where_they_must() {
        let mut letters = Letters::new();
        let room = letters.width("abcdefgh", 10.0);
        for (text, expected) in [
            ("", &[""][..]),
            ("abc", &["abc"]),
            ("abc def ghi", &["abc def", "ghi"]),
            ("abcdefghabcdefghab", &["abcdefgh", "abcdefgh", "ab"]),
            ("ab abcdefghabc de", &["ab", "abcdefgh", "abc de"]),
            ("   abc   abcdef", &["   abc", "abcdef"]),
            ("abcdefgh      ", &["abcdefgh"]),
        ] {
            assert_eq!(wrap(&mut letters, text, 10.0, room), expected, "{text:?}");
        }
        assert_eq!(cut(&mut letters, "abcdefgh", 10.0, room), "abcdefgh");
        assert_eq!(cut(&mut letters, "abcdefghi", 10.0, room), "abcdef…");
    }

    #[test]
    fn nothing_is_lost_and_a_long_text_takes_no_longer_than_its_length() {
        let mut letters = Letters::new();
        let text = format!("{} {}", "été ".repeat(100_000), "x".repeat(600_000));
        let lines = wrap(&mut letters, &text, 10.0, 480.0);
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert!(lines.iter().all(|line| letters.width(line, 10.0) <= 480.01));
    }
}
