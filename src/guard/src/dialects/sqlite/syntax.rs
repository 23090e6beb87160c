//! SQLite's operators that the parser does not know: `IS` and `IS NOT` before any value, and `NOT GLOB`.

use sqlparser::ast::Expr;
use sqlparser::dialect::Precedence;
use sqlparser::parser::{Parser, ParserError};

use crate::nodes::{binary, is_word};

/// Every operator that is read here; a comparison, each of them.
pub(super) const OPERATORS: [&str; 3] = ["IS", "IS NOT", "NOT GLOB"];

/// The words that the parser reads behind IS by itself.
const KNOWN: [&str; 5] = ["NULL", "TRUE", "FALSE", "DISTINCT", "UNKNOWN"];

fn next(parser: &Parser<'_>) -> Option<&'static str> {
    let is = |at, word| is_word(&parser.peek_nth_token_ref(at).token, word);
    let known = |at| KNOWN.iter().any(|word| is(at, word));
    if is(0, "IS") {
        let not = is(1, "NOT");
        return (!known(1 + usize::from(not))).then_some(if not { "IS NOT" } else { "IS" });
    }
    (is(0, "NOT") && is(1, "GLOB")).then_some("NOT GLOB")
}

/// The precedence of the next operator, when it is one of these.
pub(super) fn precedence(parser: &Parser<'_>, value: &dyn Fn(Precedence) -> u8) -> Option<u8> {
    next(parser).map(|operator| value(if operator == "NOT GLOB" { Precedence::Like } else { Precedence::Is }))
}

/// Reads the operator and its right side.
pub(super) fn infix(parser: &mut Parser<'_>, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
    let operator = next(parser)?;
    for _ in operator.split(' ') {
        parser.advance_token();
    }
    let right = parser.parse_subexpr(precedence);
    Some(right.map(|right| binary(left.clone(), operator, right)))
}
