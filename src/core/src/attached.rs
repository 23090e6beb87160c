//! Files that come with a question and the message that it replies to: text that belongs to it.

use std::borrow::Cow;

use crate::domain::Locale;
use crate::egress::fit;
use crate::text::text;

/// Files read of a question.
pub const FILES: usize = 3;
/// Bytes of the files of a question together, at most: with a message of two thousand characters and one that it replies to
/// they are no longer than a question may be.
pub const BYTES: usize = 3_000;
/// Characters of a message that is replied to.
const QUOTED: usize = 500;
/// Begins and ends what a message replies to. Nobody sees it (INVISIBLE SEPARATOR), and nobody writes it.
const QUOTE: char = '\u{2063}';
/// Names that are read end so.
const READ: [&str; 3] = ["sql", "txt", "csv"];

/// Returns the file name's extension if files of that type can be read.
pub fn ending(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    READ.into_iter().find(|known| ending.eq_ignore_ascii_case(known))
}

/// The text of a file; `None` where it is larger, or no text in UTF-8.
pub fn content(bytes: Vec<u8>) -> Option<String> {
    if bytes.len() > BYTES { None } else { plain(bytes) }
}

/// A text in UTF-8, however long; `None` where it is none.
pub fn plain(bytes: Vec<u8>) -> Option<String> {
    let content = String::from_utf8(bytes).ok()?;
    Some(content.trim_start_matches('\u{feff}').to_owned())
}

/// Words with a file behind them. One that could not be read is named, so that the answer does not pass over it in silence.
pub fn with(words: &str, file: &str, content: Option<&str>, locale: Locale) -> String {
    let Some(content) = content else {
        let left_out = text("attached-left-out").with("name", name(file));
        return format!("{words}\n\n{}", left_out.render(locale));
    };
    let fence = if content.contains("```") { "~~~~" } else { "```" };
    let form = ending(file).unwrap_or_default();
    format!("{words}\n\n{}\n{fence}{form}\n{}\n{fence}", name(file), content.trim_end())
}

/// Words with the message that they reply to behind them, as far as there is room for it. Only the model reads that:
/// [`own_words`] leaves it out.
pub fn replying(words: &str, author: &str, said: &str, locale: Locale) -> String {
    let (words, said) = (words.replace(QUOTE, ""), said.replace(QUOTE, ""));
    let said = said.trim();
    if said.is_empty() {
        return words;
    }
    let heading = text("attached-reply").with("name", name(author)).render(locale);
    let fence = if said.contains("```") { "~~~~" } else { "```" };
    format!("{words}{QUOTE}\n\n{heading}\n{fence}\n{}\n{fence}{QUOTE}", fit(said, QUOTED))
}

/// A question without the messages that it replies to: somebody else's words choose no target, match no verified query and name
/// no file.
pub fn own_words(question: &str) -> Cow<'_, str> {
    if question.matches(QUOTE).count() < 2 {
        return Cow::Borrowed(question);
    }
    Cow::Owned(question.split(QUOTE).step_by(2).collect())
}

/// A name that is no markup.
fn name(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ')).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_read() {
        for (file, expected) in [
            ("a.sql", Some("sql")),
            ("A.B.CSV", Some("csv")),
            ("a.txt", Some("txt")),
            ("a.pdf", None),
            ("sql", None),
            ("a.sql.exe", None),
        ] {
            assert_eq!(ending(file), expected, "{file}");
        }
        assert_eq!(content("\u{feff}été".into()).as_deref(), Some("été"));
        assert_eq!(content(vec![0xff]), None);
        assert_eq!(content(vec![b'x'; BYTES + 1]), None);
    }

    #[test]
    fn what_is_replied_to_stands_behind_the_words() {
        let replying = |said| {
            let question = replying("Et à Lyon ?", "Zoé `x`", said, Locale::En);
            assert_eq!(own_words(&question), "Et à Lyon ?");
            question.replace(QUOTE, "")
        };
        assert_eq!(replying(" 12 clients "), "Et à Lyon ?\n\nIn reply to Zoé x:\n```\n12 clients\n```");
        assert_eq!(replying("```sql"), "Et à Lyon ?\n\nIn reply to Zoé x:\n~~~~\n```sql\n~~~~");
        assert_eq!(replying(" "), "Et à Lyon ?");
        assert_eq!(replying("a\u{2063}b"), "Et à Lyon ?\n\nIn reply to Zoé x:\n```\nab\n```");
        assert!(replying(&"x".repeat(3_000)).chars().count() < 600);
    }

    #[test]
    fn own_words_are_all_but_what_is_replied_to() {
        let asked = replying("Que fait ceci ?", "Ali", "crm", Locale::En);
        let with_file = with(&asked, "a.sql", Some("SELECT 1"), Locale::En);
        assert_eq!(own_words(&with_file), "Que fait ceci ?\n\na.sql\n```sql\nSELECT 1\n```");
        assert_eq!(own_words(&format!("{asked} ({asked})")), "Que fait ceci ? (Que fait ceci ?)");
        for plain in ["Que fait ceci ?", "a\u{2063}b", ""] {
            assert_eq!(own_words(plain), plain);
        }
    }

    #[test]
    fn a_file_stands_behind_the_words_and_one_that_cannot_be_read_is_named() {
        let with = |content| with("Que fait ceci ?", "a`*b\n.sql", content, Locale::En);
        assert_eq!(with(Some("SELECT 1\n")), "Que fait ceci ?\n\nab.sql\n```sql\nSELECT 1\n```");
        assert_eq!(with(Some("```")), "Que fait ceci ?\n\nab.sql\n~~~~sql\n```\n~~~~");
        assert!(with(None).contains("The attached file ab.sql was not read"));
    }
}
