//! PostgreSQL's operators that the parser does not know: `?`, `?|` and `?&`, which look for keys in JSON.

use sqlparser::ast::Expr;
use sqlparser::dialect::Precedence;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::nodes::binary;

/// Every operator that is read here.
pub(super) const OPERATORS: [&str; 3] = ["?", "?|", "?&"];

/// The operator that comes next, behind a value: the tokenizer makes it a placeholder and, perhaps, a sign right behind
/// it. A further sign makes it another operator, such as `?-`.
fn next(parser: &Parser<'_>) -> Option<&'static str> {
    let [first, second, third] = parser.peek_tokens_ref();
    if !matches!(&first.token, Token::Placeholder(sign) if sign == "?") {
        return None;
    }
    let goes_on = |one: &TokenWithSpan, next: &TokenWithSpan| one.span.end == next.span.start && is_sign(&next.token);
    match &second.token {
        _ if !goes_on(first, second) => Some("?"),
        Token::Pipe if !goes_on(second, third) => Some("?|"),
        Token::Ampersand if !goes_on(second, third) => Some("?&"),
        _ => None,
    }
}

/// Tells whether a token is neither a word nor a value nor a bracket: it may be part of an operator.
fn is_sign(token: &Token) -> bool {
    let text = token.to_string();
    let plain = |c: char| c.is_alphanumeric() || "_'\"$:([ \n\t\r".contains(c);
    !text.is_empty() && !text.starts_with(plain)
}

/// The precedence of the next operator, when it is one of these.
pub(super) fn precedence(parser: &Parser<'_>, value: &dyn Fn(Precedence) -> u8) -> Option<u8> {
    next(parser).map(|_| value(Precedence::PgOther))
}

/// Reads the operator and its right side.
pub(super) fn infix(parser: &mut Parser<'_>, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
    let operator = next(parser)?;
    for _ in operator.chars() {
        parser.advance_token();
    }
    let right = parser.parse_subexpr(precedence);
    Some(right.map(|right| binary(left.clone(), operator, right)))
}
