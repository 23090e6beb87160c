//! The beginnings that most expressions have, read at once. The parser gives the same for them, but tries each as the
//! name of a type first, which costs a third of its time.
//!
//! It stays because the parser's slower way also points at another place in some texts that it cannot read.

use sqlparser::ast::{Expr, ObjectName};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Word};

/// A number, a text, a name or a call of a function; `None` for all that the parser must look at more closely.
pub(super) fn prefix(parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
    #[cfg(test)]
    if tests::LEFT_TO_THE_PARSER.get() {
        return None;
    }
    let next = parser.peek_token_ref();
    match &next.token {
        Token::Number(..) | Token::SingleQuotedString(_) => Some(parser.parse_value().map(Expr::Value)),
        Token::Word(word) if is_plain(word) => {
            let call = match &parser.peek_nth_token_ref(1).token {
                Token::LParen => !is_outer_join(parser),
                Token::Period if ends_after_two(parser) => false,
                follows if ends_a_name(follows) => false,
                _ => return None,
            };
            let name = word.to_ident(next.span);
            parser.advance_token();
            Some(if call { parser.parse_function(ObjectName::from(vec![name])) } else { Ok(Expr::Identifier(name)) })
        }
        _ => None,
    }
}

/// Tells whether a word can be nothing but a name: no type, no construct of its own begins with it.
fn is_plain(word: &Word) -> bool {
    matches!(
        word.keyword,
        Keyword::NoKeyword
            | Keyword::ABS
            | Keyword::AVG
            | Keyword::CHAR_LENGTH
            | Keyword::COALESCE
            | Keyword::CORR
            | Keyword::COUNT
            | Keyword::CUME_DIST
            | Keyword::DENSE_RANK
            | Keyword::EXP
            | Keyword::FIRST_VALUE
            | Keyword::GROUPING
            | Keyword::ID
            | Keyword::KEY
            | Keyword::LAG
            | Keyword::LAST_VALUE
            | Keyword::LEAD
            | Keyword::LN
            | Keyword::LOG
            | Keyword::LOWER
            | Keyword::MAX
            | Keyword::MIN
            | Keyword::MOD
            | Keyword::NAME
            | Keyword::NTH_VALUE
            | Keyword::NTILE
            | Keyword::NULLIF
            | Keyword::OCTET_LENGTH
            | Keyword::PERCENT_RANK
            | Keyword::POWER
            | Keyword::RANK
            | Keyword::REGION
            | Keyword::REPLACE
            | Keyword::ROW_NUMBER
            | Keyword::SQRT
            | Keyword::STATUS
            | Keyword::STDDEV_POP
            | Keyword::STDDEV_SAMP
            | Keyword::SUM
            | Keyword::TRANSLATE
            | Keyword::UPPER
            | Keyword::VALUE
            | Keyword::VAR_POP
            | Keyword::VAR_SAMP
    )
}

/// `(+)`, which is Oracle's mark of an outer join and no list of arguments.
fn is_outer_join(parser: &Parser<'_>) -> bool {
    parser.peek_nth_token_ref(2).token == Token::Plus && parser.peek_nth_token_ref(3).token == Token::RParen
}

/// Tells whether `table.column` is all of the name.
fn ends_after_two(parser: &Parser<'_>) -> bool {
    matches!(parser.peek_nth_token_ref(2).token, Token::Word(_)) && ends_a_name(&parser.peek_nth_token_ref(3).token)
}

/// Tells whether a name that this follows can be neither a type nor the prefix of a literal.
fn ends_a_name(follows: &Token) -> bool {
    matches!(
        follows,
        Token::EOF
            | Token::SemiColon
            | Token::Comma
            | Token::RParen
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
            | Token::StringConcat
            | Token::Word(_)
    )
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::Dialect;
    use crate::parse;

    thread_local! {
        pub(super) static LEFT_TO_THE_PARSER: Cell<bool> = const { Cell::new(false) };
    }

    #[test]
    fn a_prefix_is_what_the_parser_reads() {
        let tables = [
            include_str!("tests/oracle.jsonl"),
            include_str!("tests/postgres.jsonl"),
            include_str!("tests/sqlite.jsonl"),
            include_str!("tests/hostile_oracle.jsonl"),
            include_str!("tests/hostile_postgres.jsonl"),
            include_str!("tests/hostile_sqlite.jsonl"),
        ];
        let row =
            |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["sql"].as_str().unwrap().to_owned();
        let mut texts: Vec<String> = tables.iter().flat_map(|table| table.lines().map(row)).collect();
        let follows =
            ["", "(", "(1)", "(+)", ".b", ".b.c", "[1]", "(1)[1]", " 'x'", ".b 'x'", " -> b", "::int", " AS b", ", 1"];
        for word in ["a", "\"a\"", "_a", "count", "id", "value", "date", "xml", "interval", "'x'", "1", "1.5"] {
            texts.extend(follows.iter().map(|after| format!("SELECT {word}{after} FROM t WHERE {word}{after} = 1")));
        }
        let read = |text: &str, dialect, slowly| {
            LEFT_TO_THE_PARSER.set(slowly);
            parse::parse(text, dialect).ok()
        };
        let mut compared = 0;
        for dialect in Dialect::ALL {
            for text in &texts {
                let (quickly, slowly) = (read(text, dialect, false), read(text, dialect, true));
                assert_eq!(quickly, slowly, "{dialect:?}: {text}");
                compared += usize::from(quickly.is_some());
            }
        }
        assert!(compared > 1_000, "{compared}");
    }
}
