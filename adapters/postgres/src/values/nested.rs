//! Arrays, ranges and rows, written as PostgreSQL writes them.

use std::fmt::Write as _;

use super::Shape;
use super::wire::Wire;

/// Deeper than PostgreSQL makes arrays: <https://www.postgresql.org/docs/current/limits.html> names no limit, its source
/// (`MAXDIM`) six.
const DIMENSIONS: i32 = 6;

/// `{1,2,NULL}`; what comes after `most` bytes is left out, since the cell is cut there.
pub(super) fn array(of: &Shape, wire: &mut Wire<'_>, most: usize) -> Option<String> {
    let (dimensions, _has_nulls, _number) = (wire.i32()?, wire.i32()?, wire.u32()?);
    if !(0..=DIMENSIONS).contains(&dimensions) {
        return None;
    }
    let mut lengths = Vec::new();
    for _ in 0..dimensions {
        lengths.push(usize::try_from(wire.i32()?).ok()?);
        let _lower_bound = wire.i32()?;
    }
    let mut text = String::new();
    if lengths.is_empty() {
        return Some("{}".to_owned());
    }
    level(of, wire, &lengths, most, &mut text)?;
    Some(text)
}

fn level(of: &Shape, wire: &mut Wire<'_>, lengths: &[usize], most: usize, text: &mut String) -> Option<()> {
    let (length, inner) = lengths.split_first()?;
    text.push('{');
    for at in 0..*length {
        if text.len() > most {
            return Some(());
        }
        if at > 0 {
            text.push(',');
        }
        if inner.is_empty() {
            element(of, wire, most, text)?;
        } else {
            level(of, wire, inner, most, text)?;
        }
    }
    text.push('}');
    Some(())
}

fn element(of: &Shape, wire: &mut Wire<'_>, most: usize, text: &mut String) -> Option<()> {
    let Some(bytes) = wire.part()? else {
        text.push_str("NULL");
        return Some(());
    };
    let word = of.text(bytes, most)?;
    let special = |c: char| matches!(c, '{' | '}' | ',' | '"' | '\\') || c.is_ascii_whitespace();
    // An array in an array's domain, or a word that would be read otherwise.
    if word.is_empty() || word.contains(special) || word.eq_ignore_ascii_case("null") {
        write!(text, "\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")).ok()?;
    } else {
        text.push_str(&word);
    }
    Some(())
}

/// `(1,"a b",)`: a null is nothing at all.
pub(super) fn record(shapes: &[Shape], wire: &mut Wire<'_>, most: usize) -> Option<String> {
    let mut fields = Vec::new();
    for at in 0..usize::try_from(wire.i32()?).ok()? {
        let number = wire.u32()?;
        let field = match wire.part()? {
            Some(bytes) => {
                let shape = Shape::of_number(number).or_else(|| shapes.get(at).cloned())?;
                quoted(&shape.text(bytes, most)?, &['(', ')'])
            }
            None => String::new(),
        };
        fields.push(field);
    }
    Some(format!("({})", fields.join(",")))
}

/// `[1,5)`, `(,5)`, `empty`. Flags: <https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/utils/rangetypes.h>.
pub(super) fn range(of: &Shape, wire: &mut Wire<'_>, most: usize) -> Option<String> {
    let flags = wire.u8()?;
    let has = |flag: u8| flags & flag != 0;
    if has(0x01) {
        return Some("empty".to_owned());
    }
    let mut bound = |endless: bool| {
        if endless { Some(String::new()) } else { Some(quoted(&of.text(wire.part()??, most)?, &['(', ')', '[', ']'])) }
    };
    let (lower, upper) = (bound(has(0x08))?, bound(has(0x10))?);
    let (open, close) = (if has(0x02) { '[' } else { '(' }, if has(0x04) { ']' } else { ')' });
    Some(format!("{open}{lower},{upper}{close}"))
}

/// In quotes where it must be.
fn quoted(word: &str, brackets: &[char]) -> String {
    let special = |c: char| brackets.contains(&c) || matches!(c, ',' | '"' | '\\') || c.is_ascii_whitespace();
    if word.is_empty() || word.contains(special) {
        format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\"\""))
    } else {
        word.to_owned()
    }
}
