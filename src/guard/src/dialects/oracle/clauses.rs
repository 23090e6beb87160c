//! Oracle's clauses behind arguments and before expressions that the parser does not know: the clauses of JSON
//! functions, the types and defaults of conversions, and PRIOR outside CONNECT BY.

use sqlparser::ast::{BinaryOperator, CastKind, DataType, Expr};
use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments};
use sqlparser::dialect::Precedence;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::dialects::oracle::rewrite::MARK;
use crate::dialects::oracle::syntax::{DEFAULT, ON_CONVERSION};
use crate::nodes::{binary, call, expect_word, is_word, word};

/// `… DEFAULT 0 ON ERROR` and `… ON EMPTY`, second half.
pub(crate) const ON: &str = "ON";
/// `… RETURNING NUMBER` before another clause; its right side is a type.
pub(crate) const RETURNING: &str = "RETURNING";
/// `CAST(x AS NUMBER DEFAULT …)`; its right side is a type.
pub(crate) const AS: &str = "AS";

/// The clauses of JSON functions, each with the last words it may have, which are the right side of the operator.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/23/adjsn/clauses-used-in-functions-and-conditions-json.html>
const CLAUSES: &[(&str, &[&str])] = &[
    ("NULL ON", &["ERROR", "EMPTY", "MISMATCH"]),
    ("ERROR ON", &["ERROR", "EMPTY", "MISMATCH"]),
    ("TRUE ON", &["ERROR", "EMPTY"]),
    ("FALSE ON", &["ERROR", "EMPTY"]),
    ("EMPTY ON", &["ERROR", "EMPTY"]),
    ("EMPTY ARRAY ON", &["ERROR", "EMPTY"]),
    ("EMPTY OBJECT ON", &["ERROR", "EMPTY"]),
    ("WITH", &["WRAPPER"]),
    ("WITHOUT", &["WRAPPER"]),
    ("WITH ARRAY", &["WRAPPER"]),
    ("WITHOUT ARRAY", &["WRAPPER"]),
    ("WITH CONDITIONAL", &["WRAPPER"]),
    ("WITH CONDITIONAL ARRAY", &["WRAPPER"]),
    ("WITH UNCONDITIONAL", &["WRAPPER"]),
    ("WITH UNCONDITIONAL ARRAY", &["WRAPPER"]),
    ("WITH UNIQUE", &["KEYS"]),
    ("FORMAT", &["JSON"]),
    ("USING", &[CHARACTER_SET]),
    ("PRETTY", &[MARK]),
    ("ASCII", &[MARK]),
    ("STRICT", &[MARK]),
    ("LAX", &[MARK]),
    ("ORDERED", &[MARK]),
    ("TRUNCATE", &[MARK]),
];

/// `CHR(233 USING NCHAR_CS)`, second half.
pub(crate) const CHARACTER_SET: &str = "NCHAR_CS";

/// Words that the parser reads as a type, which a literal may follow.
const TYPES: [&str; 13] = [
    "BLOB",
    "BOOL",
    "BOOLEAN",
    "CLOB",
    "DATE",
    "DATETIME",
    "DOUBLE",
    "JSON",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "UUID",
    "XML",
];

/// Most clauses of one argument: each kind may stand once.
const MOST: usize = 6;

/// The number of clauses that an argument has already.
fn already(expr: &Expr) -> usize {
    let (mut expr, mut clauses) = (expr, 0);
    while let Expr::BinaryOp { left, op: BinaryOperator::Custom(_), right: _ } = expr
        && clauses < MOST
    {
        (expr, clauses) = (left, clauses + 1);
    }
    clauses
}

/// Tells whether an operator is one of these clauses.
pub(crate) fn is_clause(operator: &str) -> bool {
    CLAUSES.iter().any(|(clause, _)| *clause == operator)
}

/// The clause that begins with the `from`th of the next tokens, and its last word.
fn clause(parser: &Parser<'_>, from: usize) -> Option<(&'static str, &'static str)> {
    CLAUSES.iter().find_map(|(clause, endings)| {
        let mut at = from;
        for part in clause.split(' ') {
            if !is_word(&parser.peek_nth_token_ref(at).token, part) {
                return None;
            }
            at += 1;
        }
        let ending = endings.iter().find(|ending| is_word(&parser.peek_nth_token_ref(at).token, ending))?;
        Some((*clause, *ending))
    })
}

/// Tells whether one of these stands next, behind an argument.
pub(crate) fn is_next(parser: &Parser<'_>) -> bool {
    clause(parser, 0).is_some() || returns(parser)
}

/// RETURNING, a type and one of the clauses: without the last the parser knows it.
fn returns(parser: &Parser<'_>) -> bool {
    if !is_word(&parser.peek_nth_token_ref(0).token, RETURNING) {
        return false;
    }
    let mut after = 2;
    if parser.peek_nth_token_ref(after).token == Token::LParen {
        // A length and perhaps a scale; anything longer is no type.
        let close = (after..after + 6).find(|at| parser.peek_nth_token_ref(*at).token == Token::RParen);
        let Some(close) = close else { return false };
        after = close + 1;
    }
    clause(parser, after).is_some() || is_word(&parser.peek_nth_token_ref(after).token, DEFAULT)
}

/// True where the next clause is a single word, such as STRICT behind IS JSON.
pub(crate) fn stands_alone(parser: &Parser<'_>) -> bool {
    clause(parser, 0).is_some_and(|(_, ending)| ending == MARK)
}

/// Reads what `is_next` has seen.
pub(crate) fn read(parser: &mut Parser<'_>, left: &Expr) -> Result<Expr, ParserError> {
    if already(left) >= MOST {
        return parser.expected("fewer clauses", parser.peek_token());
    }
    if let Some((clause, ending)) = clause(parser, 0) {
        for _ in 0..=clause.split(' ').count() {
            parser.advance_token();
        }
        return Ok(binary(left.clone(), clause, word(ending)));
    }
    parser.advance_token();
    let returned = parser.parse_data_type()?;
    Ok(binary(left.clone(), RETURNING, written(&returned)))
}

/// `DEFAULT x ON CONVERSION ERROR`, `DEFAULT x ON ERROR` and `DEFAULT x ON EMPTY`.
pub(crate) fn default(parser: &mut Parser<'_>, left: &Expr) -> Result<Expr, ParserError> {
    if already(left) >= MOST {
        return parser.expected("fewer clauses", parser.peek_token());
    }
    parser.advance_token();
    let otherwise = parser.parse_prefix()?;
    parser.expect_keyword_is(Keyword::ON)?;
    let defaulted = binary(left.clone(), DEFAULT, otherwise);
    let last = if is_word(&parser.peek_token_ref().token, "EMPTY") { "EMPTY" } else { "ERROR" };
    let conversion = is_word(&parser.peek_token_ref().token, "CONVERSION");
    if conversion {
        parser.advance_token();
    }
    expect_word(parser, last)?;
    let operator = if conversion { ON_CONVERSION } else { ON };
    Ok(binary(defaulted, operator, word(last)))
}

/// The beginnings of expressions: PRIOR, CAST and `VALIDATE_CONVERSION`, and columns with the name of a type.
pub(crate) fn prefix(parser: &mut Parser<'_>, value: &dyn Fn(Precedence) -> u8) -> Option<Result<Expr, ParserError>> {
    let (first, second) = (&parser.peek_nth_token_ref(0).token, &parser.peek_nth_token_ref(1).token);
    if is_word(first, "PRIOR") && matches!(second, Token::Word(_) | Token::LParen) && !is_word(second, "FROM") {
        parser.advance_token();
        return Some(parser.parse_subexpr(value(Precedence::PlusMinus)).map(|expr| Expr::Prior(Box::new(expr))));
    }
    if let Token::Word(column) = first
        && TYPES.iter().any(|data_type| is_word(first, data_type))
        && matches!(second, Token::Word(alias) if alias.quote_style == Some('"'))
    {
        // The parser reads `text "Text"` as a literal of that type; to Oracle double quotes always hold a name.
        let column = column.to_ident(parser.peek_token_ref().span);
        parser.advance_token();
        return Some(Ok(Expr::Identifier(column)));
    }
    let conversion = ["CAST", "VALIDATE_CONVERSION"].into_iter().find(|name| is_word(first, name))?;
    (*second == Token::LParen).then(|| converted(parser, conversion))
}

fn converted(parser: &mut Parser<'_>, name: &str) -> Result<Expr, ParserError> {
    parser.advance_token();
    parser.advance_token();
    let expr = parser.parse_expr()?;
    parser.expect_keyword_is(Keyword::AS)?;
    let data_type = parser.parse_data_type()?;
    if name == "CAST" && parser.consume_token(&Token::RParen) {
        return Ok(Expr::Cast { kind: CastKind::Cast, expr: Box::new(expr), data_type, format: None });
    }
    let mut first = binary(expr, AS, written(&data_type));
    if is_word(&parser.peek_token_ref().token, DEFAULT) {
        first = default(parser, &first)?;
    }
    let mut args = vec![first];
    while parser.consume_token(&Token::Comma) {
        args.push(parser.parse_expr()?);
    }
    parser.expect_token(&Token::RParen)?;
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() };
    Ok(Expr::Function(call(name, FunctionArguments::List(list))))
}

/// A type as the right side of an operator: the words it renders as. The walk judges them as it judges types.
fn written(data_type: &DataType) -> Expr {
    word(&data_type.to_string())
}
