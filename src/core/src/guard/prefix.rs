//! The beginnings that most expressions have, read at once. The parser gives the same for them, but tries each as the
//! name of a type first, which costs a third of its time.

use sqlparser::ast::{Expr, ObjectName};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Word};

/// A number, a text, a name or a call of a function; `None` for all that the parser must look at more closely.
pub(super) fn prefix(parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
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

/// Whether a word can be nothing but a name: no type, no construct of its own begins with it.
fn is_plain(word: &Word) -> bool {
    matches!(
        word.keyword,
        Keyword::NoKeyword
            | Keyword::AVG
            | Keyword::COALESCE
            | Keyword::COUNT
            | Keyword::ID
            | Keyword::KEY
            | Keyword::LOWER
            | Keyword::MAX
            | Keyword::MIN
            | Keyword::NAME
            | Keyword::REGION
            | Keyword::STATUS
            | Keyword::SUM
            | Keyword::UPPER
            | Keyword::VALUE
    )
}

/// `(+)`, which is Oracle's mark of an outer join and no list of arguments.
fn is_outer_join(parser: &Parser<'_>) -> bool {
    parser.peek_nth_token_ref(2).token == Token::Plus && parser.peek_nth_token_ref(3).token == Token::RParen
}

/// Whether `table.column` is all of the name.
fn ends_after_two(parser: &Parser<'_>) -> bool {
    matches!(parser.peek_nth_token_ref(2).token, Token::Word(_)) && ends_a_name(&parser.peek_nth_token_ref(3).token)
}

/// Whether a name that this follows can be neither a type nor the prefix of a literal.
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
