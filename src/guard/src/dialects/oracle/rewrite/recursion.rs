//! SEARCH and CYCLE behind a recursive common table expression.
//!
//! The tree has room for a name behind the closing bracket (`FROM name` of another database): both clauses become that name.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::{Span, Token};

use crate::Dialect;

use super::tokens::{Edit, Tokens};
use super::{MARK, marked};
use crate::parse::raw_tokens;

/// SEARCH and CYCLE, either or both.
#[derive(Debug, Default)]
pub(crate) struct Recursion {
    /// The columns that SEARCH orders by.
    pub(crate) by: Vec<Ident>,
    /// The columns of CYCLE, whose values must not repeat on the way to a row.
    pub(crate) cycle: Vec<Ident>,
    /// The columns that both add, in order.
    pub(crate) added: Vec<Ident>,
}

impl Recursion {
    /// The word that the first of the clauses begins with.
    pub(crate) fn name(&self) -> &'static str {
        if self.by.is_empty() { "CYCLE" } else { "SEARCH" }
    }

    /// The clauses that a name of the tree stands for; `None` where it is a name.
    pub(crate) fn of(name: &Ident) -> Option<Self> {
        let clauses = name.value.strip_prefix(MARK).filter(|_| name.quote_style.is_none())?;
        let all = raw_tokens(clauses, Dialect::Oracle)?;
        let tokens = Tokens::new(&all);
        let (recursion, end) = read(&tokens, 0)?;
        (end == tokens.len()).then_some(recursion)
    }
}

pub(super) fn edits(tokens: &Tokens<'_>) -> Vec<Edit> {
    let edit = |place: usize| {
        let (_, end) = tokens.sign(place - 1, &Token::RParen).then(|| read(tokens, place)).flatten()?;
        let from = Token::make_word("FROM", None);
        Some(tokens.replace(place, end, vec![from, marked(&tokens.text(place, end))]))
    };
    (1..tokens.len()).filter(|place| tokens.is_any(*place, &["SEARCH", "CYCLE"])).filter_map(edit).collect()
}

/// The clauses that begin at a place, and the place behind them.
fn read(tokens: &Tokens<'_>, place: usize) -> Option<(Recursion, usize)> {
    let (mut recursion, mut at) = (Recursion::default(), place);
    if tokens.are(at, "SEARCH DEPTH FIRST BY") || tokens.are(at, "SEARCH BREADTH FIRST BY") {
        at += 4;
        loop {
            recursion.by.push(name(tokens, at)?);
            at += 1;
            at += usize::from(tokens.is_any(at, &["ASC", "DESC"]));
            at += if tokens.are(at, "NULLS FIRST") || tokens.are(at, "NULLS LAST") { 2 } else { 0 };
            if !tokens.sign(at, &Token::Comma) {
                break;
            }
            at += 1;
        }
        recursion.added.push(name(tokens, at + 1).filter(|_| tokens.is(at, "SET"))?);
        at += 2;
    }
    if tokens.is(at, "CYCLE") {
        loop {
            at += 1;
            recursion.cycle.push(name(tokens, at)?);
            at += 1;
            if !tokens.sign(at, &Token::Comma) {
                break;
            }
        }
        recursion.added.push(name(tokens, at + 1).filter(|_| tokens.is(at, "SET"))?);
        let values = tokens.is(at + 2, "TO") && letter(tokens, at + 3) && tokens.is(at + 4, "DEFAULT");
        if !values || !letter(tokens, at + 5) {
            return None;
        }
        at += 6;
    }
    (at > place).then_some((recursion, at))
}

/// A column, without a qualifier.
fn name(tokens: &Tokens<'_>, place: usize) -> Option<Ident> {
    tokens.word(place).map(|word| word.to_ident(Span::empty()))
}

/// One letter or digit, as a literal.
fn letter(tokens: &Tokens<'_>, place: usize) -> bool {
    match tokens.at(place) {
        Token::SingleQuotedString(text) | Token::Number(text, false) => text.chars().count() == 1,
        _ => false,
    }
}
