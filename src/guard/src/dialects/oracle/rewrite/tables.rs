//! Parts of tables under an alias, and PIVOT behind a join.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::{Span, Token};

use crate::Dialect;

use super::tokens::{Edit, Tokens};
use crate::parse::raw_tokens;

pub(super) fn edits(tokens: &Tokens<'_>) -> Vec<Edit> {
    let edit = |place: usize| {
        if tokens.is_any(place, &["PARTITION", "SUBPARTITION"]) {
            aliased_part(tokens, place).map(|edit| vec![edit])
        } else if tokens.is(place, "AS") {
            alias_of_table(tokens, place).map(|edit| vec![edit])
        } else if tokens.is_any(place, &["PIVOT", "UNPIVOT"]) {
            reshaped_join(tokens, place)
        } else {
            None
        }
    };
    (0..tokens.len()).filter_map(edit).flatten().collect()
}

/// `JSON_TABLE(…) AS j`: the one place where Oracle takes AS before the alias of a table, and does not need it.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/JSON_TABLE.html>
fn alias_of_table(tokens: &Tokens<'_>, place: usize) -> Option<Edit> {
    let name = tokens.pair(place.checked_sub(1)?).filter(|open| *open < place)?.checked_sub(1)?;
    let aliased = tokens.is_any(name, &["JSON_TABLE", "XMLTABLE"]) && tokens.word(place + 1).is_some();
    aliased.then(|| tokens.replace(place, place + 1, Vec::new()))
}

/// `PARTITION (p) e` behind a table.
pub(crate) struct Part {
    /// The name of the partition.
    pub(crate) name: Ident,
    /// The alias of the table.
    pub(crate) alias: Ident,
}

/// The partition and the alias that an alias of the tree stands for.
pub(crate) fn part(alias: &Ident) -> Option<Part> {
    if alias.quote_style.is_some() || !alias.value.contains('(') {
        return None;
    }
    let all = raw_tokens(&alias.value, Dialect::Oracle)?;
    let tokens = Tokens::new(&all);
    let name = |place: usize| tokens.word(place).map(|word| word.to_ident(Span::empty()));
    let whole = tokens.len() == 5 && is_part(&tokens, 0);
    whole.then(|| Some(Part { name: name(2)?, alias: name(4)? })).flatten()
}

fn is_part(tokens: &Tokens<'_>, place: usize) -> bool {
    tokens.is_any(place, &["PARTITION", "SUBPARTITION"])
        && tokens.sign(place + 1, &Token::LParen)
        && tokens.word(place + 2).is_some()
        && tokens.sign(place + 3, &Token::RParen)
}

/// One word for the partition and the alias, where the parser has room for an alias only.
fn aliased_part(tokens: &Tokens<'_>, place: usize) -> Option<Edit> {
    let alias = tokens.word(place + 4).filter(|_| is_part(tokens, place))?;
    let clause =
        alias.quote_style.is_none() && Dialect::Oracle.facts().lists.is_clause_word(&alias.value.to_ascii_uppercase());
    let word = Token::make_word(&tokens.text(place, place + 5), None);
    (!clause).then(|| tokens.replace(place, place + 5, vec![word]))
}

/// `a JOIN b ON … PIVOT (…)` and `(a JOIN b ON …) PIVOT (…)`: `(SELECT * FROM a JOIN b ON …) PIVOT (…)`, the form that
/// the documentation has for a query that is reshaped.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/SELECT.html>
fn reshaped_join(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let select = |more: &[Token]| {
        let words = ["SELECT", "*", "FROM"];
        let word = |word: &str| if word == "*" { Token::Mul } else { Token::make_word(word, None) };
        more.iter().cloned().chain(words.into_iter().map(word)).collect::<Vec<_>>()
    };
    let open = tokens.pair(place.checked_sub(1)?).filter(|open| *open < place);
    if let Some(open) = open
        && open.checked_sub(1).is_some_and(|at| tokens.is_any(at, &["FROM", "JOIN"]) || tokens.sign(at, &Token::Comma))
    {
        let joins =
            !tokens.is_any(open + 1, &["SELECT", "WITH"]) && tokens.level(open + 1).any(|at| tokens.is(at, "JOIN"));
        return joins.then(|| vec![tokens.replace(open + 1, open + 1, select(&[]))]);
    }
    let (mut start, mut joined, mut linked) = (None, false, false);
    for at in tokens.level_before(place) {
        if tokens.is(at, "FROM") || tokens.sign(at, &Token::Comma) {
            start = Some(at + 1);
            break;
        }
        // ON or USING behind the last JOIN: what is reshaped is the join, and no single table of it.
        linked |= !joined && tokens.is_any(at, &["ON", "USING"]);
        joined |= tokens.is(at, "JOIN");
    }
    let start = start.filter(|_| joined && linked)?;
    let before = tokens.replace(start, start, select(&[Token::LParen]));
    Some(vec![before, tokens.replace(place, place, vec![Token::RParen])])
}
