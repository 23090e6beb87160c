//! The pieces that readings of our own are made of: words that are looked for, and nodes that render as written.

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArguments, Ident, ObjectName};
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

/// An operator of our own between two sides.
pub(super) fn binary(left: Expr, operator: &str, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::Custom(operator.to_owned()), right: Box::new(right) }
}

/// A word of the grammar as a side of an operator.
pub(super) fn word(value: &str) -> Expr {
    Expr::Identifier(Ident::new(value))
}

/// A call of this name with nothing around its arguments.
pub(super) fn call(name: &str, args: FunctionArguments) -> Function {
    Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args,
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    }
}

/// The name of a call with nothing around its arguments: no window, filter, order or further brackets.
pub(super) fn plain_name(function: &Function) -> Option<&ObjectName> {
    let Function {
        name,
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: _,
        within_group,
        filter: None,
        null_treatment: None,
        over: None,
    } = function
    else {
        return None;
    };
    within_group.is_empty().then_some(name)
}

/// Tells whether a call has a list of arguments, and neither DISTINCT nor a clause in it.
pub(super) fn has_plain_arguments(function: &Function) -> bool {
    matches!(&function.args, FunctionArguments::List(list)
        if list.duplicate_treatment.is_none() && list.clauses.is_empty())
}
