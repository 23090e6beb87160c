//! Writes into the text of a statement what it left unsaid: names in the place of a `*`, schemas before tables.

use sqlparser::tokenizer::Location;

/// What is written at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// Columns, in the place of the `*` that stands there.
    Columns(String),
    /// A schema, before the name of a table that stands there.
    Schema(String),
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
                let rest = text[at..].strip_prefix('*')?;
                push(&mut out, columns);
                done += 1;
                // `SELECT*FROM`: names end and begin where the sign did not have to.
                if rest.starts_with(is_word) {
                    out.push(' ');
                }
            }
            Unsaid::Schema(schema) => {
                text[at..].chars().next().filter(|first| first.is_alphabetic() || matches!(first, '_' | '"'))?;
                push(&mut out, schema);
                out.push('.');
            }
        }
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Writes a name behind what is there, so that two words do not become one.
fn push(out: &mut String, name: &str) {
    if out.ends_with(is_word) {
        out.push(' ');
    }
    out.push_str(name);
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#')
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
    fn words_that_stood_apart_stay_apart() {
        let unsaid = [at(1, 7, "a, b"), (Location { line: 1, column: 12 }, Unsaid::Schema("s".to_owned()))];
        assert_eq!(spell_out("SELECT*FROM\"t\"", &unsaid).unwrap(), "SELECT a, b FROM s.\"t\"");
    }
}
