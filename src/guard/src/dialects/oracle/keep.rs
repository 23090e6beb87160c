//! `MAX(x) KEEP (DENSE_RANK FIRST ORDER BY y DESC) OVER (PARTITION BY z)`, which the parser does not know.
//!
//! It becomes operators whose rendering is Oracle's text again; [`Keep::of`] is the only reader of that shape.

use sqlparser::ast::{BinaryOperator, Expr, Ident, OrderByExpr, OrderByOptions, OrderBySort};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::nodes::{binary, is_word, word};

const KEEP: &str = "KEEP";
const OVER: &str = "OVER";
const COMMA: &str = ",";
const FIRST: &str = "FIRST ORDER BY";
const LAST: &str = "LAST ORDER BY";
const DESCENDING: &str = "DESC NULLS";
const ASCENDING: &str = "NULLS";
const PARTITION: &str = "PARTITION BY";

/// The parts of a KEEP that hold expressions.
pub(crate) struct Keep<'e> {
    /// The aggregate.
    pub(crate) aggregate: &'e Expr,
    /// The expressions that order and partition.
    pub(crate) exprs: Vec<&'e Expr>,
}

impl<'e> Keep<'e> {
    /// The KEEP of an operator and its sides; `None` for anything of another shape.
    pub(crate) fn of(left: &'e Expr, operator: &str, right: &'e Expr) -> Option<Self> {
        match (operator, right) {
            (KEEP, Expr::Nested(body)) => {
                let Expr::BinaryOp { left: rank, op: BinaryOperator::Custom(ordered), right: list } = &**body else {
                    return None;
                };
                let is_rank = matches!(&**rank, Expr::Identifier(ident) if ident.value == "DENSE_RANK");
                let mut exprs = Vec::new();
                orders(list, &mut exprs);
                (is_rank && matches!(ordered.as_str(), FIRST | LAST)).then_some(Self { aggregate: left, exprs })
            }
            (OVER, Expr::Nested(body)) => {
                let Expr::BinaryOp { left: aggregate, op: BinaryOperator::Custom(inner), right: keep } = left else {
                    return None;
                };
                let mut kept = Self::of(aggregate, inner, keep).filter(|_| inner == KEEP)?;
                let Expr::Prefixed { prefix, value } = &**body else { return None };
                items(value, &mut kept.exprs);
                (prefix.value == PARTITION).then_some(kept)
            }
            (OVER, Expr::Tuple(all)) if all.is_empty() => {
                let Expr::BinaryOp { left: aggregate, op: BinaryOperator::Custom(inner), right: keep } = left else {
                    return None;
                };
                Self::of(aggregate, inner, keep).filter(|_| inner == KEEP)
            }
            _ => None,
        }
    }
}

fn items<'e>(list: &'e Expr, into: &mut Vec<&'e Expr>) {
    match list {
        Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right } if operator == COMMA => {
            items(left, into);
            into.push(right);
        }
        one => into.push(one),
    }
}

/// Collects the expressions in the keys of [`order_keys`].
pub(crate) fn orders<'e>(list: &'e Expr, into: &mut Vec<&'e Expr>) {
    let mut keys = Vec::new();
    items(list, &mut keys);
    into.extend(keys.into_iter().map(|key| match key {
        Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right: _ }
            if matches!(operator.as_str(), DESCENDING | ASCENDING) =>
        {
            &**left
        }
        plain => plain,
    }));
}

/// Tells whether `KEEP (DENSE_RANK …` comes next.
pub(crate) fn is_next(parser: &Parser<'_>) -> bool {
    let [keep, bracket, rank] = parser.peek_tokens_ref();
    is_word(&keep.token, KEEP) && bracket.token == Token::LParen && is_word(&rank.token, "DENSE_RANK")
}

/// Reads it, after its aggregate.
pub(crate) fn read(parser: &mut Parser<'_>, aggregate: &Expr) -> Result<Expr, ParserError> {
    for _ in 0..3 {
        parser.next_token();
    }
    let first = parser.parse_keyword(Keyword::FIRST);
    if !first {
        parser.expect_keyword_is(Keyword::LAST)?;
    }
    parser.expect_keywords(&[Keyword::ORDER, Keyword::BY])?;
    let keys = order_keys(parser)?;
    parser.expect_token(&Token::RParen)?;
    let body = binary(word("DENSE_RANK"), if first { FIRST } else { LAST }, keys);
    let keep = binary(aggregate.clone(), KEEP, Expr::Nested(Box::new(body)));
    if !parser.parse_keyword(Keyword::OVER) {
        return Ok(keep);
    }
    parser.expect_token(&Token::LParen)?;
    if parser.consume_token(&Token::RParen) {
        return Ok(binary(keep, OVER, Expr::Tuple(Vec::new())));
    }
    parser.expect_keywords(&[Keyword::PARTITION, Keyword::BY])?;
    let by = joined(parser.parse_comma_separated(Parser::parse_expr)?)?;
    parser.expect_token(&Token::RParen)?;
    let partition = Expr::Prefixed { prefix: Ident::new(PARTITION), value: Box::new(by) };
    Ok(binary(keep, OVER, Expr::Nested(Box::new(partition))))
}

/// The keys of an ORDER BY as one expression, which [`orders`] takes apart.
pub(crate) fn order_keys(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    let keys = parser.parse_comma_separated(Parser::parse_order_by_expr)?;
    joined(keys.into_iter().map(order_key).collect::<Result<Vec<_>, _>>()?)
}

/// Oracle puts NULLs first when descending; said in full, the key has one form.
fn order_key(key: OrderByExpr) -> Result<Expr, ParserError> {
    let OrderByExpr { expr, options: OrderByOptions { sort, nulls_first }, with_fill: None } = key else {
        return Err(ParserError::ParserError("Expected: an order, found: WITH FILL".to_owned()));
    };
    let nulls = |first: bool| word(if first { "FIRST" } else { "LAST" });
    match (sort, nulls_first) {
        (Some(OrderBySort::Using(_)), _) => {
            Err(ParserError::ParserError("Expected: ASC or DESC, found: USING".to_owned()))
        }
        (Some(OrderBySort::Desc), first) => Ok(binary(expr, DESCENDING, nulls(first.unwrap_or(true)))),
        (_, Some(first)) => Ok(binary(expr, ASCENDING, nulls(first))),
        (_, None) => Ok(expr),
    }
}

fn joined(exprs: Vec<Expr>) -> Result<Expr, ParserError> {
    let listed = exprs.into_iter().reduce(|list, next| binary(list, COMMA, next));
    listed.ok_or_else(|| ParserError::ParserError("Expected: an expression, found: )".to_owned()))
}
