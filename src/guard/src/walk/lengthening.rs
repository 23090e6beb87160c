//! Columns of a recursive common table expression that become several times as long with each step.

use sqlparser::ast::{Expr, Ident};
use sqlparser::tokenizer::{Span, Token};

use crate::Dialect;

use super::super::parse::raw_tokens;
use super::ending::{Arm, gives};

/// Functions that make a text no longer, or longer by what else they are given.
const KEEPS: &[&str] = &[
    "ABS",
    "ADD_MONTHS",
    "ARRAY_APPEND",
    "CAST",
    "CHR",
    "COALESCE",
    "CONCAT",
    "CONCAT_WS",
    "DATE",
    "DATETIME",
    "DATE_TRUNC",
    "DECIMAL",
    "EXTRACT",
    "FLOOR",
    "GREATEST",
    "IFNULL",
    "IN",
    "INTEGER",
    "LAST_DAY",
    "LEAST",
    "LOWER",
    "LTRIM",
    "MOD",
    "NUMBER",
    "NUMERIC",
    "NVL",
    "ROUND",
    "RTRIM",
    "STRFTIME",
    "SUBSTR",
    "SUBSTRING",
    "TO_CHAR",
    "TRIM",
    "TRUNC",
    "UPPER",
    "VARCHAR",
    "VARCHAR2",
];

impl Arm<'_> {
    /// A column that becomes several times as long with each step.
    pub(super) fn grows(&self) -> Option<String> {
        let mut items = (0..self.columns.len()).filter_map(|position| gives(self.select, position));
        items.find(|item| self.multiplies(&item.to_string())).map(ToString::to_string)
    }

    /// True for an item that may hold more than one of its own columns, or one that something unknown is done to.
    fn multiplies(&self, item: &str) -> bool {
        let own = self.own(item);
        let words = words(item, self.dialect);
        let calls = || words.windows(2).filter(|pair| pair[1] == Token::LParen).filter_map(|pair| unquoted(&pair[0]));
        let joins =
            [Token::StringConcat, Token::LBracket].iter().any(|sign| words.contains(sign)) || calls().next().is_some();
        let unknown = calls().any(|name| !KEEPS.contains(&name.as_str()))
            || words.iter().any(|word| unquoted(word).is_some_and(|word| word == "SELECT"));
        (own > 1 && joins) || (own > 0 && unknown)
    }

    /// Counts the columns of its own that a text names.
    pub(super) fn own(&self, text: &str) -> usize {
        let words = words(text, self.dialect);
        let ident = |token: &Token| match token {
            Token::Word(word) => Some(word.to_ident(Span::empty())),
            _ => None,
        };
        let mut count = 0;
        let mut at = 0;
        while at < words.len() {
            let mut parts: Vec<Ident> = ident(&words[at]).into_iter().collect();
            while !parts.is_empty() && words.get(at + 1) == Some(&Token::Period) {
                parts.extend(words.get(at + 2).and_then(ident));
                at += 2;
            }
            count += usize::from(!parts.is_empty() && self.position(&Expr::CompoundIdentifier(parts)).is_some());
            at += 1;
        }
        count
    }
}

/// A text's words and signs.
fn words(text: &str, dialect: Dialect) -> Vec<Token> {
    let tokens = raw_tokens(text, dialect).unwrap_or_default().into_iter().map(|token| token.token);
    tokens.filter(|token| !matches!(token, Token::Whitespace(_))).collect()
}

/// A word without quotes, in upper case.
fn unquoted(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
        _ => None,
    }
}
