//! The patterns of LIKE and GLOB.

use rusqlite::Result;

use super::Patience;
use super::find::continues;

/// The wildcards of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// `%` any text, `_` any character; letters from A to Z are equal to small ones.
    Like,
    /// `*` any text, `?` any character, `[a-z]` one of a set, `[^a-z]` one of the others.
    Glob,
}

/// A pattern taken apart. Texts and patterns end at their first NUL, as in SQLite.
pub(super) struct Pattern {
    parts: Vec<Part>,
    folded: bool,
}

enum Part {
    Any,
    One,
    Just(u32),
    Set {
        others: bool,
        ranges: Vec<(u32, u32)>,
    },
    /// A set without an end, or an escape of nothing.
    Never,
}

impl Pattern {
    /// `escape` takes the meaning from the sign that follows it; only LIKE has it.
    pub(super) fn new(pattern: &[u8], wildcards: Wildcards, escape: Option<u32>) -> Self {
        let (any, one) = match wildcards {
            Wildcards::Like => ('%', '_'),
            Wildcards::Glob => ('*', '?'),
        };
        let (mut parts, mut rest) = (Vec::new(), pattern);
        while let Some(sign) = next(&mut rest) {
            parts.push(if Some(sign) == escape {
                next(&mut rest).map_or(Part::Never, Part::Just)
            } else if sign == u32::from(any) {
                Part::Any
            } else if sign == u32::from(one) {
                Part::One
            } else if wildcards == Wildcards::Glob && sign == u32::from('[') {
                set(&mut rest).unwrap_or(Part::Never)
            } else {
                Part::Just(sign)
            });
        }
        Self { parts, folded: wildcards == Wildcards::Like }
    }

    /// Checks whether the whole text matches the pattern. After a wildcard for any text, a mismatch extends that
    /// wildcard by one character and retries; earlier wildcards need no retry.
    pub(super) fn matches(&self, text: &[u8], patience: &mut Patience<'_>) -> Result<bool> {
        let (mut at, mut rest) = (0, text);
        let mut retry: Option<(usize, &[u8])> = None;
        loop {
            match self.parts.get(at) {
                Some(Part::Any) => {
                    at += 1;
                    if at == self.parts.len() {
                        return Ok(true);
                    }
                    retry = Some((at, rest));
                    continue;
                }
                Some(part) => {
                    patience.spend(part.cost())?;
                    let mut after = rest;
                    if next(&mut after).is_some_and(|found| self.fits(part, found)) {
                        (at, rest) = (at + 1, after);
                        continue;
                    }
                }
                None if next(&mut { rest }).is_none() => return Ok(true),
                None => patience.spend(1)?,
            }
            let Some((after_any, mut from)) = retry else { return Ok(false) };
            if next(&mut from).is_none() {
                return Ok(false);
            }
            (at, rest, retry) = (after_any, from, Some((after_any, from)));
        }
    }

    fn fits(&self, part: &Part, found: u32) -> bool {
        match part {
            Part::Any | Part::One => true,
            Part::Just(wanted) => *wanted == found || self.folded && small(*wanted) == small(found),
            Part::Set { others, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&found)) != *others
            }
            Part::Never => false,
        }
    }
}

impl Part {
    fn cost(&self) -> usize {
        match self {
            Self::Set { ranges, .. } => 1 + ranges.len(),
            _ => 1,
        }
    }
}

/// The only character of a text, if it has one and no more.
pub(super) fn only_character(text: &[u8]) -> Option<u32> {
    let mut rest = text;
    let only = next(&mut rest)?;
    next(&mut rest).is_none().then_some(only)
}

/// Parses a set after its `[`; `None` if the `]` is missing.
fn set(rest: &mut &[u8]) -> Option<Part> {
    let mut sign = next(rest)?;
    let others = sign == u32::from('^');
    if others {
        sign = next(rest)?;
    }
    let (mut ranges, mut before) = (Vec::new(), None);
    let mut first = true;
    while first || sign != u32::from(']') {
        let ends = matches!(rest.first(), None | Some(0 | b']'));
        if first && sign == u32::from(']') {
            ranges.push((sign, sign));
        } else if let (true, false, Some(from)) = (sign == u32::from('-'), ends, before) {
            ranges.push((from, next(rest)?));
            before = None;
        } else {
            ranges.push((sign, sign));
            before = Some(sign);
        }
        first = false;
        sign = next(rest)?;
    }
    Some(Part::Set { others, ranges })
}

/// Letters from A to Z as small ones.
fn small(sign: u32) -> u32 {
    if (0x41..=0x5A).contains(&sign) { sign | 0x20 } else { sign }
}

/// The next character as SQLite reads it, which reads anything; none at the end or at a NUL.
fn next(rest: &mut &[u8]) -> Option<u32> {
    let (first, after) = rest.split_first().filter(|(first, _)| **first != 0)?;
    *rest = after;
    let mut sign = u32::from(*first);
    if sign < 0xC0 {
        return Some(sign);
    }
    sign &= match first {
        0xC0..0xE0 => 0x1F,
        0xE0..0xF0 => 0x0F,
        0xF0..0xF8 => 0x07,
        0xF8..0xFC => 0x03,
        0xFC..0xFE => 0x01,
        _ => 0,
    };
    while let Some((more, after)) = rest.split_first().filter(|(more, _)| continues(**more)) {
        sign = (sign << 6) + u32::from(more & 0x3F);
        *rest = after;
    }
    let odd = sign < 0x80 || sign & 0xFFFF_F800 == 0xD800 || sign & 0xFFFF_FFFE == 0xFFFE;
    Some(if odd { 0xFFFD } else { sign })
}
