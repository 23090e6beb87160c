//! Writes into the text of a statement what it left unsaid or said loosely: names in the place of a `*`, schemas before
//! tables, texts and aliases in the quotes that mean them, expressions in the place of their aliases.

use sqlparser::tokenizer::Location;

/// What is written at a place of the text.
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
    /// An expression, in the place of its alias that stands there.
    Meant { alias: String, expr: String },
}

/// The text with what was left unsaid at these places; `None` where a place does not hold what it should.
pub(super) fn spell_out(text: &str, unsaid: &[(Location, Unsaid)]) -> Option<String> {
    let mut places: Vec<(usize, &Unsaid)> =
        unsaid.iter().map(|(place, what)| Some((byte_at(text, *place)?, what))).collect::<Option<_>>()?;
    places.sort_unstable_by_key(|(at, _)| *at);
    let (mut out, mut done) = (String::with_capacity(text.len() * 2), 0);
    for (at, what) in places {
        out.push_str(text.get(done..at)?);
        done = at;
        match what {
            Unsaid::Columns(columns) => {
                text[at..].strip_prefix('*')?;
                out.push_str(columns);
                done += 1;
            }
            Unsaid::Schema(schema) => {
                text[at..].chars().next().filter(|first| first.is_alphabetic() || matches!(first, '_' | '"'))?;
                out.push_str(schema);
                out.push('.');
            }
            Unsaid::Text(value) => {
                done += quoted(&text[at..], '"', value)?;
                // `LIKE"x"` must not become a literal with a prefix.
                out.push_str(if out.ends_with(|c: char| c.is_alphanumeric() || c == '_') { " '" } else { "'" });
                out.push_str(&value.replace('\'', "''"));
                out.push('\'');
            }
            Unsaid::Alias(name) => {
                done += quoted(&text[at..], '\'', name)?;
                out.push_str(if out.ends_with(|c: char| c.is_alphanumeric() || c == '_') { " \"" } else { "\"" });
                out.push_str(name);
                out.push('"');
            }
            Unsaid::Meant { alias, expr } => {
                let more = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '#' | '"');
                text[at..].strip_prefix(alias.as_str()).filter(|rest| !rest.starts_with(more))?;
                out.push_str(expr);
                done += alias.len();
            }
        }
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// The length of `value` between these quotes, where it stands at the beginning of the text.
fn quoted(text: &str, quote: char, value: &str) -> Option<usize> {
    let doubled = value.replace(quote, &format!("{quote}{quote}"));
    let rest = text.strip_prefix(quote)?.strip_prefix(doubled.as_str())?.strip_prefix(quote)?;
    (!rest.starts_with(quote)).then_some(text.len() - rest.len())
}

/// The byte of a line and a character, both from 1.
fn byte_at(text: &str, place: Location) -> Option<usize> {
    let before: usize =
        text.split_inclusive('\n').take(usize::try_from(place.line).ok()?.checked_sub(1)?).map(str::len).sum();
    let line = text.get(before..)?;
    line.char_indices().nth(usize::try_from(place.column).ok()?.checked_sub(1)?).map(|(at, _)| before + at)
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
    fn an_alias_gives_way_to_what_it_stands_for() {
        let alias = |column: u64, alias: &str| {
            let unsaid = Unsaid::Meant { alias: alias.to_owned(), expr: "(a || b)".to_owned() };
            [(Location { line: 1, column }, unsaid)]
        };
        let text = "GROUP BY ab, \"C d\"";
        assert_eq!(spell_out(text, &alias(10, "ab")).unwrap(), "GROUP BY (a || b), \"C d\"");
        assert_eq!(spell_out(text, &alias(14, "\"C d\"")).unwrap(), "GROUP BY ab, (a || b)");
        assert_eq!(spell_out(text, &alias(10, "a")), None);
        assert_eq!(spell_out(text, &alias(1, "ab")), None);
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
}
