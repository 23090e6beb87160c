//! From a token that came to the edit that shows it: what Pstral itself adds, while nothing but Pstral holds it back.

use crate::clock::Micros;
use crate::double::Write;

/// Characters of a first text that does not wait for more, in tokens of [`TOKEN_CHARS`](crate::words::TOKEN_CHARS).
const FIRST_TOKENS: usize = 4;
/// A shorter first text goes out after this long.
const FIRST_WAIT: Micros = 400_000;

/// The delay of each write that showed something new, the last ones left out: those are measured from the last token.
///
/// A write could have begun at the latest of
/// - the time the model sent the first token that was not shown yet (of the first text: enough of it, or 400 ms),
/// - the end of the write of this answer before it, and then the pause the platform asks for between edits,
/// - the time since when the platform would have accepted it, one request of each window left for a last edit.
///
/// The delay is from there to the beginning of the write, as the platform sees it.
pub(super) fn delays(writes: &[Write], sent: &[Micros], pause: Micros) -> Vec<Micros> {
    let (mut shown, mut free) = (0, 0);
    let mut delays = Vec::new();
    for write in writes {
        if write.until > shown && !write.last {
            let come = if shown == 0 { first(sent) } else { sent.get(shown).copied() };
            let could = come.unwrap_or(write.begun).max(free).max(write.room_since);
            delays.push(write.begun.saturating_sub(could));
        }
        if !write.refused {
            shown = shown.max(write.until);
        }
        free = write.ended + pause;
    }
    delays
}

/// When a first text is due.
fn first(sent: &[Micros]) -> Option<Micros> {
    let patience = sent.first()? + FIRST_WAIT;
    Some(sent.get(FIRST_TOKENS - 1).map_or(patience, |enough| patience.min(*enough)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten tokens a second, the first one after a second.
    fn sent() -> Vec<Micros> {
        (10..40).map(|tenth| tenth * 100_000).collect()
    }

    fn write(begun: Micros, until: usize) -> Write {
        Write { begun, ended: begun + 10, room_since: 0, refused: false, edit: true, last: false, until }
    }

    #[test]
    fn what_holds_a_write_back_is_not_its_delay() {
        let held = Write { room_since: 3_000_000, ..write(3_000_007, 20) };
        let last = Write { last: true, ..write(3_900_000, 30) };
        for (writes, pause, expected) in [
            (vec![write(1_300_005, 4)], 0, vec![5]),
            (vec![write(1_300_005, 4), write(1_400_003, 5)], 0, vec![5, 3]),
            (vec![write(1_300_005, 4), write(1_800_017, 9)], 500_000, vec![5, 2]),
            (vec![write(1_300_005, 4), held], 0, vec![5, 7]),
            (vec![write(1_300_005, 4), last], 0, vec![5]),
        ] {
            assert_eq!(delays(&writes, &sent(), pause), expected, "{writes:?}");
        }
    }
}
