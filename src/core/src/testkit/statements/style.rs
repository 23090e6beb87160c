//! Variations in how people write: case, white space and comments at random, wherever these change nothing.

use crate::domain::Dialect;
use crate::testkit::dice::Dice;

/// Replacements for a space, now and then.
const SPACES: [&str; 8] =
    ["\n", "  ", "\t", "\n    ", " /* it's a comment; */ ", " -- select \"this\n", "\r\n", " /**/ "];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    AsIs,
    Upper,
    Lower,
    Mixed,
}

/// A statement as somebody else would have typed it. Text in quotes stays as it is.
pub(super) fn styled(sql: &str, dialect: Dialect, dice: &mut Dice) -> String {
    let case = dice.pick(&[Case::AsIs, Case::AsIs, Case::Upper, Case::Lower, Case::Mixed]);
    let (loose, tight) = (dice.pick(&[0, 0, 3, 15]), dice.pick(&[0, 0, 30, 90]));
    let mut styled = String::with_capacity(sql.len() * 2);
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let quoted = quoted_length(rest, dialect);
        if quoted > 0 {
            styled.push_str(&rest[..quoted]);
            rest = &rest[quoted..];
        } else if is_letter(first) {
            let end = rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len());
            push_word(&mut styled, &rest[..end], case, dice);
            rest = &rest[end..];
        } else {
            rest = &rest[first.len_utf8()..];
            match first {
                ' ' if dice.percent(tight) && may_go(&styled, rest) => {}
                ' ' if dice.percent(loose) => {
                    let spaces = dice.pick(&SPACES);
                    // SQLite reads FILTER, OVER and WINDOW as such only where no comment stands before what follows them.
                    let bare = dialect == Dialect::Sqlite && (rest.starts_with('(') || sql.contains(" WINDOW "));
                    styled.push_str(if bare { " " } else { spaces });
                }
                other => styled.push(other),
            }
        }
    }
    if dice.percent(15) {
        styled.push_str(dice.pick(&[";", " ;\n", "\n-- the end", " /* done */;"]));
    }
    if dice.percent(6) { format!("-- what was asked\n{styled}") } else { styled }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the text in quotes that begins here; 0 where none does.
fn quoted_length(text: &str, dialect: Dialect) -> usize {
    let prefixed = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let until = |from: usize, end: &str| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    match text.as_bytes()[0] {
        b'$' if text.starts_with("$$") => until(2, "$$"),
        b'$' if text.starts_with("$tag$") => until(5, "$tag$"),
        quote @ (b'\'' | b'"' | b'`') => {
            let quote = char::from(quote).to_string();
            // A doubled quote ends one text and begins the next.
            until(1, &quote)
        }
        b'[' if dialect == Dialect::Sqlite => until(1, "]"),
        _ if prefixed("q'[") => until(3, "]'"),
        _ if prefixed("E'") || prefixed("N'") => 2 + quoted_length(&text[1..], dialect) - 1,
        _ => 0,
    }
}

fn push_word(into: &mut String, word: &str, case: Case, dice: &mut Dice) {
    // Databases fold the letters of ASCII only, or all of them.
    if !word.is_ascii() || case == Case::AsIs {
        into.push_str(word);
        return;
    }
    match case {
        Case::AsIs => {}
        Case::Upper => into.push_str(&word.to_ascii_uppercase()),
        Case::Lower => into.push_str(&word.to_ascii_lowercase()),
        Case::Mixed => {
            into.extend(
                word.chars().map(|c| if dice.percent(50) { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }),
            );
        }
    }
}

/// Checks whether a space between these may be omitted, because a sign beside it separates the two.
fn may_go(before: &str, after: &str) -> bool {
    let sign = |c: char| matches!(c, '(' | ')' | ',' | '=' | '<' | '>' | '+' | '-' | '*' | '/' | '|' | '&' | '%');
    let (Some(last), Some(next)) = (before.chars().last(), after.chars().next()) else { return false };
    // Before a comment of ours, and between signs, a space may be what keeps two from being one.
    let one = sign(last) != sign(next);
    let bracket = matches!(last, '(' | ',') || matches!(next, ')' | ',');
    (one || bracket) && !before.ends_with("--") && last != ' ' && last != '\n'
}
