//! Text as a sequence of plain words, so that accents, case and punctuation do not matter.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The words of a text: lower case, without accents, split at anything that is neither letter nor digit.
///
/// `L'été à Nîmes` → `l ete a nimes`. Digits grouped in threes are one number (`10 000` → `10000`) and `€` is a word.
pub fn fold(text: &str) -> Vec<String> {
    let mut folding = Folding::default();
    for symbol in text.chars().flat_map(char::to_lowercase).nfd().filter(|symbol| !is_combining_mark(*symbol)) {
        if symbol.is_alphanumeric() {
            folding.letter(symbol);
        } else {
            folding.end_word();
            folding.separator.push(symbol);
            if symbol == '€' {
                folding.words.push("euro".to_owned());
            }
        }
    }
    folding.end_word();
    folding.words
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
}

impl Folding {
    fn letter(&mut self, symbol: char) {
        match symbol {
            'œ' => self.word.push_str("oe"),
            'æ' => self.word.push_str("ae"),
            'ß' => self.word.push_str("ss"),
            'ø' => self.word.push('o'),
            'ł' => self.word.push('l'),
            plain => self.word.push(plain),
        }
    }

    /// Ends the current word; three digits after a separator of thousands belong to the number before.
    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
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
            ("12.5 %", "12 5"),
            (" \u{200d}\n?!", ""),
        ] {
            assert_eq!(fold(text).join(" "), expected, "{text}");
        }
    }
}
