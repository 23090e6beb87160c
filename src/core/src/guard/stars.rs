//! Puts names in the place of a `*` in the text of a statement.

use sqlparser::tokenizer::Location;

/// The text with each `*` at these places replaced; `None` where a place holds none.
pub(super) fn spell_out(text: &str, stars: &[(Location, String)]) -> Option<String> {
    let mut places: Vec<(usize, &str)> =
        stars.iter().map(|(place, columns)| Some((byte_at(text, *place)?, columns.as_str()))).collect::<Option<_>>()?;
    places.sort_unstable();
    let (mut out, mut done) = (String::with_capacity(text.len() * 2), 0);
    for (at, columns) in places {
        out.push_str(text.get(done..at)?);
        text[at..].strip_prefix('*')?;
        out.push_str(columns);
        done = at + 1;
    }
    out.push_str(&text[done..]);
    Some(out)
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

    fn at(line: u64, column: u64, columns: &str) -> (Location, String) {
        (Location { line, column }, columns.to_owned())
    }

    #[test]
    fn only_a_star_is_replaced() {
        let text = "SELECT é.*,\n  *\nFROM t";
        let stars = [at(2, 3, "c.d"), at(1, 10, "a, é.b")];
        assert_eq!(spell_out(text, &stars).unwrap(), "SELECT é.a, é.b,\n  c.d\nFROM t");
        for wrong in [at(0, 0, "a"), at(1, 9, "a"), at(3, 1, "a"), at(9, 9, "a"), at(1, 99, "a")] {
            assert_eq!(spell_out(text, &[wrong]), None);
        }
        assert_eq!(spell_out(text, &[at(2, 3, "a"), at(2, 3, "b")]), None);
    }
}
