//! Estimates the tokens of a text, by a measured ratio.
//!
//! No tokenizer is kept for it: each model has its own, of megabytes, and the server already counts exactly. An estimate
//! on the safe side that learns from those counts ([`super::Gauge`]) is as good.

use crate::domain::Locale;

/// The kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sentences in a language.
    Prose(Locale),
    /// Statements, names and types.
    Code,
}

/// Tokens that a chat template puts around each message: 6 to 7 in those of `Qwen`, `Llama` and `SmolLM`.
pub(super) const AROUND_MESSAGE: usize = 8;
/// Those with which it opens the answer.
pub(super) const BEFORE_ANSWER: usize = 4;

impl Kind {
    /// Letters and signs of a hundred tokens. Measured with the tokenizers of Qwen 3 and Llama 3 on this project's own
    /// sentences, documentation and statements: 3.9 to 4.4 a token in English, 3.4 to 3.7 in French, 3.5 to 5.3 in SQL
    /// and schemas. A little less here, for models whose vocabulary is smaller.
    fn letters_per_100(self) -> usize {
        match self {
            Self::Prose(Locale::En) => 370,
            Self::Prose(Locale::Fr) => 320,
            Self::Code => 310,
        }
    }
}

/// The tokens a text takes, on the safe side. A digit is a token to most models; letters beyond Latin ones are counted by
/// their bytes, as tokenizers fall back on these.
pub(super) fn tokens(text: &str, kind: Kind) -> usize {
    let (mut letters, mut whole) = (0, 0);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '0'..='9' | '\u{2010}'..='\u{203f}' => whole += 1,
            // After a digit another token begins, whatever follows.
            c if c < '\u{250}' && before.is_ascii_digit() => whole += 1,
            c if c < '\u{250}' => letters += 1,
            c => whole += c.len_utf8() - 1,
        }
        before = c;
    }
    whole + (letters * 100_usize).div_ceil(kind.letters_per_100())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::Value as Json;

    use super::*;

    /// Beside what the tokenizer of Qwen 3 counts.
    #[test]
    fn estimates_are_a_little_above_the_count() {
        for (text, kind, counted) in [
            ("Which clients signed a contract this year, and for how much?", Kind::Prose(Locale::En), 13),
            ("Quels clients ont signé un contrat cette année, et pour quel montant ?", Kind::Prose(Locale::Fr), 17),
            ("SELECT company_name FROM clients WHERE city = 'Lyon' ORDER BY company_name", Kind::Code, 15),
            ("clients(id INTEGER PK, company_name VARCHAR(200), city VARCHAR(100))", Kind::Code, 23),
            ("2026-11-22", Kind::Code, 10),
            ("東京のお客様", Kind::Prose(Locale::En), 4),
        ] {
            let estimated = tokens(text, kind);
            assert!((counted..=counted * 2 + 4).contains(&estimated), "{estimated} for {counted}: {text}");
        }
        assert_eq!(tokens("", Kind::Code), 0);
    }

    /// Beside what a real server counted of real requests: those it read whole, with instructions of ours or with a
    /// template that adds none of its own.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the recordings are a file that the environment names")]
    fn estimates_hold_against_recorded_counts() {
        let Some(path) = std::env::var_os("PSTRAL_OLLAMA_RECORDINGS").map(PathBuf::from) else {
            let required = std::env::var("PSTRAL_TEST_REQUIRE").is_ok_and(|required| required == "all");
            assert!(!required, "PSTRAL_OLLAMA_RECORDINGS is not set and PSTRAL_TEST_REQUIRE is `all`");
            println!("skipped: PSTRAL_OLLAMA_RECORDINGS is not set");
            return;
        };
        let mut compared = 0;
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let recording: Json = serde_json::from_str(line).unwrap();
            let Some((estimated, counted)) = compare(&recording) else { continue };
            let most = counted * 2 + AROUND_MESSAGE;
            assert!((counted..=most).contains(&estimated), "{estimated} for {counted}: {}", recording["name"]);
            compared += 1;
        }
        println!("{compared} recorded counts compared");
        assert!(compared > 10);
    }

    /// The estimate of a recorded request, and what the server counted.
    fn compare(recording: &Json) -> Option<(usize, usize)> {
        let (name, request) = (recording["name"].as_str()?, recording["request"].as_str()?);
        let (head, body) = request.split_once("\r\n\r\n")?;
        // A native template says more where there are no instructions, and what is cut is not counted.
        if !head.starts_with("POST /api/chat") || name.starts_with("07") || name.starts_with("18") {
            return None;
        }
        let counts = recording["body"].as_str()?.split("\"prompt_eval_count\":").nth(1)?;
        let counted = counts.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        let body: Json = serde_json::from_str(body).ok()?;
        let said = body["messages"].as_array()?.iter().filter_map(|message| message["content"].as_str());
        let estimated: usize = said.map(|words| tokens(words, Kind::Prose(Locale::En)) + AROUND_MESSAGE).sum();
        Some((estimated + BEFORE_ANSWER, counted))
    }
}
