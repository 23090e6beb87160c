//! `NTH_VALUE(x, 2) FROM LAST IGNORE NULLS OVER (…)`, which the parser does not know.
//!
//! It becomes an operator between the call and its window, whose rendering is Oracle's text again; [`from_last`] is the only
//! reader of that shape.

use sqlparser::ast::{Expr, Function, FunctionArguments, WindowType};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::dialects::oracle::rewrite::MARK;
use crate::nodes::{self, binary, is_word};

const FROM_LAST: &str = "FROM LAST";
const RESPECT: &str = "FROM LAST RESPECT NULLS";
const IGNORE: &str = "FROM LAST IGNORE NULLS";

/// FROM LAST, with RESPECT NULLS or IGNORE NULLS, where these words come next and OVER follows.
fn words(parser: &Parser<'_>) -> Option<&'static str> {
    [FROM_LAST, RESPECT, IGNORE].into_iter().find(|operator| {
        let mut words = operator.split(' ').chain(["OVER"]).enumerate();
        words.all(|(at, word)| is_word(&parser.peek_nth_token_ref(at).token, word))
    })
}

/// Tells whether FROM LAST comes next, and a window after it.
pub(crate) fn is_next(parser: &Parser<'_>) -> bool {
    words(parser).is_some()
}

/// Reads FROM LAST and the window behind a call.
pub(crate) fn read(parser: &mut Parser<'_>, call: &Expr) -> Result<Expr, ParserError> {
    let operator = words(parser).unwrap_or(FROM_LAST);
    for _ in operator.split(' ') {
        parser.advance_token();
    }
    parser.expect_keyword_is(Keyword::OVER)?;
    let over = if parser.consume_token(&Token::LParen) {
        WindowType::WindowSpec(parser.parse_window_spec()?)
    } else {
        WindowType::NamedWindow(parser.parse_identifier()?)
    };
    let window = Function { over: Some(over), ..nodes::call(MARK, FunctionArguments::None) };
    Ok(binary(call.clone(), operator, Expr::Function(window)))
}

/// The call and the window of an operator and its sides; `None` for anything of another shape.
pub(crate) fn from_last<'e>(left: &'e Expr, operator: &str, right: &'e Expr) -> Option<(&'e Function, &'e WindowType)> {
    let (Expr::Function(call), Expr::Function(window)) = (left, right) else { return None };
    let over = window.over.as_ref().filter(|_| [FROM_LAST, RESPECT, IGNORE].contains(&operator))?;
    let named = call.name.to_string().eq_ignore_ascii_case("NTH_VALUE");
    (named && call.over.is_none() && call.null_treatment.is_none()).then_some((call, over))
}
