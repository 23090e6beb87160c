//! Answers in JSON: their schema, and their text as people read it, decoded while it grows.
//!
//! The decoded text has the shape of an answer in free text: the sentence, then the statement in a block of code. Everything
//! after it, from the chat to the guard, reads that shape.

use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::ports::{Delta, ModelError, ModelStream};

/// Returns the schema of an answer. Servers write its fields in this order, so that the sentence is read while the
/// statement is written.
pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": { "answer": { "type": "string" }, "statement": { "type": ["string", "null"] } },
        "required": ["answer", "statement"],
        "additionalProperties": false,
    })
}

/// Decodes a stream of such JSON. What does not fit, as from a server that knows no schemas, passes as it is.
pub(super) fn decoded(answer: ModelStream) -> ModelStream {
    let mut decoder = Decoder::default();
    answer.flat_map(move |delta| stream::iter(decoder.take(delta))).boxed()
}

#[derive(Debug, Default)]
struct Decoder {
    part: Part,
    /// The JSON between two strings, as the model wrote it.
    held: String,
    /// The JSON text without blanks, which is compared.
    signs: String,
    /// An escape that has not ended.
    escape: String,
    /// The first half of a character that is escaped as two (UTF-16).
    half: Option<u16>,
}

/// The part of the JSON that is being read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Opening,
    Answer,
    Between,
    Statement(Block),
    Closing,
    End,
    /// No such JSON: text.
    Text,
}

/// The block of code around a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    /// Not begun: an empty statement has none.
    None,
    Ours,
    /// The model wrote one itself.
    Own,
}

/// The signs that may follow in a part, and the part that they lead to.
fn following(part: Part) -> &'static [(&'static str, Part)] {
    match part {
        Part::Opening => &[("{\"answer\":\"", Part::Answer)],
        Part::Between => &[
            (",\"statement\":\"", Part::Statement(Block::None)),
            (",\"statement\":null}", Part::End),
            ("}", Part::End),
        ],
        Part::Closing => &[("}", Part::End)],
        Part::Answer | Part::Statement(_) | Part::End | Part::Text => &[],
    }
}

impl Decoder {
    /// The pieces that come of the next one.
    fn take(&mut self, delta: Result<Delta, ModelError>) -> impl Iterator<Item = Result<Delta, ModelError>> + use<> {
        let (text, rest) = match delta {
            Ok(Delta::Text(chunk)) => (self.push(&chunk), None),
            end @ Ok(Delta::Done(_)) => (self.finish(), Some(end)),
            // Before its first word, an answer that fails has said nothing.
            other @ (Ok(Delta::Thinking(_)) | Err(_)) => (String::new(), Some(other)),
        };
        (!text.is_empty()).then_some(Ok(Delta::Text(text))).into_iter().chain(rest)
    }

    /// Takes the next chunk and returns the text that it adds.
    fn push(&mut self, chunk: &str) -> String {
        let mut out = String::with_capacity(chunk.len());
        for c in chunk.chars() {
            match self.part {
                Part::Text => out.push(c),
                Part::Answer | Part::Statement(_) if self.escape.is_empty() => self.letter(c, &mut out),
                Part::Answer | Part::Statement(_) => self.escaped(c, &mut out),
                Part::Opening | Part::Between | Part::Closing | Part::End => self.sign(c, &mut out),
            }
        }
        out
    }

    /// Ends the answer: what only began as JSON is text, half an escape is nothing.
    fn finish(&mut self) -> String {
        if self.part == Part::Opening { std::mem::take(&mut self.held) } else { String::new() }
    }

    /// Takes a letter outside of strings.
    fn sign(&mut self, c: char, out: &mut String) {
        self.held.push(c);
        if c.is_whitespace() {
            return;
        }
        self.signs.push(c);
        let following = following(self.part);
        if let Some((_, next)) = following.iter().find(|(signs, _)| *signs == self.signs) {
            self.part = *next;
            self.held.clear();
            self.signs.clear();
        } else if !following.iter().any(|(signs, _)| signs.starts_with(&self.signs)) {
            self.part = Part::Text;
            out.push_str(&std::mem::take(&mut self.held));
        }
    }

    /// Takes a letter of a string.
    fn letter(&mut self, c: char, out: &mut String) {
        match c {
            '\\' => self.escape.push(c),
            '"' => self.close(out),
            _ => self.say(c, out),
        }
    }

    /// Takes the next letter of an escape. One that JSON does not know is text.
    fn escaped(&mut self, c: char, out: &mut String) {
        self.escape.push(c);
        let digits = self.escape.strip_prefix("\\u");
        let meant = match (self.escape.as_str(), digits) {
            (_, Some(digits)) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                if digits.len() == 4 {
                    let unit = u16::from_str_radix(digits, 16).expect("invariant: four digits of sixteen");
                    self.escape.clear();
                    self.unit(unit, out);
                }
                return;
            }
            ("\\n", _) => '\n',
            ("\\t", _) => '\t',
            ("\\r", _) => '\r',
            ("\\b", _) => '\u{8}',
            ("\\f", _) => '\u{c}',
            ("\\\"" | "\\\\" | "\\/", _) => c,
            _ => {
                let unknown = std::mem::take(&mut self.escape);
                unknown.chars().take(unknown.chars().count() - 1).for_each(|before| self.say(before, out));
                return self.letter(c, out);
            }
        };
        self.escape.clear();
        self.say(meant, out);
    }

    /// Takes an escaped unit of UTF-16: a character, or half of one.
    fn unit(&mut self, unit: u16, out: &mut String) {
        if (0xd800..0xdc00).contains(&unit) {
            self.lone_half(out);
            self.half = Some(unit);
            return;
        }
        let units = self.half.take().into_iter().chain([unit]);
        for c in char::decode_utf16(units) {
            self.say(c.unwrap_or(char::REPLACEMENT_CHARACTER), out);
        }
    }

    fn say(&mut self, c: char, out: &mut String) {
        self.lone_half(out);
        if self.part == Part::Statement(Block::None) {
            if c.is_whitespace() {
                return;
            }
            let block = if c == '`' { Block::Own } else { Block::Ours };
            out.push_str(if block == Block::Own { "\n\n" } else { "\n\n```sql\n" });
            self.part = Part::Statement(block);
        }
        out.push(c);
    }

    /// A half whose other half does not follow stands for a character all the same.
    fn lone_half(&mut self, out: &mut String) {
        if self.half.take().is_some() {
            self.say(char::REPLACEMENT_CHARACTER, out);
        }
    }

    /// Ends a string, and the block of a statement.
    fn close(&mut self, out: &mut String) {
        self.lone_half(out);
        if self.part == Part::Statement(Block::Ours) {
            out.push_str("\n```");
        }
        self.part = if self.part == Part::Answer { Part::Between } else { Part::Closing };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ports::{FinishReason, ModelStats};

    fn whole<'a>(chunks: impl IntoIterator<Item = &'a str>) -> String {
        let mut decoder = Decoder::default();
        let said: String = chunks.into_iter().map(|chunk| decoder.push(chunk)).collect();
        said + &decoder.finish()
    }

    const ANSWERS: [(&str, &str); 24] = [
        (r#"{"answer":"Par nom.","statement":"SELECT 1"}"#, "Par nom.\n\n```sql\nSELECT 1\n```"),
        ("\n{ \"answer\" :\t\"A\" ,\n \"statement\": \"SELECT 1\"\n}\n", "A\n\n```sql\nSELECT 1\n```"),
        (r#"{"answer":"Which year?","statement":null}"#, "Which year?"),
        (r#"{"answer":"Which year?","statement":""}"#, "Which year?"),
        (r#"{"answer":"Which year?","statement":" \n"}"#, "Which year?"),
        (r#"{"answer":"Which year?"}"#, "Which year?"),
        (r#"{"answer":"","statement":"\nSELECT 1"}"#, "\n\n```sql\nSELECT 1\n```"),
        (r#"{"answer":"a\n\"b\"\t\\c\/","statement":null}"#, "a\n\"b\"\t\\c/"),
        (r#"{"answer":"\u00e9t\u00E9 \ud83e\udd56 é🥖","statement":null}"#, "été 🥖 é🥖"),
        (r#"{"answer":"\ud83e, \udd56, \ud83e\ud83e\udd56\ud83e","statement":null}"#, "�, �, �🥖�"),
        (r#"{"answer":"\d+ \u12 \é \u00"}"#, "\\d+ \\u12 \\é \\u00"),
        (r#"{"answer":"\u12\n\u\u0041\\u0041","statement":null}"#, "\\u12\n\\uA\\u0041"),
        (
            r#"{"answer":"A","statement":"SELECT 'é\u0027',\n \"b\" FROM t"}"#,
            "A\n\n```sql\nSELECT 'é'',\n \"b\" FROM t\n```",
        ),
        (r#"{"answer":"A","statement":"```sql\nSELECT 1\n```"}"#, "A\n\n```sql\nSELECT 1\n```"),
        ("{\"answer\":\"A\nB\"}", "A\nB"),
        ("Voici :\n```sql\nSELECT 1\n```", "Voici :\n```sql\nSELECT 1\n```"),
        (r#"{"statement":"SELECT 1","answer":"A"}"#, r#"{"statement":"SELECT 1","answer":"A"}"#),
        (r#"{"answer": 12}"#, r#"{"answer": 12}"#),
        (r#"{"answer":"A", "note":"B"}"#, r#"A, "note":"B"}"#),
        (r#"{"answer":"A","statement":"SELECT 1", "note":"B"}"#, "A\n\n```sql\nSELECT 1\n```, \"note\":\"B\"}"),
        (r#"{"answer":"A","statement":null} Done."#, "A Done."),
        ("{\"ans", "{\"ans"),
        (" ", " "),
        ("", ""),
    ];

    #[test]
    fn answers_are_decoded_wherever_they_are_cut() {
        for (json, expected) in ANSWERS {
            for (at, _) in json.char_indices() {
                let (before, after) = json.split_at(at);
                assert_eq!(whole([before, after]), expected, "{before}|{after}");
            }
            let letters: Vec<String> = json.chars().map(String::from).collect();
            assert_eq!(whole(letters.iter().map(String::as_str)), expected, "{json} letter by letter");
        }
    }

    #[test]
    fn an_answer_that_ends_early_is_the_beginning_of_the_whole() {
        for (json, expected) in ANSWERS.into_iter().filter(|(json, _)| json.contains("\"answer\":\"")) {
            let begins = json.find("\"answer\":\"").unwrap() + "\"answer\":\"".len();
            for (at, _) in json.char_indices().filter(|(at, _)| *at >= begins) {
                let said = whole([&json[..at]]);
                assert!(expected.starts_with(&said), "{}: {said}", &json[..at]);
            }
        }
    }

    #[tokio::test]
    async fn the_end_of_a_stream_comes_after_its_text() {
        let text = |text: &str| Ok(Delta::Text(text.to_owned()));
        let done = || Ok(Delta::Done(ModelStats { finish: FinishReason::Length, ..ModelStats::default() }));
        let thought = || Ok(Delta::Thinking("hm".to_owned()));
        for (said, expected) in [
            (
                vec![thought(), text("{\"answer\":"), text("\"A\\"), text("nB\\u00"), done()],
                vec![thought(), text("A"), text("\nB"), done()],
            ),
            (vec![text("{\"ans"), done()], vec![text("{\"ans"), done()]),
            (vec![text("{"), Err(ModelError::Interrupted)], vec![Err(ModelError::Interrupted)]),
        ] {
            let heard: Vec<_> = decoded(stream::iter(said).boxed()).collect().await;
            assert_eq!(heard, expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_as_json_is_read(answer in any::<String>(), statement in "[A-Z(][^`]{0,40}", pretty: bool) {
            let json = json!({ "answer": answer, "statement": statement });
            let json = if pretty { format!("{json:#}") } else { json.to_string() };
            let expected = format!("{answer}\n\n```sql\n{statement}\n```");
            prop_assert_eq!(whole([json.as_str()]), expected);
        }

        #[test]
        fn the_cuts_do_not_matter(parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "\"", "\"answer\":\"", "\"statement\":\"", "\\", "\\u", "\\ud83e", "\\udd56", "\\n", ",", ":", " ", "\n", "null", "é", "a", "0",
        ]), 0..24), opens: bool) {
            let json = if opens { "{\"answer\":\"" } else { "" }.to_owned() + &parts.concat();
            let letters: Vec<String> = json.chars().map(String::from).collect();
            prop_assert_eq!(whole(letters.iter().map(String::as_str)), whole([json.as_str()]));
        }
    }
}
