//! Words in double quotes that stand for texts, and texts in single quotes that stand for aliases: where they are, and
//! whether they can be nothing else.

use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use crate::Dialect;

use super::nodes::is_word;
use super::parse::raw_tokens;

/// Words that are never names: a text of the same letters stays a text beside them.
const NEVER_NAMES: &[&str] = &[
    "AND", "AS", "BETWEEN", "CASE", "DISTINCT", "ELSE", "FROM", "GROUP", "HAVING", "IN", "IS", "JOIN", "LIMIT", "NOT",
    "NULL", "ON", "OR", "ORDER", "SELECT", "THEN", "UNION", "WHEN", "WHERE",
];

/// Words behind which a value stands, and never an alias.
const BEFORE_VALUES: &[&str] = &[
    "ALL", "AND", "BETWEEN", "BY", "CASE", "DISTINCT", "ELSE", "IN", "LIKE", "NOT", "OR", "SELECT", "THEN", "WHEN",
    "WHERE",
];

/// True where one of these texts is also a word elsewhere in the statement: that word may be an alias, and the text its
/// name.
pub(super) fn is_given_elsewhere(
    text: &str,
    dialect: Dialect,
    texts: &[(Location, &str)],
    quoted_aliases: &[String],
) -> bool {
    let is_text = |name: &str| texts.iter().any(|(_, value)| stem(value).eq_ignore_ascii_case(stem(name)));
    if quoted_aliases.iter().any(|alias| is_text(alias)) {
        return true;
    }
    let Some(tokens) = raw_tokens(text, dialect) else { return true };
    tokens.iter().any(|TokenWithSpan { token, span }| match token {
        token if NEVER_NAMES.iter().any(|never| is_word(token, never)) => false,
        Token::Word(word) => !texts.iter().any(|(place, _)| *place == span.start) && is_text(&word.value),
        _ => false,
    })
}

/// A name without the number that SQLite gives to the second column of that name.
fn stem(name: &str) -> &str {
    name.split_once(':')
        .filter(|(_, digits)| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(name, |(name, _)| name)
}

/// The places of the aliases in single quotes; `None` where a text of the same letters cannot be told from them.
///
/// The tree gives the names of these aliases, but not their places. Each is a text with nothing before it that would
/// make it a value; where there are exactly as many such texts as aliases, they are the aliases.
pub(super) fn alias_places(text: &str, dialect: Dialect, aliases: &[String]) -> Option<Vec<(Location, String)>> {
    let tokens = raw_tokens(text, dialect)?;
    let mut places: Vec<(Location, String)> = Vec::with_capacity(aliases.len());
    let mut before = &Token::Comma;
    for TokenWithSpan { token, span } in tokens.iter().filter(|one| !matches!(one.token, Token::Whitespace(_))) {
        if let Token::SingleQuotedString(value) = token
            && aliases.contains(value)
        {
            match before {
                before if BEFORE_VALUES.iter().any(|word| is_word(before, word)) => {}
                Token::Word(_) | Token::Number(..) | Token::RParen | Token::RBracket | Token::Placeholder(_) => {
                    places.push((span.start, value.clone()));
                }
                Token::Comma
                | Token::LParen
                | Token::Eq
                | Token::Neq
                | Token::Lt
                | Token::Gt
                | Token::LtEq
                | Token::GtEq
                | Token::Plus
                | Token::Minus
                | Token::Mul
                | Token::Div
                | Token::StringConcat => {}
                // Anything else is in doubt, such as a second text: PostgreSQL makes one of two.
                _ => return None,
            }
        }
        before = token;
    }
    let count = |name: &String| places.iter().filter(|(_, place)| place == name).count();
    let all = aliases.iter().all(|name| count(name) == aliases.iter().filter(|one| *one == name).count());
    all.then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_name_that_the_statement_gives() {
        for (text, expected) in [
            ("SELECT a FROM t WHERE b = \"Paris\"", false),
            ("SELECT a FROM t WHERE b = \"Paris\" OR c = \"paris\"", true),
            ("SELECT a AS paris FROM t WHERE b = \"Paris\"", true),
            ("SELECT a FROM t WHERE b = \"Paris\" OR b = 'Paris'", false),
            ("SELECT a AS \"Paris:1\" FROM t WHERE b = \"Paris\"", true),
        ] {
            let column = text.find("\"Paris\"").unwrap() as u64 + 1;
            let texts = [(Location { line: 1, column }, "Paris")];
            assert_eq!(is_given_elsewhere(text, Dialect::Sqlite, &texts, &[]), expected, "{text}");
        }
        let both = "SELECT a FROM t WHERE b = \"OR\" OR c = \"or\"";
        let texts = [(Location { line: 1, column: 27 }, "OR"), (Location { line: 1, column: 39 }, "or")];
        assert!(!is_given_elsewhere(both, Dialect::Sqlite, &texts, &[]));
        assert!(is_given_elsewhere(both, Dialect::Sqlite, &texts, &["Or".to_owned()]));
    }

    #[test]
    fn aliases_are_told_from_texts() {
        for (text, aliases, columns) in [
            ("SELECT a AS 'x', count(*) 'y z' FROM t", "x,y z", Some(vec![13, 27])),
            ("SELECT a 'x' FROM t WHERE b = 'x' OR b IN ('x', 'x')", "x", Some(vec![10])),
            ("SELECT CASE WHEN a = 1 THEN 'x' ELSE 'y' END AS 'x' FROM t", "x", Some(vec![49])),
            ("SELECT a AS 'x', b AS 'x' FROM t", "x,x", Some(vec![13, 23])),
            ("SELECT a AS 'x', DATE 'x' FROM t", "x", None),
            ("SELECT 'a' 'x' FROM t", "x", None),
            ("SELECT a AS 'x' FROM t WHERE b -> 'x'", "x", None),
        ] {
            let aliases: Vec<String> = aliases.split(',').map(str::to_owned).collect();
            let found = alias_places(text, Dialect::Postgres, &aliases);
            let found = found.map(|places| places.iter().map(|(place, _)| place.column).collect::<Vec<_>>());
            assert_eq!(found, columns, "{text}");
        }
    }
}
