//! Checks of a statement's text before SQLite compiles it, where SQLite has no limit of its own.

use crate::unfolding;

/// Parentheses in each other at most: SQLite compiles nested queries on the thread's own stack, without a limit.
const DEPTH: usize = 100;

/// Bytes of a statement at most, so that reading it here costs nothing.
const LONGEST: usize = 64 * 1024;

/// Refuses what follows a `;` outside quotes, deep nesting and what unfolds. Comments need no care: the connection
/// refuses them.
pub(crate) fn check_shape(text: &str) -> Result<(), &'static str> {
    if text.len() > LONGEST {
        return Err("too long");
    }
    let (mut quote, mut depth) = (None, 0_usize);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(end), _) if character == end => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ';') if !text[at + 1..].trim().is_empty() => return Err("more than one statement"),
            _ => {}
        }
        if depth > DEPTH {
            return Err("too deeply nested");
        }
    }
    if unfolding::unfolded(text) > unfolding::MOST {
        Err("its WITH clauses unfold to too many queries")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_statement_is_seen() {
        for (text, expected) in [
            ("SELECT 1", false),
            ("SELECT 1; ", false),
            ("SELECT ';'", false),
            ("SELECT 'it''s; fine'", false),
            ("SELECT \"a;b\", [c;d], `e;f` FROM t", false),
            ("SELECT 1; SELECT 2", true),
            ("SELECT 1;;", true),
            ("SELECT 'a'; DROP TABLE t", true),
            ("SELECT 'a'';'; DROP TABLE t", true),
        ] {
            assert_eq!(check_shape(text).is_err(), expected, "{text}");
        }
    }
}
