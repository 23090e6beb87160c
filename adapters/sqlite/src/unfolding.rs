//! Estimates the number of queries that a statement expands to. SQLite copies a common table expression at each mention
//! while it compiles, where neither a limit nor the brake reaches: forty that each name the one before twice took
//! minutes and all memory.

use std::collections::{HashMap, HashSet};

/// Far above what people write, and a few megabytes.
pub(crate) const MOST: u64 = 5_000;

/// At least as many copies of common table expressions as SQLite will make. Reads words, not grammar: a column that
/// is called like one of the expressions may count as a mention.
pub(crate) fn unfolded(text: &str) -> u64 {
    let tokens = tokens(text);
    let definitions = definitions(&tokens);
    let named: HashSet<usize> = definitions.iter().map(|definition| definition.name).collect();
    let mut unfolding = Unfolding { tokens: &tokens, definitions: &definitions, named, known: HashMap::new() };
    unfolding.range(0, tokens.len())
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Sign(char),
}

/// `name [(columns)] AS [[NOT] MATERIALIZED] (body)`, as positions of tokens.
struct Definition {
    name: usize,
    open: usize,
    close: usize,
}

struct Unfolding<'a> {
    tokens: &'a [Token],
    definitions: &'a [Definition],
    named: HashSet<usize>,
    known: HashMap<usize, u64>,
}

impl Unfolding<'_> {
    fn range(&mut self, from: usize, to: usize) -> u64 {
        let mentions: Vec<usize> = (from..to).filter(|at| self.is_mention(*at)).collect();
        let copies = mentions.into_iter().map(|at| self.mention(at));
        copies.fold(1, u64::saturating_add)
    }

    /// Checks whether the token is in the position of a relation, and is not the qualifier of a column.
    fn is_mention(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.tokens[before]);
        let place = match before {
            Some(Token::Word(word)) => matches!(word.as_str(), "from" | "join" | "in"),
            Some(Token::Sign(sign)) => matches!(sign, ',' | '('),
            None => false,
        };
        place && !self.named.contains(&at) && self.tokens.get(at + 1) != Some(&Token::Sign('.'))
    }

    fn mention(&mut self, at: usize) -> u64 {
        let same = |index: &usize| self.tokens[self.definitions[*index].name] == self.tokens[at];
        let found: Vec<usize> = (0..self.definitions.len()).filter(same).collect();
        found.into_iter().map(|index| self.definition(index)).fold(0, u64::saturating_add)
    }

    fn definition(&mut self, index: usize) -> u64 {
        if let Some(known) = self.known.get(&index) {
            return *known;
        }
        // A recursive one is not copied into itself.
        self.known.insert(index, 0);
        let Definition { open, close, .. } = self.definitions[index];
        let copies = self.range(open, close);
        self.known.insert(index, copies);
        copies
    }
}

fn definitions(tokens: &[Token]) -> Vec<Definition> {
    let is = |at: usize, word: &str| matches!(tokens.get(at), Some(Token::Word(found)) if found == word);
    let pairs = pairs(tokens);
    let mut found = Vec::new();
    for at in (1..tokens.len()).filter(|at| is(*at, "as")) {
        let mut open = at + 1;
        open += usize::from(is(open, "not"));
        open += usize::from(is(open, "materialized"));
        let Some(close) = pairs.get(&open) else { continue };
        let columns = pairs.iter().find(|(_, close)| **close == at - 1).map(|(open, _)| *open);
        let name = columns.unwrap_or(at).checked_sub(1);
        if let Some(name) = name.filter(|name| matches!(tokens[*name], Token::Word(_))) {
            found.push(Definition { name, open, close: *close });
        }
    }
    found
}

/// The closing parenthesis of each opening one.
fn pairs(tokens: &[Token]) -> HashMap<usize, usize> {
    let (mut pairs, mut open) = (HashMap::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => open.push(at),
            Token::Sign(')') => {
                if let Some(start) = open.pop() {
                    pairs.insert(start, at);
                }
            }
            _ => {}
        }
    }
    pairs
}

/// Words in lower case and single signs. Whatever is quoted is a word: SQLite takes even `'t'` for a relation.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let quote = match first {
            '\'' | '"' | '`' => Some(first),
            '[' => Some(']'),
            _ => None,
        };
        if let Some(quote) = quote {
            let (word, left) = quoted(after, quote);
            tokens.push(Token::Word(word));
            rest = left;
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_lowercase()));
            rest = &rest[end..];
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            rest = after;
        }
    }
    tokens
}

/// Splits a text at its closing quote, where a doubled quote stands for one.
fn quoted(text: &str, quote: char) -> (String, &str) {
    let (mut word, mut rest) = (String::new(), text);
    loop {
        let (inside, left) = rest.split_once(quote).unwrap_or((rest, ""));
        word.push_str(&inside.to_lowercase());
        match left.strip_prefix(quote) {
            Some(more) if quote != ']' => {
                word.push(quote);
                rest = more;
            }
            _ => return (word, left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: u64) {
        assert_eq!(unfolded(text), expected, "{text}");
    }

    #[test]
    fn copies_are_counted() {
        check("SELECT a, b FROM t JOIN u ON t.id = u.id", 1);
        check("WITH a AS (SELECT 1) SELECT a.x, a.y FROM a WHERE a.z = 'from a'", 2);
        check("WITH a AS (SELECT 1), b AS (SELECT a.x FROM a JOIN a AS c) SELECT * FROM b", 6);
        check("WITH a(x, y) AS NOT MATERIALIZED (SELECT 1, 2) SELECT * FROM \"A\", [a], `a`", 4);
        check("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", 3);
        check("WITH \"a\"\"b\" AS (SELECT 1) SELECT 1 IN 'a' FROM \"a\"\"b\" WHERE 1 IN 'A\"b'", 3);
        check("SELECT CAST(a AS TEXT), count(*) FROM (SELECT 1) AS a", 1);
    }

    #[test]
    fn odd_texts_are_read_to_their_end() {
        for text in ["", "AS (", ") AS (", "AS ()", "' AS (", "((((", "))))", "[", "é AS (é", "a AS (a) AS (a)"] {
            assert!(unfolded(text) < 10, "{text}");
        }
    }
}
