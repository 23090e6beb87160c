//! Oracle's expressions that the parser does not know: exact readings of each, which render as they were written.

use sqlparser::ast::Expr;
use sqlparser::dialect::Precedence;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::{clauses, from_last, keep};
use crate::nodes::{binary, expect_word, is_word, word};

/// `TO_NUMBER(x DEFAULT 0 ON CONVERSION ERROR)`, first half.
pub(crate) const DEFAULT: &str = "DEFAULT";
/// Second half; its right side is the word ERROR.
pub(crate) const ON_CONVERSION: &str = "ON CONVERSION";
/// `(a - b) DAY TO SECOND`; its right side is the word SECOND.
const DAY_TO: &str = "DAY TO";
/// `(a - b) YEAR TO MONTH`; its right side is the word MONTH.
const YEAR_TO: &str = "YEAR TO";

/// `CONNECT BY … ORDER SIBLINGS BY x`, after the last condition of the hierarchy.
pub(crate) const ORDER_SIBLINGS: &str = "ORDER SIBLINGS BY";

/// The operator `op ALL (1, 2)` and its kin, with a list on the right.
pub(super) fn is_quantified(operator: &str) -> bool {
    let Some((sign, word)) = operator.split_once(' ') else { return false };
    matches!(sign, "=" | "<>" | "<" | "<=" | ">" | ">=") && matches!(word, "ALL" | "ANY" | "SOME")
}

/// One of the readings below, told by its tokens alone.
#[derive(Clone, Copy)]
enum Reading {
    /// A comparison, ALL, ANY or SOME, and a list.
    Quantified,
    /// DEFAULT … ON CONVERSION ERROR and its kin.
    Default,
    /// A clause of a JSON function.
    Clause,
    /// DAY TO SECOND or YEAR TO MONTH.
    IntervalUnits,
    /// `KEEP (DENSE_RANK …)` after an aggregate.
    Keep,
    /// ORDER SIBLINGS BY.
    Siblings,
    /// FROM LAST and OVER.
    FromLast,
}

fn reading(parser: &Parser<'_>) -> Option<Reading> {
    if keep::is_next(parser) {
        return Some(Reading::Keep);
    }
    if clauses::is_next(parser) {
        return Some(Reading::Clause);
    }
    if from_last::is_next(parser) {
        return Some(Reading::FromLast);
    }
    let [first, second, third, fourth] = parser.peek_tokens_ref();
    let is = |token: &Token, keyword| matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none());
    match &first.token {
        token if comparison(token).is_some() => {
            let quantifier = [Keyword::ALL, Keyword::ANY, Keyword::SOME].into_iter().any(|one| is(&second.token, one));
            let subquery = is(&fourth.token, Keyword::SELECT) || is(&fourth.token, Keyword::WITH);
            (quantifier && third.token == Token::LParen && fourth.token != Token::LParen && !subquery)
                .then_some(Reading::Quantified)
        }
        token if is(token, Keyword::DEFAULT) => {
            // The parser itself reads DEFAULT behind a column of XMLTABLE, where nothing follows the value.
            let signed = matches!(second.token, Token::Minus | Token::Colon);
            let follows = if signed { &fourth.token } else { &third.token };
            (!matches!(follows, Token::Comma | Token::RParen)).then_some(Reading::Default)
        }
        token if is(token, Keyword::DAY) || is(token, Keyword::YEAR) => {
            let precise = second.token == Token::LParen
                && fourth.token == Token::RParen
                && is(&parser.peek_nth_token_ref(4).token, Keyword::TO);
            (precise || is(&second.token, Keyword::TO)).then_some(Reading::IntervalUnits)
        }
        token if is(token, Keyword::ORDER) => {
            (is_word(&second.token, "SIBLINGS") && is(&third.token, Keyword::BY)).then_some(Reading::Siblings)
        }
        _ => None,
    }
}

fn comparison(token: &Token) -> Option<&'static str> {
    match token {
        Token::Eq => Some("="),
        Token::Neq => Some("<>"),
        Token::Lt => Some("<"),
        Token::LtEq => Some("<="),
        Token::Gt => Some(">"),
        Token::GtEq => Some(">="),
        _ => None,
    }
}

/// The precedence of the next tokens, when they are one of these readings.
pub(super) fn precedence(parser: &Parser<'_>, value: &dyn Fn(Precedence) -> u8) -> Option<u8> {
    reading(parser).map(|reading| match reading {
        Reading::Quantified => value(Precedence::Eq),
        Reading::Clause if clauses::stands_alone(parser) => value(Precedence::Is),
        // Below everything else, so that the whole argument is on the left.
        Reading::Default | Reading::Clause | Reading::Siblings => 1,
        Reading::IntervalUnits | Reading::Keep | Reading::FromLast => value(Precedence::AtTz),
    })
}

/// Reads the operator and its right side.
pub(super) fn infix(parser: &mut Parser<'_>, left: &Expr, _precedence: u8) -> Option<Result<Expr, ParserError>> {
    let reading = reading(parser)?;
    Some(match reading {
        Reading::Quantified => quantified(parser, left),
        Reading::Default => clauses::default(parser, left),
        Reading::Clause => clauses::read(parser, left),
        Reading::IntervalUnits => interval_units(parser, left),
        Reading::Keep => keep::read(parser, left),
        Reading::Siblings => siblings(parser, left),
        Reading::FromLast => from_last::read(parser, left),
    })
}

fn quantified(parser: &mut Parser<'_>, left: &Expr) -> Result<Expr, ParserError> {
    let sign = comparison(&parser.next_token().token).unwrap_or("=");
    let word = parser.next_token().token.to_string().to_ascii_uppercase();
    parser.expect_token(&Token::LParen)?;
    let list = parser.parse_comma_separated(Parser::parse_expr)?;
    parser.expect_token(&Token::RParen)?;
    Ok(binary(left.clone(), &format!("{sign} {word}"), Expr::Tuple(list)))
}

fn interval_units(parser: &mut Parser<'_>, left: &Expr) -> Result<Expr, ParserError> {
    let day = matches!(parser.next_token().token, Token::Word(word) if word.keyword == Keyword::DAY);
    let (operator, last) = if day { (DAY_TO, "SECOND") } else { (YEAR_TO, "MONTH") };
    let leading = digits(parser)?;
    parser.expect_keyword_is(Keyword::TO)?;
    expect_word(parser, last)?;
    let fraction = if day { digits(parser)? } else { String::new() };
    let operator = operator.replace(" TO", &format!("{leading} TO"));
    Ok(binary(left.clone(), &operator, word(&format!("{last}{fraction}"))))
}

/// A precision such as `(9)`, or nothing.
fn digits(parser: &mut Parser<'_>) -> Result<String, ParserError> {
    if !parser.consume_token(&Token::LParen) {
        return Ok(String::new());
    }
    let digit = parser.next_token();
    let one = matches!(&digit.token, Token::Number(number, false) if number.len() == 1 && number.as_bytes()[0].is_ascii_digit());
    if !one {
        return parser.expected("one digit", digit);
    }
    parser.expect_token(&Token::RParen)?;
    Ok(format!("({})", digit.token))
}

/// True of the operators DAY TO and YEAR TO, with or without a precision.
pub(super) fn is_interval_units(operator: &str) -> bool {
    let plain: String = operator.chars().filter(|c| !c.is_ascii_digit() && !matches!(c, '(' | ')')).collect();
    [DAY_TO, YEAR_TO].contains(&plain.as_str())
}

fn siblings(parser: &mut Parser<'_>, left: &Expr) -> Result<Expr, ParserError> {
    for _ in 0..3 {
        parser.next_token();
    }
    let keys = keep::order_keys(parser)?;
    Ok(binary(left.clone(), ORDER_SIBLINGS, keys))
}
