//! Trims the characters of a set from the ends of a text.

use std::collections::HashSet;

use rusqlite::Result;

use super::Patience;
use super::find::continues;

/// The ends to trim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Left,
    Right,
    Both,
}

/// Returns the trimmed `text`. The set ends at its first NUL, as in SQLite.
pub(super) fn trimmed<'t>(text: &'t [u8], set: &[u8], ends: Ends, patience: &mut Patience<'_>) -> Result<&'t [u8]> {
    let set = set.split(|byte| *byte == 0).next().unwrap_or_default();
    let set = match str::from_utf8(set) {
        Ok(valid) => Set::Characters(valid.chars().map(valid_bytes).collect()),
        Err(_) => Set::Pieces(pieces(set)),
    };
    let mut text = text;
    if ends != Ends::Right {
        while let Some(length) = set.first_of(text, patience)? {
            text = &text[length..];
        }
    }
    if ends != Ends::Left {
        while let Some(length) = set.last_of(text, patience)? {
            text = &text[..text.len() - length];
        }
    }
    Ok(text)
}

enum Set<'s> {
    /// None is the start or the end of another: whether one matches is a single look.
    Characters(HashSet<Character>),
    /// Of a set that is not UTF-8, one may be the start of another and the first in the set counts: each is tried, with
    /// an eye on the brake.
    Pieces(Vec<&'s [u8]>),
}

/// Up to four bytes, with zeros after them.
type Character = [u8; 4];

impl Set<'_> {
    /// Bytes of the member that `text` starts with.
    fn first_of(&self, text: &[u8], patience: &mut Patience<'_>) -> Result<Option<usize>> {
        match self {
            Self::Characters(set) => {
                patience.spend(1)?;
                let length = text.first().map(|first| match first {
                    0..0xC0 => 1,
                    0xC0..0xE0 => 2,
                    0xE0..0xF0 => 3,
                    0xF0.. => 4,
                });
                let start = length.and_then(|length| text.get(..length));
                Ok(start.filter(|start| set.contains(&character(start))).map(<[u8]>::len))
            }
            Self::Pieces(pieces) => first_piece(pieces, patience, |piece| text.starts_with(piece)),
        }
    }

    /// Bytes of the member that `text` ends with.
    fn last_of(&self, text: &[u8], patience: &mut Patience<'_>) -> Result<Option<usize>> {
        match self {
            Self::Characters(set) => {
                patience.spend(1)?;
                let begun = text.iter().rev().take(4).position(|byte| !continues(*byte));
                let end = begun.map(|back| &text[text.len() - back - 1..]);
                Ok(end.filter(|end| set.contains(&character(end))).map(<[u8]>::len))
            }
            Self::Pieces(pieces) => first_piece(pieces, patience, |piece| text.ends_with(piece)),
        }
    }
}

fn first_piece(pieces: &[&[u8]], patience: &mut Patience<'_>, fits: impl Fn(&[u8]) -> bool) -> Result<Option<usize>> {
    for piece in pieces {
        patience.spend(piece.len())?;
        if fits(piece) {
            return Ok(Some(piece.len()));
        }
    }
    Ok(None)
}

fn valid_bytes(c: char) -> Character {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes);
    bytes
}

fn character(bytes: &[u8]) -> Character {
    let mut out = [0; 4];
    out[..bytes.len()].copy_from_slice(bytes);
    out
}

/// The set as SQLite cuts it: after a byte from 0xC0 on, all that continue it.
fn pieces(set: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut rest) = (Vec::new(), set);
    while let Some((first, after)) = rest.split_first() {
        let more = if *first >= 0xC0 { after.iter().take_while(|byte| continues(**byte)).count() } else { 0 };
        let (piece, left) = rest.split_at(1 + more);
        pieces.push(piece);
        rest = left;
    }
    pieces
}
