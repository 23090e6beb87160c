//! Words and signs that have a twin: `UNIQUE`, `> =`, `IN 5`, `FROM FIRST`, and the lengths of types.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Word};

use super::tokens::{Edit, Tokens};

pub(super) fn edits(tokens: &Tokens<'_>) -> Vec<Edit> {
    (0..tokens.len()).filter_map(|place| edit(tokens, place)).flatten().collect()
}

fn edit(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    match tokens.at(place) {
        Token::Word(word) if word.quote_style.is_none() => match word.value.to_ascii_uppercase().as_str() {
            "UNIQUE" => unique(tokens, place),
            "IN" => single(tokens, place),
            "OVERFLOW" => overflow(tokens, place),
            "FROM" => from_first(tokens, place),
            "CHAR" | "CHARACTER" | "VARCHAR" | "VARCHAR2" => length(tokens, place),
            "NUMBER" => any_precision(tokens, place),
            "INTERVAL" => span(tokens, place),
            "IGNORE" | "RESPECT" => early_nulls(tokens, place),
            _ => None,
        },
        Token::Lt | Token::Gt | Token::ExclamationMark | Token::Caret => comparison(tokens, place),
        _ => None,
    }
}

/// `SELECT UNIQUE` and `COUNT(UNIQUE x)`: DISTINCT, of which UNIQUE is a synonym. Elsewhere it belongs to WITH UNIQUE KEYS.
fn unique(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let before = place.checked_sub(1)?;
    let call = tokens.sign(before, &Token::LParen) && before.checked_sub(1).is_some_and(|at| tokens.word(at).is_some());
    let distinct = vec![Token::make_word("DISTINCT", None)];
    (tokens.is(before, "SELECT") || call).then(|| vec![tokens.replace(place, place + 1, distinct)])
}

/// Comparisons whose two signs Oracle reads apart from each other too.
fn comparison(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let twin = match (tokens.at(place), tokens.at(place + 1)) {
        (Token::Lt, Token::Gt) | (Token::ExclamationMark | Token::Caret, Token::Eq) => Token::Neq,
        (Token::Lt, Token::Eq) => Token::LtEq,
        (Token::Gt, Token::Eq) => Token::GtEq,
        _ => return None,
    };
    Some(vec![tokens.replace(place, place + 2, vec![twin])])
}

/// `x IN 5` and `x IN :a`: one value without brackets, when nothing is computed with it.
fn single(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let after = match tokens.at(place + 1) {
        Token::Number(..) | Token::SingleQuotedString(_) => place + 2,
        Token::Colon if tokens.word(place + 2).is_some() => place + 3,
        _ => return None,
    };
    let ends = match tokens.at(after) {
        Token::EOF | Token::RParen | Token::Comma | Token::SemiColon => true,
        _ => tokens
            .is_any(after, &["AND", "OR", "THEN", "GROUP", "ORDER", "HAVING", "UNION", "MINUS", "FETCH", "OFFSET"]),
    };
    // POSITION('a' IN 'b') is no test.
    let called = tokens.around(place).and_then(|open| open.checked_sub(1));
    let position = called.is_some_and(|name| tokens.is(name, "POSITION"));
    let bracket = |sign, at| tokens.replace(at, at, vec![sign]);
    (ends && !position).then(|| vec![bracket(Token::LParen, place + 1), bracket(Token::RParen, after)])
}

/// `ON OVERFLOW TRUNCATE` with or without a text for what is left out: WITH COUNT, which Oracle takes where nothing is said.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/LISTAGG.html>
fn overflow(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let truncates = place > 0 && tokens.is(place - 1, "ON") && tokens.is(place + 1, "TRUNCATE");
    let filler = usize::from(matches!(tokens.at(place + 2), Token::SingleQuotedString(_)));
    let end = place + 2 + filler;
    let count = ["WITH", "COUNT"].map(|word| Token::make_word(word, None));
    (truncates && tokens.sign(end, &Token::RParen)).then(|| vec![tokens.replace(end, end, count.to_vec())])
}

/// `NTH_VALUE(x, 2) FROM FIRST`, which is where Oracle counts from anyway.
fn from_first(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let open = tokens.pair(place.checked_sub(1)?).filter(|open| *open < place)?;
    let called = open.checked_sub(1).is_some_and(|name| tokens.is(name, "NTH_VALUE"));
    let follows = tokens.is_any(place + 2, &["OVER", "RESPECT", "IGNORE"]);
    (called && follows && tokens.is(place + 1, "FIRST")).then(|| vec![tokens.replace(place, place + 2, Vec::new())])
}

/// `LAG(x IGNORE NULLS, 2)`, which is `LAG(x, 2) IGNORE NULLS`.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/LAG.html>
fn early_nulls(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let open = tokens.around(place)?;
    let called = open.checked_sub(1).is_some_and(|name| tokens.is_any(name, &["LAG", "LEAD"]));
    let more = tokens.is(place + 1, "NULLS") && tokens.sign(place + 2, &Token::Comma);
    let after = tokens.pair(open).filter(|_| called && more)? + 1;
    let words = vec![tokens.at(place).clone(), tokens.at(place + 1).clone()];
    Some(vec![tokens.replace(place, place + 2, Vec::new()), tokens.replace(after, after, words)])
}

/// `VARCHAR2(100 CHAR)`: the parser has no unit behind a length, but a word of any form.
fn length(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let Token::Number(digits, false) = tokens.at(place + 2) else { return None };
    let bracketed = tokens.sign(place + 1, &Token::LParen) && tokens.sign(place + 4, &Token::RParen);
    let unit = tokens.word(place + 3).filter(|_| bracketed && tokens.is_any(place + 3, &["CHAR", "BYTE"]))?;
    let length = plain(format!("{digits} {}", unit.value));
    let name = plain(tokens.word(place)?.value.clone());
    Some(vec![tokens.replace(place, place + 1, vec![name]), tokens.replace(place + 2, place + 4, vec![length])])
}

/// `NUMBER(*, 2)`: the parser has room for a word in the place of the star.
fn any_precision(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let any = tokens.sign(place + 1, &Token::LParen) && tokens.sign(place + 2, &Token::Mul);
    any.then(|| vec![tokens.replace(place + 2, place + 3, vec![plain("*".to_owned())])])
}

/// `CAST(x AS INTERVAL DAY(3) TO SECOND(2))`: several words as one name of a type.
fn span(tokens: &Tokens<'_>, place: usize) -> Option<Vec<Edit>> {
    let digits = |at| {
        let bracketed = tokens.sign(at, &Token::LParen) && matches!(tokens.at(at + 1), Token::Number(..));
        if bracketed && tokens.sign(at + 2, &Token::RParen) { at + 3 } else { at }
    };
    let last = if tokens.is(place + 1, "DAY") { "SECOND" } else { "MONTH" };
    let to = digits(place + 2);
    let of_type =
        place > 0 && tokens.is_any(place - 1, &["AS", "RETURNING"]) && tokens.is_any(place + 1, &["DAY", "YEAR"]);
    let end = digits(to + 2);
    let known = of_type && tokens.is(to, "TO") && tokens.is(to + 1, last);
    known.then(|| vec![tokens.replace(place, end, vec![plain(tokens.text(place, end))])])
}

/// A word without a meaning of its own to the parser.
fn plain(value: String) -> Token {
    Token::Word(Word { value, quote_style: None, keyword: Keyword::NoKeyword })
}
