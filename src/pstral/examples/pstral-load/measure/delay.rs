//! From a token that came to the edit that shows it: what Pstral itself adds, while nothing but Pstral holds it back.

use std::time::Duration;

use pstral_core::egress::Pacing;

use crate::clock::{Micros, micros};
use crate::double::Write;
use crate::words::token;

/// The delay of each write of one answer that showed something new, the last ones left out: those are measured from the
/// last token.
///
/// A write could have begun as soon as all of this was so:
/// - the model had sent a token that was not shown yet; for the first text, 30 characters, or 400 ms had passed;
/// - the write of this answer before it had ended;
/// - the pace of the answer allowed it: [`Pacing`], which decides in Pstral too, replayed over what happened;
/// - for a change, it was the time that the changes of its budget keep from each other (`due`);
/// - the budget was free (`is_free`).
///
/// The delay is from there to the beginning of the write, as the platform sees it. A write that had to wait for the budget
/// is not counted: it is the platform's time, not Pstral's.
pub(super) fn delays(
    writes: &[Write],
    sent: &[Micros],
    max_edits: u32,
    due: impl Fn(Micros) -> Micros,
    is_free: impl Fn(Micros) -> bool,
) -> Vec<Micros> {
    let pacing = Pacing::default();
    let mut replay = Replay { pacing, max_edits, edits: 0, heard: 0, enough: None, messages: 0 };
    let (mut shown, mut free) = (0, 0);
    let mut delays = Vec::new();
    for write in writes {
        replay.hear(sent, write.begun);
        if write.until > shown && !write.last {
            let turn = if replay.messages == 0 { 0 } else { due(write.begun) };
            let could = sent.get(shown).copied().unwrap_or(write.begun).max(free).max(replay.due(write)).max(turn);
            if is_free(could) {
                delays.push(write.begun.saturating_sub(could));
            }
        }
        free = write.ended;
        if !write.refused {
            shown = shown.max(write.until);
            replay.wrote(write);
        }
    }
    delays
}

/// The pace of an answer, from what happened.
struct Replay {
    pacing: Pacing,
    max_edits: u32,
    /// The edits of the growing message.
    edits: u32,
    /// Tokens that came.
    heard: usize,
    /// The time at which the first text was long enough to be sent at once.
    enough: Option<Micros>,
    messages: usize,
}

impl Replay {
    fn hear(&mut self, sent: &[Micros], until: Micros) {
        for time in sent.iter().skip(self.heard).take_while(|time| **time <= until) {
            if self.pacing.heard(Duration::from_micros(*time), &token(0, self.heard)) {
                self.enough = Some(*time);
            }
            self.heard += 1;
        }
    }

    /// Returns the earliest time at which the pace allows a write. The continuation in a new message is not paced.
    fn due(&self, write: &Write) -> Micros {
        match self.enough {
            Some(enough) if self.messages == 0 => enough,
            _ if !write.edit && self.messages > 0 => 0,
            _ => self.pacing.wait(Duration::ZERO).map_or(0, micros),
        }
    }

    fn wrote(&mut self, write: &Write) {
        let ended = Duration::from_micros(write.ended);
        if write.edit {
            self.edits += 1;
            self.pacing.wrote(ended, self.max_edits.saturating_sub(self.edits));
        } else {
            (self.edits, self.messages) = (0, self.messages + 1);
            self.pacing.begins(ended, self.max_edits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten tokens a second, the first one after a second.
    fn sent() -> Vec<Micros> {
        (10..60).map(|tenth| tenth * 100_000).collect()
    }

    fn first() -> Write {
        Write { begun: 1_300_005, ended: 1_300_015, refused: false, edit: false, last: false, until: 4 }
    }

    #[test]
    fn what_holds_a_write_back_is_not_its_delay() {
        let mut pacing = Pacing::default();
        pacing.heard(Duration::ZERO, &"x".repeat(30));
        pacing.begins(Duration::from_micros(first().ended), 100);
        let due = micros(pacing.wait(Duration::ZERO).unwrap_or_default());
        let edit = |begun, until| Write { begun, ended: begun + 10, edit: true, until, ..first() };
        for (writes, expected) in [
            (vec![first()], vec![5]),
            (vec![first(), edit(due.max(1_400_000) + 3, 6)], vec![5, 3]),
            (vec![first(), edit(3_000_003, 4)], vec![5]),
            (vec![first(), Write { last: true, ..edit(3_900_000, 30) }], vec![5]),
        ] {
            assert_eq!(delays(&writes, &sent(), 100, |_| 0, |_| true), expected, "{writes:?}");
            assert_eq!(delays(&writes, &sent(), 100, |_| 0, |_| false), Vec::<Micros>::new(), "{writes:?}");
        }
        let writes = [first(), edit(2_900_000, 6)];
        assert_eq!(delays(&writes, &sent(), 100, |made| made - 7, |_| true), [5, 7]);
    }
}
