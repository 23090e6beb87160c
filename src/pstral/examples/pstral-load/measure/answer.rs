//! One answer as its person saw it.

use super::Traffic;
use super::delay::delays;
use crate::clock::Micros;
use crate::double::{Message, Write};
use crate::server::Sent;
use crate::words::TOKEN_CHARS;

/// Characters of a token without the white space, which may be lost where a text is parted.
const WORD_CHARS: usize = TOKEN_CHARS - 1;

/// The measurements of one answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// The delays of writes that could have been made earlier.
    pub(crate) delays: Vec<Micros>,
    /// The time from the first token to the beginning of the write that showed the first text.
    pub(crate) first_text: Option<Micros>,
    /// The time from the last token to the beginning of the last write.
    pub(crate) last_edit: Option<Micros>,
    /// The longest time from one new text to the next.
    pub(crate) silence: Option<Micros>,
    pub(crate) messages: usize,
    pub(crate) edits: usize,
    pub(crate) refused: usize,
    /// A message of it still looks live, or there is none.
    pub(crate) unfinished: bool,
    /// Characters the model sent that are not there.
    pub(crate) lost: usize,
    /// Characters that are there twice, or before what comes before them.
    pub(crate) duplicated: usize,
    /// Characters the model did not send.
    pub(crate) strange: usize,
}

impl Outcome {
    /// From what was sent, and the messages that show it in order; `max_edits` is the most of each that the platform takes.
    pub(crate) fn of(sent: &Sent, messages: &[&Message], max_edits: u32, traffic: &Traffic) -> Self {
        let mut writes: Vec<Write> = messages.iter().flat_map(|message| message.writes.iter().copied()).collect();
        writes.sort_by_key(|write| write.begun);
        let accepted: Vec<Write> = writes.iter().copied().filter(|write| !write.refused).collect();
        let (lost, duplicated, unsent) = compare(sent.times.len(), messages);
        let shown = accepted.iter().find(|write| write.until > 0).map(|write| write.begun);
        let ending = accepted.iter().rev().find(|write| write.last).map(|write| write.begun);
        let strange: usize = messages.iter().map(|message| message.shown.strange).sum();
        let place = messages.first().map(|message| &message.place);
        let is_free = |at| place.is_none_or(|place| traffic.is_free(place, at));
        let due = |made| place.map_or(0, |place| traffic.due(place, made));
        let since = |from: Option<&Micros>, to: Option<Micros>| Some(to?.saturating_sub(*from?));
        Self {
            delays: delays(&writes, &sent.times, max_edits, due, is_free),
            first_text: since(sent.times.first(), shown),
            last_edit: since(sent.times.last(), ending),
            silence: accepted.windows(2).map(|two| two[1].begun - two[0].begun).max(),
            messages: messages.len(),
            edits: accepted.iter().filter(|write| write.edit).count(),
            refused: writes.len() - accepted.len(),
            unfinished: messages.is_empty() || messages.iter().any(|message| !message.last && !message.gone),
            lost,
            duplicated,
            strange: unsent + strange,
        }
    }
}

/// Characters that are lost, there twice, and never sent.
fn compare(sent: usize, messages: &[&Message]) -> (usize, usize, usize) {
    let mut times = vec![0_usize; sent];
    let (mut before, mut misplaced, mut unsent) = (0, 0, 0);
    for run in messages.iter().flat_map(|message| &message.shown.runs) {
        for index in run.clone() {
            match times.get_mut(index) {
                Some(shown) => *shown += 1,
                None => unsent += 1,
            }
        }
        if run.start < before && times.get(run.start).is_some_and(|shown| *shown == 1) {
            misplaced += run.len();
        }
        before = run.end;
    }
    let lost = times.iter().filter(|shown| **shown == 0).count();
    let again: usize = times.iter().map(|shown| shown.saturating_sub(1)).sum();
    (lost * WORD_CHARS, (again + misplaced) * WORD_CHARS, unsent * WORD_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::double::Double;
    use crate::words::Shown;

    fn message(text: &str) -> Message {
        let place =
            pstral_core::domain::Place { platform: Double::platform(), id: String::new(), thread: None, private: true };
        Message { place, writes: Vec::new(), shown: Shown::of(text), last: true, gone: false }
    }

    #[test]
    fn every_letter_is_counted() {
        for (texts, expected) in [
            (&["aaa0000 aaa0001", "aaa0002"][..], (0, 0, 0)),
            (&["aaa0000", "aaa0002"], (7, 0, 0)),
            (&["aaa0000 aaa0001", "aaa0001 aaa0002"], (0, 7, 0)),
            (&["aaa0001 aaa0002", "aaa0000"], (0, 7, 0)),
            (&["aaa0000 aaa0001 aaa0002 aaa0003"], (0, 0, 7)),
            (&[], (21, 0, 0)),
        ] {
            let messages: Vec<Message> = texts.iter().map(|text| message(text)).collect();
            assert_eq!(compare(3, &messages.iter().collect::<Vec<_>>()), expected, "{texts:?}");
        }
    }
}
