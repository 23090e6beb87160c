//! The model's words, which contain the number of their answer and their own, so that any text shows which words are
//! missing, repeated or misplaced.

use std::ops::Range;

/// Characters of a token: three letters for the answer, four digits for its place in it, one space or line feed.
pub(crate) const TOKEN_CHARS: usize = 8;
/// Answers that have letters of their own.
pub(crate) const ANSWERS: usize = 26 * 26 * 26;
/// Tokens of an answer that have digits of their own.
pub(crate) const TOKENS: usize = 10_000;
/// Words of a line.
const LINE: usize = 12;
/// The first character of the line that says, among other things, who is answered.
const SIGNATURE: char = '↳';
/// The line begins with it that says that no statement stands behind an answer.
const WARNING: char = '⚠';

/// A token of an answer.
pub(crate) fn token(answer: usize, index: usize) -> String {
    let letter = |place: usize| char::from(b'a' + u8::try_from(answer / place % 26).unwrap_or_default());
    let end = if (index + 1).is_multiple_of(LINE) { '\n' } else { ' ' };
    format!("{}{}{}{index:04}{end}", letter(676), letter(26), letter(1))
}

/// The parts of an answer found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The answer that the words belong to; `None` if there are none.
    pub(crate) answer: Option<usize>,
    /// The tokens, in the order of the text: each range is whole and without a gap.
    pub(crate) runs: Vec<Range<usize>>,
    /// Characters, without white space, that are no token of this answer.
    pub(crate) strange: usize,
}

impl Shown {
    /// Reads a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut shown = Self::default();
        let said = text.lines().filter(|line| !(line.starts_with(SIGNATURE) || line.starts_with(WARNING)));
        for word in said.flat_map(str::split_whitespace) {
            match parse(word) {
                Some((answer, index)) if *shown.answer.get_or_insert(answer) == answer => shown.add(index),
                _ => shown.strange += word.chars().count(),
            }
        }
        shown
    }

    /// Tokens up to the last one shown.
    pub(crate) fn until(&self) -> usize {
        self.runs.iter().map(|run| run.end).max().unwrap_or_default()
    }

    fn add(&mut self, index: usize) {
        match self.runs.last_mut() {
            Some(run) if run.end == index => run.end += 1,
            _ => self.runs.push(index..index + 1),
        }
    }
}

fn parse(word: &str) -> Option<(usize, usize)> {
    let (letters, digits) = word.split_at_checked(3)?;
    if digits.len() != 4 || !letters.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return None;
    }
    let answer = letters.bytes().fold(0, |answer, letter| answer * 26 + usize::from(letter - b'a'));
    Some((answer, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_what_it_is() {
        for (answer, index) in [(0, 0), (1, 11), (ANSWERS - 1, TOKENS - 1), (700, 1_799)] {
            let token = token(answer, index);
            assert_eq!(token.len(), TOKEN_CHARS);
            assert_eq!(parse(token.trim_end()), Some((answer, index)), "{token}");
        }
    }

    #[test]
    fn what_is_missing_twice_or_strange_shows() {
        for (text, expected, strange) in [
            ("", &[][..], 0),
            ("aab0000 aab0001\n aab0002", &[(0, 3)], 0),
            ("aab0000 aab0002", &[(0, 1), (2, 3)], 0),
            ("aab0000 aab0000", &[(0, 1), (0, 1)], 0),
            ("aab0000 aac0001 aab00…", &[(0, 1)], 13),
            ("⏹ Stopped", &[], 8),
            ("↳ Camille\naab0000", &[(0, 1)], 0),
        ] {
            let shown = Shown::of(text);
            let runs: Vec<(usize, usize)> = shown.runs.iter().map(|run| (run.start, run.end)).collect();
            assert_eq!((&runs[..], shown.strange), (expected, strange), "{text}");
        }
    }
}
