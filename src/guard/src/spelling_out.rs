//! Corrects the text of a statement where it is incomplete or loose: names in the place of a `*`, schemas before
//! tables, the right quotes around texts and aliases, expressions in the place of their aliases.

use std::borrow::Cow;

use sqlparser::tokenizer::Location;

use super::known::byte_of;

/// A correction at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// Columns, in the place of the `*` that stands there.
    Columns(String),
    /// A schema, before the name of a table that stands there.
    Schema(String),
    /// A text, in the place of the word in double quotes that stands there.
    Text(String),
    /// A name, in the place of the text in single quotes that stands there.
    Alias(String),
    /// An expression, in the place of the alias that stands there.
    Expression { alias: String, expr: String },
}

/// The text with what was left unsaid at these places; `None` where a place does not hold what it should.
pub(super) fn spell_out(text: &str, unsaid: &[(Location, Unsaid)]) -> Option<String> {
    let mut places: Vec<(usize, &Unsaid)> = unsaid
        .iter()
        .map(|(place, what)| Some((byte_of(text, place.line, place.column)?, what)))
        .collect::<Option<_>>()?;
    places.sort_unstable_by_key(|(at, _)| *at);
    let (mut out, mut done) = (String::with_capacity(text.len() * 2), 0);
    for (at, what) in places {
        out.push_str(text.get(done..at)?);
        let (written, taken) = instead(&text[at..], what)?;
        done = at + taken;
        // In `SELECT*FROM` and `LIKE"x"` a sign kept words apart: without the space two would become one, or a prefix.
        if out.ends_with(is_word) {
            out.push(' ');
        }
        out.push_str(&written);
        if taken > 0 && written.ends_with(is_word) && text[done..].starts_with(is_word) {
            out.push(' ');
        }
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// The words to write at the beginning of this text, and the number of bytes that they replace.
fn instead<'w>(text: &str, what: &'w Unsaid) -> Option<(Cow<'w, str>, usize)> {
    match what {
        Unsaid::Columns(columns) => {
            text.strip_prefix('*')?;
            Some((columns.into(), 1))
        }
        Unsaid::Schema(schema) => {
            text.chars().next().filter(|first| first.is_alphabetic() || matches!(first, '_' | '"'))?;
            Some((format!("{schema}.").into(), 0))
        }
        Unsaid::Text(value) => Some((format!("'{}'", value.replace('\'', "''")).into(), quoted(text, '"', value)?)),
        Unsaid::Alias(name) => Some((format!("\"{name}\"").into(), quoted(text, '\'', name)?)),
        Unsaid::Expression { alias, expr } => {
            let more = |c: char| is_word(c) || c == '"';
            text.strip_prefix(alias.as_str()).filter(|rest| !rest.starts_with(more))?;
            Some((expr.into(), alias.len()))
        }
    }
}

/// The length of `value` between these quotes, where it stands at the beginning of the text.
fn quoted(text: &str, quote: char, value: &str) -> Option<usize> {
    let doubled = value.replace(quote, &format!("{quote}{quote}"));
    let rest = text.strip_prefix(quote)?.strip_prefix(doubled.as_str())?.strip_prefix(quote)?;
    (!rest.starts_with(quote)).then_some(text.len() - rest.len())
}

/// True of a character that can be part of a word.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u64, column: u64, columns: &str) -> (Location, Unsaid) {
        (Location { line, column }, Unsaid::Columns(columns.to_owned()))
    }

    fn schema(line: u64, column: u64) -> (Location, Unsaid) {
        (Location { line, column }, Unsaid::Schema("\"s\"".to_owned()))
    }

    #[test]
    fn only_what_is_there_is_spelled_out() {
        let text = "SELECT é.*,\n  *\nFROM t, \"T\"";
        let unsaid = [at(2, 3, "c.d"), at(1, 10, "a, é.b"), schema(3, 6), schema(3, 9)];
        let expected = "SELECT é.a, é.b,\n  c.d\nFROM \"s\".t, \"s\".\"T\"";
        assert_eq!(spell_out(text, &unsaid).unwrap(), expected);
        for wrong in [at(0, 0, "a"), at(1, 9, "a"), at(3, 1, "a"), at(9, 9, "a"), at(1, 99, "a"), schema(2, 3)] {
            assert_eq!(spell_out(text, &[wrong]), None);
        }
        assert_eq!(spell_out(text, &[at(2, 3, "a"), at(2, 3, "b")]), None);
    }

    #[test]
    fn quotes_are_changed_where_their_words_stand() {
        let text = "SELECT a 'x [1]' WHERE b=\"it's\" OR c LIKE\"y\"\"z\"";
        let place = |column, what| (Location { line: 1, column }, what);
        let (alias, word) = (|name: &str| Unsaid::Alias(name.to_owned()), |value: &str| Unsaid::Text(value.to_owned()));
        let unsaid = [place(10, alias("x [1]")), place(26, word("it's")), place(42, word("y\"z"))];
        let expected = "SELECT a \"x [1]\" WHERE b='it''s' OR c LIKE 'y\"z'";
        assert_eq!(spell_out(text, &unsaid).as_deref(), Some(expected));
        for wrong in [place(10, word("x [1]")), place(10, alias("x")), place(26, word("it")), place(42, word("y"))] {
            assert_eq!(spell_out(text, std::slice::from_ref(&wrong)), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_alias_gives_way_to_what_it_stands_for() {
        let alias = |column: u64, alias: &str| {
            let unsaid = Unsaid::Expression { alias: alias.to_owned(), expr: "(a || b)".to_owned() };
            [(Location { line: 1, column }, unsaid)]
        };
        let text = "GROUP BY ab, \"C d\"";
        assert_eq!(spell_out(text, &alias(10, "ab")).unwrap(), "GROUP BY (a || b), \"C d\"");
        assert_eq!(spell_out(text, &alias(14, "\"C d\"")).unwrap(), "GROUP BY ab, (a || b)");
        assert_eq!(spell_out(text, &alias(10, "a")), None);
        assert_eq!(spell_out(text, &alias(1, "ab")), None);
    }

    #[test]
    fn words_that_stood_apart_stay_apart() {
        let unsaid = [at(1, 7, "a, b"), (Location { line: 1, column: 12 }, Unsaid::Schema("s".to_owned()))];
        assert_eq!(spell_out("SELECT*FROM\"t\"", &unsaid).unwrap(), "SELECT a, b FROM s.\"t\"");
    }
}
