//! Searching in linear time.

use memchr::memmem;

/// The place of the first byte of `needle`, from 1; 0 where it is not.
pub(super) fn byte(hay: &[u8], needle: &[u8]) -> usize {
    memmem::find(hay, needle).map_or(0, |at| at + 1)
}

/// Finds a match and counts its position in characters. A match begins at the start of a character, or at the very
/// start.
pub(super) fn character(hay: &[u8], needle: &[u8]) -> usize {
    if hay.starts_with(needle) {
        return 1;
    }
    match memmem::find(hay, needle) {
        Some(at) if !continues(hay[at]) => 1 + hay[1..=at].iter().filter(|byte| !continues(**byte)).count(),
        _ => 0,
    }
}

/// Replaces every `old` by `new`, from the left; `None` if the result is longer than `longest` bytes.
pub(super) fn replaced(all: &[u8], old: &[u8], new: &[u8], longest: usize) -> Option<Vec<u8>> {
    let (mut out, mut rest) = (Vec::new(), 0);
    for at in memmem::find_iter(all, old) {
        out.extend_from_slice(&all[rest..at]);
        out.extend_from_slice(new);
        rest = at + old.len();
        if out.len() > longest {
            return None;
        }
    }
    out.extend_from_slice(&all[rest..]);
    (out.len() <= longest).then_some(out)
}

/// Checks whether the byte is a continuation of a UTF-8 character.
pub(super) fn continues(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}
