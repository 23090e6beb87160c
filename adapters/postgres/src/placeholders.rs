//! From the `:name` of an approved statement to the `$1` that PostgreSQL takes.

use std::fmt::Write as _;

/// The statement with numbers, and the names in the order of their numbers, each once.
pub(crate) fn numbered(text: &str) -> (String, Vec<String>) {
    let (mut out, mut names) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\'' => literal(rest, escapes(&out)),
            '"' => literal(rest, false),
            '$' => dollars(rest),
            ':' if !follows_a_value(&out) => match name(rest) {
                Some(name) => {
                    let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
                        names.push(name.to_owned());
                        names.len() - 1
                    });
                    let _ = write!(out, "${}", at + 1);
                    rest = &rest[1 + name.len()..];
                    continue;
                }
                None => 1,
            },
            other => other.len_utf8(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    (out, names)
}

/// `a::text` and `a[1:n]` are no parameters: a colon of theirs stands right behind a value or another colon.
fn follows_a_value(before: &str) -> bool {
    before.chars().next_back().is_some_and(|c| is_word(c) || matches!(c, ':' | ')' | ']' | '\'' | '"'))
}

fn name(text: &str) -> Option<&str> {
    let text = &text[1..];
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    let name = &text[..end];
    (name.chars().next().is_some_and(|c| !c.is_ascii_digit()) && !text[end..].starts_with("::=")).then_some(name)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Checks whether the next quote opens an `E'…'` string.
fn escapes(before: &str) -> bool {
    let mut back = before.chars().rev();
    matches!(back.next(), Some('e' | 'E')) && !back.next().is_some_and(|c| is_word(c) || c == '$')
}

/// Bytes up to and with the closing quote; two quotes are one, and a backslash hides the next character where it may.
fn literal(text: &str, escapes: bool) -> usize {
    let mut characters = text.char_indices();
    let quote = characters.next().map(|(_, quote)| quote);
    while let Some((at, character)) = characters.next() {
        if escapes && character == '\\' {
            characters.next();
        } else if Some(character) == quote {
            let after = at + character.len_utf8();
            if text[after..].chars().next() != quote {
                return after;
            }
            characters.next();
        }
    }
    text.len()
}

/// Bytes of a `$tag$…$tag$`; of a lone dollar, one.
fn dollars(text: &str) -> usize {
    let Some(end) = text[1..].find(|c: char| !is_word(c)).filter(|end| text[1 + end..].starts_with('$')) else {
        return 1;
    };
    let tag = &text[..end + 2];
    text[tag.len()..].find(tag).map_or(text.len(), |close| close + 2 * tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_are_numbered() {
        for (text, expected, names) in [
            (
                "SELECT a FROM t WHERE id = :id AND b > :b OR id = :id",
                "SELECT a FROM t WHERE id = $1 AND b > $2 OR id = $1",
                "id b",
            ),
            (
                "SELECT a::text, ':no', \":no\", E'\\':no', 'it''s :no'",
                "SELECT a::text, ':no', \":no\", E'\\':no', 'it''s :no'",
                "",
            ),
            ("SELECT a[1:n], a[:m] FROM t", "SELECT a[1:n], a[$1] FROM t", "m"),
            ("SELECT $$ :no $$, $x$ $$ :no $x$, :yes", "SELECT $$ :no $$, $x$ $$ :no $x$, $1", "yes"),
            ("SELECT CAST(:n AS DATE), :n::date, (:é)", "SELECT CAST($1 AS DATE), $1::date, ($2)", "n é"),
            ("SELECT name'\\', :a", "SELECT name'\\', $1", "a"),
            ("SELECT '12:30', x ~ '^:a' AND b = : a", "SELECT '12:30', x ~ '^:a' AND b = : a", ""),
            (
                "a ? :k AND a ?| :l AND a ?& ARRAY[':n'] AND b @@ :q",
                "a ? $1 AND a ?| $2 AND a ?& ARRAY[':n'] AND b @@ $3",
                "k l q",
            ),
            ("':open", "':open", ""),
            ("$a$ :open", "$a$ :open", ""),
        ] {
            let (numbered, found) = numbered(text);
            assert_eq!((numbered.as_str(), found.join(" ").as_str()), (expected, names), "{text}");
        }
    }
}
