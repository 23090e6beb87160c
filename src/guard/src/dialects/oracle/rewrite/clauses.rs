//! Clauses in another order than the parser knows, and row limits that are computed.

use sqlparser::ast::Expr;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::Dialect;
use crate::dialects::grammar::with_grammar;

use super::tokens::{Edit, Tokens};

pub(super) fn edits(tokens: &Tokens<'_>) -> Vec<Edit> {
    let edit = |place: usize| {
        if tokens.sign(place, &Token::LParen) {
            return first_operand(tokens, place);
        }
        let edit = if tokens.is(place, "HAVING") {
            having_first(tokens, place)
        } else if tokens.are(place, "GROUP BY") {
            hierarchy_last(tokens, place)
        } else if tokens.is(place, "FETCH") {
            limit(tokens, place)
        } else {
            None
        };
        edit.into_iter().collect()
    };
    (0..tokens.len()).flat_map(edit).collect()
}

/// The first place behind `from` in the same brackets where one of these words stands, or where the query ends.
fn until(tokens: &Tokens<'_>, from: usize, words: &[&str]) -> usize {
    const ENDS: [&str; 8] = ["UNION", "MINUS", "INTERSECT", "EXCEPT", "ORDER", "OFFSET", "FETCH", "FOR"];
    let mut last = from;
    for place in tokens.level(from + 1) {
        let ends = tokens.is_any(place, &ENDS) && !tokens.are(place, "ORDER SIBLINGS");
        if ends || tokens.sign(place, &Token::SemiColon) || words.iter().any(|word| tokens.are(place, word)) {
            return place;
        }
        last = if tokens.sign(place, &Token::LParen) { tokens.pair(place).unwrap_or(place) } else { place };
    }
    last + 1
}

/// `HAVING … GROUP BY …`: Oracle takes both orders.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/SELECT.html>
fn having_first(tokens: &Tokens<'_>, place: usize) -> Option<Edit> {
    let group = until(tokens, place, &["GROUP BY", "HAVING", "CONNECT BY", "START WITH"]);
    let end = until(tokens, group, &["GROUP BY", "HAVING", "CONNECT BY", "START WITH"]);
    tokens.are(group, "GROUP BY").then(|| tokens.swap(place, group, end))
}

/// `GROUP BY … CONNECT BY …`, whose hierarchy is followed first all the same.
fn hierarchy_last(tokens: &Tokens<'_>, place: usize) -> Option<Edit> {
    let hierarchy = until(tokens, place, &["CONNECT BY", "START WITH", "GROUP BY"]);
    let follows = tokens.are(hierarchy, "CONNECT BY") || tokens.are(hierarchy, "START WITH");
    follows.then(|| tokens.swap(place, hierarchy, until(tokens, hierarchy, &["GROUP BY", "HAVING"])))
}

/// `((SELECT …) UNION (SELECT …))` as a value: without the brackets of the first query the parser knows it. They go where
/// nothing of that query could come to belong to the whole.
fn first_operand(tokens: &Tokens<'_>, place: usize) -> Vec<Edit> {
    const OPERATORS: [&str; 4] = ["UNION", "MINUS", "INTERSECT", "EXCEPT"];
    const BELONGS: [&str; 4] = ["ORDER", "OFFSET", "FETCH", "FOR"];
    let open = place + 1;
    let queries = tokens.sign(open, &Token::LParen) && tokens.is(open + 1, "SELECT");
    let Some(close) = tokens.pair(open).filter(|close| queries && tokens.is_any(close + 1, &OPERATORS)) else {
        return Vec::new();
    };
    if tokens.level(open + 1).any(|at| tokens.is_any(at, &OPERATORS) || tokens.is_any(at, &BELONGS)) {
        return Vec::new();
    }
    [open, close].map(|bracket| tokens.replace(bracket, bracket + 1, Vec::new())).into()
}

/// Most words and signs of a row limit, those in brackets not counted.
const MOST: usize = 64;

/// `FETCH NEXT NVL(:n, 10) ROWS ONLY`, where the parser has room for one value only.
fn limit(tokens: &Tokens<'_>, place: usize) -> Option<Edit> {
    let from = place + 2;
    let end = tokens.level(from).take(MOST).find(|at| tokens.is_any(*at, &["ROW", "ROWS", "PERCENT"]))?;
    let parameter = end == from + 2 && tokens.sign(from, &Token::Colon);
    // A query there would be read apart from the others.
    let plain = !(from..end).any(|at| tokens.is_any(at, &["SELECT", "WITH"]));
    let computed = plain && tokens.is_any(place + 1, &["FIRST", "NEXT"]) && end > from + 1 && !parameter;
    computed.then(|| tokens.replace(from, end, vec![Token::Placeholder(tokens.text(from, end))]))
}

/// The expression that the value of a row limit stands for; `None` for what cannot be read whole.
pub(crate) fn quantity(text: &str) -> Option<Expr> {
    with_grammar(Dialect::Oracle, |grammar| {
        let tokens = Tokenizer::new(grammar, text).tokenize_with_location().ok()?;
        let mut parser = Parser::new(grammar).with_tokens_with_locations(tokens);
        let expr = parser.parse_expr().ok()?;
        parser.expect_token(&Token::EOF).ok().map(|_| expr)
    })
}
