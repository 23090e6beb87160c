//! The pieces that readings of our own are made of: words that are looked for, and operators that render as written.

use sqlparser::ast::{BinaryOperator, Expr, Ident};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// Tells whether a token is this word, in any case and without quotes.
pub(super) fn is_word(token: &Token, expected: &str) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(expected))
}

/// Takes this word, or says what stands there.
pub(super) fn expect_word(parser: &mut Parser<'_>, expected: &str) -> Result<(), ParserError> {
    let token = parser.next_token();
    if is_word(&token.token, expected) { Ok(()) } else { parser.expected(expected, token) }
}

/// An operator between two sides.
pub(super) fn binary(left: &Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left.clone()), op, right: Box::new(right) }
}

/// A word of the grammar as a side of an operator.
pub(super) fn word(value: &str) -> Expr {
    Expr::Identifier(Ident::new(value))
}
