//! Tells whether every word of a text is in its rendering: what the parser passes over in silence is not understood.

use std::collections::HashMap;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Words that a rendering may leave out, or write as another of its kind, without a change of meaning.
const SPARE: &[&str] = &["AS", "ASC", "FIRST", "INNER", "NEXT", "NOTNULL", "OUTER", "ROW", "ROWS", "DISTINCTROW"];

/// The first word, number or literal of a text that `rendered` does not have as often.
pub(super) fn lost(words: &[String], rendered: Vec<String>) -> Option<&str> {
    let mut left: HashMap<String, usize> = HashMap::new();
    for word in rendered {
        *left.entry(word).or_default() += 1;
    }
    let lost = words.iter().find(|word| match left.get_mut(*word) {
        Some(times) if *times > 0 => {
            *times -= 1;
            false
        }
        _ => !SPARE.contains(&word.as_str()),
    });
    lost.map(String::as_str)
}

/// Words in upper case, numbers, and literals with their quotes, in order, as the parser is given them.
pub(super) fn words(tokens: &[TokenWithSpan]) -> Vec<String> {
    let words = tokens.iter().filter_map(|TokenWithSpan { token, span: _ }| match token {
        Token::Word(word) if word.keyword == Keyword::NoKeyword && word.quote_style.is_some() => Some(word.to_string()),
        Token::Word(word) => Some(word.value.to_uppercase()),
        Token::Whitespace(_) => None,
        token => {
            let text = token.to_string();
            text.contains(|c: char| c.is_alphanumeric()).then_some(text)
        }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use crate::Dialect;
    use crate::parse::tokens;

    use super::*;

    #[test]
    fn what_is_not_there_any_more_is_found() {
        for (text, rendered, expected) in [
            ("SELECT a b FROM t", "SELECT a AS b FROM t", None),
            ("select a as b from t -- all", "SELECT a b FROM t", None),
            ("SELECT a FROM t FETCH NEXT 1 ROW ONLY", "SELECT a FROM t FETCH FIRST 1 ROWS ONLY", None),
            ("SELECT a FROM t END WHERE a = 1", "SELECT a FROM t", Some("END")),
            ("SELECT INTERVAL(2) '1'", "SELECT INTERVAL '1'", Some("2")),
            ("SELECT 'a', 'a'", "SELECT 'a'", Some("'a'")),
            ("SELECT a, \"a\"", "SELECT a, a", Some("\"a\"")),
        ] {
            let [text, rendered] = [text, rendered].map(|text| words(&tokens(text, Dialect::Sqlite).unwrap()));
            assert_eq!(lost(&text, rendered), expected, "{text:?}");
        }
    }
}
