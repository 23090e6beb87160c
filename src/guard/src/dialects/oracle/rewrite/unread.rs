//! Oracle's clauses that stay refused, named where a text cannot be read: the parser stops far from most of them.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::tokens::Tokens;
use crate::fault::{Fault, fault};
use crate::refusal::Rule;

/// Words, split by spaces, that begin a clause; the rule, its name, and what to write instead, or nothing.
const CLAUSES: &[(&str, Rule, &str, &str)] = &[
    ("SEARCH DEPTH", Rule::Unsupported, "SEARCH", "SEARCH DEPTH FIRST BY a, b SET c"),
    ("SEARCH BREADTH", Rule::Unsupported, "SEARCH", "SEARCH BREADTH FIRST BY a, b SET c"),
    ("PIVOT XML", Rule::Unsupported, "PIVOT XML", "PIVOT (… FOR a IN ('x' AS x, 'y' AS y))"),
    ("AS OF", Rule::Unsupported, "AS OF", ""),
    ("VERSIONS BETWEEN", Rule::Unsupported, "VERSIONS", ""),
    ("MODEL DIMENSION", Rule::Unsupported, "MODEL", ""),
    ("MODEL PARTITION", Rule::Unsupported, "MODEL", ""),
    ("MODEL RETURN", Rule::Unsupported, "MODEL", ""),
    ("MODEL IGNORE", Rule::Unsupported, "MODEL", ""),
    ("MODEL KEEP", Rule::Unsupported, "MODEL", ""),
    ("FOR UPDATE", Rule::Locks, "FOR UPDATE", ""),
];

/// Functions with a grammar of their own.
const CALLS: &[(&str, &str)] = &[("MULTISET", ""), ("CURSOR", ""), ("JSON_TRANSFORM", ""), ("APPROX_RANK", RANKED)];

/// The query that gives the first few rows of each group.
const RANKED: &str = "SELECT … FROM (SELECT …, RANK() OVER (PARTITION BY … ORDER BY …) AS n FROM …) WHERE n <= 10";

/// The refusal of the first clause of a text that is one of these.
pub(crate) fn clause(all: &[TokenWithSpan]) -> Option<Fault> {
    let tokens = Tokens::new(all);
    (0..tokens.len()).find_map(|place| {
        let (rule, found, instead) = named(&tokens, place)?;
        Some(fault(rule, tokens.span(place), found).instead(instead))
    })
}

fn named(tokens: &Tokens<'_>, place: usize) -> Option<(Rule, &'static str, &'static str)> {
    if let Some((_, rule, found, instead)) = CLAUSES.iter().find(|(words, ..)| tokens.are(place, words)) {
        return Some((*rule, found, instead));
    }
    let bracket = tokens.sign(place + 1, &Token::LParen);
    if let Some((name, instead)) = CALLS.iter().find(|(name, _)| bracket && tokens.is(place, name)) {
        return Some((Rule::Unsupported, name, instead));
    }
    if tokens.is(place, "DBMS_LOB") && tokens.sign(place + 1, &Token::Period) && tokens.is(place + 2, "SUBSTR") {
        return Some((Rule::FunctionNotAllowed, "DBMS_LOB.SUBSTR", "SUBSTR(x, 1, 4000)"));
    }
    if tokens.is(place, "CYCLE") && place.checked_sub(1).is_some_and(|before| tokens.sign(before, &Token::RParen)) {
        return Some((Rule::Unsupported, "CYCLE", "CYCLE a SET c TO 'Y' DEFAULT 'N'"));
    }
    partitioned_join(tokens, place).then_some((Rule::Unsupported, "PARTITION BY … JOIN", ""))
}

/// `t PARTITION BY (a) RIGHT OUTER JOIN …`.
fn partitioned_join(tokens: &Tokens<'_>, place: usize) -> bool {
    let close = tokens.pair(place + 2).filter(|_| tokens.are(place, "PARTITION BY"));
    close.is_some_and(|close| tokens.is_any(close + 1, &["LEFT", "RIGHT", "FULL"]))
}
