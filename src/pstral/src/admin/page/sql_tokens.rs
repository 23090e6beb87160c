//! A statement in pieces that can be told apart by colour.

use serde::Serialize;

/// A piece of a statement.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Token {
    /// `keyword`, `string`, `number`, `comment` or nothing.
    kind: &'static str,
    text: String,
}

const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "cross",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "fetch",
    "filter",
    "first",
    "for",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "intersect",
    "interval",
    "is",
    "join",
    "last",
    "lateral",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "nulls",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "recursive",
    "right",
    "row",
    "rows",
    "select",
    "then",
    "union",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// Cuts a statement into pieces; together they are the statement.
pub(super) fn tokens(statement: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first);
        let (text, after) = rest.split_at(length);
        match tokens.last_mut().filter(|last| last.kind == kind && kind.is_empty()) {
            Some(last) => last.text.push_str(text),
            None => tokens.push(Token { kind, text: text.to_owned() }),
        }
        rest = after;
    }
    tokens
}

/// The kind and the length of the first piece, at least one character.
fn next(rest: &str, first: char) -> (&'static str, usize) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let while_word = || rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    match first {
        '\'' => ("string", quoted(rest, '\'')),
        '"' | '`' => ("", quoted(rest, first)),
        '-' if rest.starts_with("--") => ("comment", rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => ("comment", rest[2..].find("*/").map_or(rest.len(), |at| at + 4)),
        _ if first.is_ascii_digit() => ("number", rest.find(|c| !is_word(c) && c != '.').unwrap_or(rest.len())),
        _ if is_word(first) => {
            let word = &rest[..while_word()];
            let is_keyword = KEYWORDS.contains(&word.to_ascii_lowercase().as_str());
            (if is_keyword { "keyword" } else { "" }, word.len())
        }
        _ => ("", first.len_utf8()),
    }
}

/// The length of what stands between quotes, with them; a doubled quote is part of it.
fn quoted(rest: &str, quote: char) -> usize {
    let mut ends = rest[1..].match_indices(quote).map(|(at, _)| at + 1);
    while let Some(end) = ends.next() {
        if !rest[end + 1..].starts_with(quote) {
            return end + 1;
        }
        ends.next();
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart_and_nothing_is_lost() {
        let statement = "SELECT name, 'it''s <b>' AS \"from\" FROM été -- note\nWHERE id = 4.5 /* why";
        let tokens = tokens(statement);
        let of = |kind: &str| -> Vec<&str> {
            tokens.iter().filter(|token| token.kind == kind).map(|token| token.text.as_str()).collect()
        };
        assert_eq!(of("keyword"), ["SELECT", "AS", "FROM", "WHERE"]);
        assert_eq!((of("string"), of("number")), (vec!["'it''s <b>'"], vec!["4.5"]));
        assert_eq!(of("comment"), ["-- note", "/* why"]);
        assert_eq!(tokens.iter().map(|token| token.text.as_str()).collect::<String>(), statement);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_statement() {
        for statement in ["'", "'a''", "\"x", "/*", "/*/", "'é", "''", "1e", "`"] {
            assert_eq!(tokens(statement).iter().map(|token| token.text.as_str()).collect::<String>(), statement);
        }
    }
}
