//! JSON functions: members of objects, words behind an argument, and the columns of `JSON_TABLE`.

use sqlparser::tokenizer::Token;

use crate::Dialect;

use super::tokens::{Edit, Tokens};
use super::{MARK, marked};
use crate::parse::raw_tokens;

/// Words that stand alone behind an argument, or behind the type after RETURNING.
const ALONE: [&str; 6] = ["PRETTY", "ASCII", "STRICT", "LAX", "ORDERED", "TRUNCATE"];

/// The clause that makes Oracle reject an object with two members of one name.
const UNIQUE_KEYS: [&str; 3] = ["WITH", "UNIQUE", "KEYS"];

/// Changes to the members and clauses of the functions, and to the test IS JSON.
pub(super) fn edits(tokens: &Tokens<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for place in 0..tokens.len() {
        let Some(word) = tokens.word(place).filter(|word| word.quote_style.is_none()) else { continue };
        let upper = word.value.to_ascii_uppercase();
        if upper == "JSON" && place > 0 && (tokens.is(place - 1, "IS") || tokens.are(place - 1, "NOT JSON")) {
            edits.extend(alone(tokens, place + 1));
            edits.extend(in_brackets(tokens, place + 1));
        }
        if !upper.starts_with("JSON_") || upper == "JSON_TABLE" || !tokens.sign(place + 1, &Token::LParen) {
            continue;
        }
        if matches!(upper.as_str(), "JSON_OBJECT" | "JSON_OBJECTAGG") {
            edits.extend(members(tokens, place + 2));
        }
        let mut done = place;
        for at in tokens.level(place + 2).skip(1) {
            if tokens.is(at, "RETURNING") {
                let (end, edit) = returned(tokens, at + 1).unwrap_or_default();
                edits.extend(edit);
                done = end;
            } else if at >= done && ends_a_value(tokens, at - 1) {
                edits.extend(alone(tokens, at));
            }
        }
    }
    edits
}

/// `KEY 'k' VALUE v`, `'k' : v` and `KEY 'k' IS v`, all of which say `'k' VALUE v`.
fn members(tokens: &Tokens<'_>, from: usize) -> Vec<Edit> {
    let commas = tokens.level(from).filter(|at| tokens.sign(*at, &Token::Comma)).map(|at| at + 1);
    std::iter::once(from).chain(commas).flat_map(|start| member(tokens, start)).collect()
}

fn member(tokens: &Tokens<'_>, start: usize) -> Vec<Edit> {
    let named = matches!(tokens.at(start + 1), Token::SingleQuotedString(_))
        || tokens.word(start + 1).is_some() && !tokens.is_any(start + 1, &["VALUE", "IS"]);
    let keyword = tokens.is(start, "KEY") && named;
    let key = start + usize::from(keyword);
    let Some(end) = end_of_key(tokens, key) else { return Vec::new() };
    let literal = matches!(tokens.at(key), Token::SingleQuotedString(_));
    let other = tokens.sign(end, &Token::Colon) || (tokens.is(end, "IS") && (keyword || literal));
    let mut edits = Vec::new();
    if keyword && (other || tokens.is(end, "VALUE")) {
        edits.push(tokens.replace(start, key, Vec::new()));
    }
    if other {
        edits.push(tokens.replace(end, end + 1, vec![Token::make_word("VALUE", None)]));
    }
    edits
}

/// The place behind a literal, or behind a column with or without a qualifier.
fn end_of_key(tokens: &Tokens<'_>, key: usize) -> Option<usize> {
    if matches!(tokens.at(key), Token::SingleQuotedString(_)) {
        return Some(key + 1);
    }
    tokens.word(key)?;
    let mut end = key + 1;
    while tokens.sign(end, &Token::Period) && tokens.word(end + 1).is_some() {
        end += 2;
    }
    Some(end)
}

/// A bare mark behind a word that stands alone: the parser's operators have two sides.
fn alone(tokens: &Tokens<'_>, place: usize) -> Option<Edit> {
    tokens.is_any(place, &ALONE).then(|| tokens.replace(place + 1, place + 1, vec![marked("")]))
}

/// `IS JSON (STRICT)`, whose brackets change nothing.
fn in_brackets(tokens: &Tokens<'_>, open: usize) -> Vec<Edit> {
    let close = tokens.pair(open).filter(|close| *close == open + 2 && tokens.is_any(open + 1, &["STRICT", "LAX"]));
    let Some(close) = close else { return Vec::new() };
    let bracket = |at| tokens.replace(at, at + 1, Vec::new());
    std::iter::once(bracket(open)).chain(alone(tokens, open + 1)).chain([bracket(close)]).collect()
}

/// Tells whether a value may end there, so that the next word is a clause.
fn ends_a_value(tokens: &Tokens<'_>, place: usize) -> bool {
    let clause = ["VALUE", "KEY", "IS", "BY", "THEN", "ELSE", "WHEN", "AND", "OR", "NOT", "RETURNING", "DISTINCT"];
    match tokens.at(place) {
        Token::Word(_) => !tokens.is_any(place, &clause),
        Token::RParen | Token::SingleQuotedString(_) | Token::Number(..) => true,
        _ => false,
    }
}

/// The place behind a type and the words that follow it, and the change that makes one name of a type of both, where
/// there are such words.
fn returned(tokens: &Tokens<'_>, from: usize) -> Option<(usize, Option<Edit>)> {
    let bracketed = tokens.sign(from + 1, &Token::LParen);
    let end = if bracketed { tokens.pair(from + 1)? + 1 } else { from + 1 };
    let alone = end + tokens.level(end).take_while(|at| tokens.is_any(*at, &ALONE)).count();
    let end_of_words = if tokens.are(alone, &UNIQUE_KEYS.join(" ")) { alone + 3 } else { alone };
    let edit = || tokens.replace(from, end_of_words, vec![one_word(tokens, from, end_of_words)]);
    Some((end_of_words, (end_of_words > end).then(edit)))
}

fn one_word(tokens: &Tokens<'_>, from: usize, to: usize) -> Token {
    Token::make_word(&tokens.text(from, to), None)
}

/// Changes to `JSON_TABLE`: its path and its columns.
pub(super) fn table_edits(tokens: &Tokens<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for place in 0..tokens.len() {
        let nested = tokens.is(place, "NESTED");
        let table = tokens.is(place, "JSON_TABLE") && tokens.sign(place + 1, &Token::LParen);
        if !nested && !table {
            continue;
        }
        let from = if nested { place + 1 } else { place + 2 };
        let Some(columns) = tokens.level(from).find(|at| tokens.is(*at, "COLUMNS")) else { continue };
        if table {
            let comma = tokens.level(from).filter(|at| *at < columns && tokens.sign(*at, &Token::Comma)).last();
            edits.extend(comma.and_then(|comma| whole_path(tokens, comma + 1, columns, 1)));
        }
        if tokens.sign(columns + 1, &Token::LParen) {
            let commas = tokens.level(columns + 2).filter(|at| tokens.sign(*at, &Token::Comma)).map(|at| at + 1);
            edits.extend(std::iter::once(columns + 2).chain(commas).flat_map(|start| column(tokens, start)));
        }
    }
    edits
}

/// A path with this many clauses or more as one value.
fn whole_path(tokens: &Tokens<'_>, from: usize, to: usize, least: usize) -> Option<Edit> {
    let clauses = (from..to).filter(|at| tokens.is(*at, "ON")).count();
    let path = tokens.text(from, to);
    (clauses >= least && self::path(&path).is_some())
        .then(|| tokens.replace(from, to, vec![Token::Placeholder(path.clone())]))
}

/// One column: its type and FORMAT JSON as one word, or a mark where it has no type.
fn column(tokens: &Tokens<'_>, start: usize) -> Vec<Edit> {
    let end = tokens.level(start).find(|at| tokens.sign(*at, &Token::Comma));
    let end = end.or_else(|| tokens.level(start).last().map(|last| last + 1)).unwrap_or(start);
    let place = |word: &str| tokens.level(start + 1).take_while(|at| *at < end).find(|at| tokens.is(*at, word));
    if tokens.is(start, "NESTED") || tokens.is(start + 1, "FOR") || tokens.word(start).is_none() {
        return Vec::new();
    }
    let Some(path) = place("PATH") else { return Vec::new() };
    let of_type = place("EXISTS").filter(|exists| *exists < path).unwrap_or(path);
    let format = place("FORMAT").filter(|format| *format < path);
    let mut edits = Vec::new();
    if format.is_some_and(|format| format > start + 1) {
        edits.push(tokens.replace(start + 1, of_type, vec![one_word(tokens, start + 1, of_type)]));
    } else if of_type == start + 1 || format.is_some() {
        let untyped = marked(&tokens.text(start + 1, of_type));
        edits.push(tokens.replace(start + 1, of_type, vec![untyped]));
    }
    edits.extend(whole_path(tokens, path + 1, end, 2));
    edits
}

/// The path in a value of the tree, without its quotes; `None` where anything but ON ERROR, ON EMPTY and ON MISMATCH
/// clauses follows it.
pub(crate) fn path(text: &str) -> Option<String> {
    const NOTHING: [&str; 5] = ["NULL", "ERROR", "TRUE", "FALSE", "EMPTY"];
    let all = raw_tokens(text, Dialect::Oracle)?;
    let tokens = Tokens::new(&all);
    let Token::SingleQuotedString(path) = tokens.at(0) else { return None };
    let mut at = 1;
    while at < tokens.len() {
        at += match tokens.at(at + 1) {
            Token::SingleQuotedString(_) | Token::Number(_, false) if tokens.is(at, "DEFAULT") => 2,
            Token::Word(_) if tokens.is(at, "EMPTY") && tokens.is_any(at + 1, &["ARRAY", "OBJECT"]) => 2,
            Token::Word(_) if tokens.is_any(at, &NOTHING) => 1,
            _ => return None,
        };
        if !tokens.is(at, "ON") || !tokens.is_any(at + 1, &["ERROR", "EMPTY", "MISMATCH"]) {
            return None;
        }
        at += 2;
    }
    Some(path.clone())
}

/// The type of a column as it stands, and the words behind it; an empty type where there is none.
pub(crate) fn type_and_words(written: &str) -> (&str, &str) {
    match written.strip_prefix(MARK) {
        Some(words) => ("", words),
        None => written.find(" FORMAT ").map_or((written, ""), |at| (&written[..at], &written[at + 1..])),
    }
}

/// The type behind RETURNING without the words that stand behind it.
pub(crate) fn returned_type(written: &str) -> &str {
    let more = |word: &str| ALONE.iter().chain(&UNIQUE_KEYS).any(|one| word.eq_ignore_ascii_case(one));
    let mut rest = written;
    while let Some((before, _)) = rest.rsplit_once(' ').filter(|(_, word)| more(word)) {
        rest = before;
    }
    rest
}
