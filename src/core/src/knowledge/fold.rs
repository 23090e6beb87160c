//! Text as a sequence of plain words, so that accents, case and punctuation do not matter.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The words of a text: lower case, without accents, split at anything that is neither letter nor digit.
///
/// `L'été à Nîmes` → `l ete a nimes`. Digits grouped in threes are one number (`10 000` → `10000`), `€`, `$`, `£` and `%`
/// are words, a number keeps its minus, and `ça` is not `CA` (*chiffre d'affaires*).
pub fn fold(text: &str) -> Vec<String> {
    let mut folding = Folding::default();
    for symbol in text.chars().flat_map(char::to_lowercase).nfd() {
        if is_combining_mark(symbol) {
            folding.has_cedilla |= symbol == CEDILLA;
        } else if symbol.is_alphanumeric() {
            folding.letter(symbol);
        } else {
            folding.end_word();
            folding.separator.push(symbol);
            folding.words.extend(word_of_sign(symbol).map(str::to_owned));
        }
    }
    folding.end_word();
    folding.words
}

const CEDILLA: char = '\u{327}';

fn word_of_sign(symbol: char) -> Option<&'static str> {
    Some(match symbol {
        '€' => "euro",
        '$' => "dollar",
        '£' => "pound",
        '%' => "percent",
        _ => return None,
    })
}

#[derive(Default)]
struct Folding {
    words: Vec<String>,
    /// The word being read.
    word: String,
    /// The separator between it and the word before.
    separator: String,
    /// True if the last word is a number that further groups of three digits may continue.
    grouping: bool,
    /// True if a letter of the word had a cedilla.
    has_cedilla: bool,
}

impl Folding {
    fn letter(&mut self, symbol: char) {
        if self.word.is_empty() && symbol.is_ascii_digit() && self.follows_minus() {
            self.word.push('-');
        }
        match symbol {
            'œ' => self.word.push_str("oe"),
            'æ' => self.word.push_str("ae"),
            'ß' => self.word.push_str("ss"),
            'ø' => self.word.push('o'),
            'ł' => self.word.push('l'),
            plain => self.word.push(plain),
        }
    }

    /// True after a minus that stands before a number, and not between two words.
    fn follows_minus(&self) -> bool {
        let before = self.separator.strip_suffix(['-', '−']);
        before.is_some_and(|before| !before.is_empty() || self.words.is_empty())
    }

    /// Ends the current word; three digits after a separator of thousands belong to the number before.
    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let mut word = std::mem::take(&mut self.word);
        if std::mem::take(&mut self.has_cedilla) && word == "ca" {
            "cela".clone_into(&mut word);
        }
        let separator = std::mem::take(&mut self.separator);
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        let groups = matches!(separator.as_str(), " " | "," | "\u{a0}" | "\u{202f}" | "\u{2009}");
        match self.words.last_mut() {
            Some(last) if self.grouping && groups && is_number && word.len() == 3 => last.push_str(&word),
            _ => {
                self.grouping = is_number && word.len() <= 3;
                self.words.push(word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_remain() {
        for (text, expected) in [
            ("L'été à Nîmes !", "l ete a nimes"),
            ("chiffre d’affaires", "chiffre d affaires"),
            ("ŒUVRE, Straße & Ærø", "oeuvre strasse aero"),
            ("Saint-Étienne", "saint etienne"),
            ("E\u{301}te\u{301}", "ete"),
            ("plus de 10 000 €", "plus de 10000 euro"),
            ("1,234,567 or 10, 200", "1234567 or 10 200"),
            ("en 2024 100 clients", "en 2024 100 clients"),
            ("12.5 %", "12 5 percent"),
            ("plus de -3 ou − 3", "plus de -3 ou 3"),
            ("-3 de CT-2024-0012", "-3 de ct 2024 0012"),
            ("ça, le CA", "cela le ca"),
            (" \u{200d}\n?!", ""),
        ] {
            assert_eq!(fold(text).join(" "), expected, "{text}");
        }
    }
}
