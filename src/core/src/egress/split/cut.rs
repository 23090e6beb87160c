//! Chooses where a text longer than a message is split.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::block::{Block, Place};
use super::part::Start;
use super::spans::spans;
use super::{Splitting, units};
use crate::egress::fence::Fence;

/// The byte where a text is parted that begins with `start` and is longer than one part, 1 at least.
///
/// The best place in the second half of the message, or the last in the first half, or within a word: between two
/// graphemes, outside of links, mentions and code where there is such a place. While more text may follow that makes one
/// part of it after all, the first half is left alone, so that what remains is one part (`is_open`).
pub(super) fn cut(text: &str, start: &Start, by: Splitting, is_open: bool) -> usize {
    let opener = by.length.unit.count(&start.opener(text, by));
    let half = (by.length.most / 2).saturating_sub(opener);
    let room = by.length.less(opener).most;
    let mut search =
        Search { by, room, half, best: [None; 5], early: None, in_span: None, spans: Vec::new(), closing: 0 };
    search.lines(text, start);
    let best = search.best.iter().flatten().next().copied();
    best.or(search.early.filter(|_| !is_open)).unwrap_or_else(|| search.within_a_word(text, is_open))
}

struct Search {
    by: Splitting,
    /// Units that the text of the part may take, and those it should take at least.
    room: usize,
    half: usize,
    /// The last place of each kind in the second half.
    best: [Option<usize>; 5],
    /// The last place in the first half.
    early: Option<usize>,
    /// The last blank in something that should stay whole.
    in_span: Option<usize>,
    /// The spans that should stay whole.
    spans: Vec<Range<usize>>,
    /// The maximum length of closing marks.
    closing: usize,
}

/// Units up to a place: all of them, and those up to the last sign that is no blank.
#[derive(Clone, Copy, Default)]
struct Used {
    all: usize,
    solid: usize,
}

impl Search {
    fn lines(&mut self, text: &str, start: &Start) {
        let (mut block, mut place, mut is_rest) = (start.block(), None, start.is_within());
        let (mut at, mut used) = (0, Used::default());
        for line in text.split_inclusive('\n') {
            if let Some(place) = place {
                let need = if let Block::Code(fence) = &block { used.all + fence.length() } else { used.solid };
                self.offer(at, place, need, used);
            }
            used = self.words(line, at, &block, used, is_rest);
            (block, place) = if is_rest { block.after_rest(line) } else { block.after(line, self.by) };
            is_rest = false;
            at += line.len();
        }
    }

    fn offer(&mut self, at: usize, place: Place, need: usize, used: Used) {
        if need > self.room || used.solid == 0 {
            return;
        }
        if used.solid >= self.half {
            self.best[place as usize] = Some(at);
        } else {
            self.early = Some(at);
        }
    }

    /// Places within a line; what it uses.
    fn words(&mut self, line: &str, at: usize, block: &Block<'_>, mut used: Used, is_rest: bool) -> Used {
        let is_code = matches!(block, Block::Code(_));
        let kept = if is_code { Vec::new() } else { spans(line, !line.ends_with('\n')) };
        let closing = self.closing_of(line, block);
        // The line that opens code belongs to it.
        let opens = !is_code && !is_rest && Fence::opened_by(line).is_some();
        let (mut near, mut reader) = (kept.iter().peekable(), Reader::default());
        for (index, c) in line.char_indices() {
            while near.next_if(|span| span.end <= index).is_some() {}
            if reader.parts_before(c) && !opens {
                let need = closing + if is_code { used.all } else { used.solid };
                if near.peek().is_none_or(|span| span.start >= index) {
                    self.offer(at + index, if reader.ended { Place::Sentence } else { Place::Word }, need, used);
                } else if need <= self.room && used.solid >= self.half {
                    self.in_span = Some(at + index);
                }
            }
            reader.read(c);
            used.all += units(self.by.length.unit, c);
            used.solid = if c.is_whitespace() { used.solid } else { used.all };
        }
        self.spans.extend(kept.into_iter().map(|span| at + span.start..at + span.end));
        used
    }

    /// Returns the maximum length of closing marks if a line is split.
    fn closing_of(&mut self, line: &str, block: &Block<'_>) -> usize {
        let marks = match block {
            Block::Code(fence) => fence.length(),
            Block::Prose(_) | Block::Table(_) => Fence::marks_of(line).min(self.by.most_marks()),
        };
        let closing = if marks == 0 { 0 } else { marks + 1 };
        self.closing = self.closing.max(closing);
        closing
    }

    /// Returns the place to split text without blanks: the last one between graphemes, or between characters if a
    /// grapheme is longer than a part.
    fn within_a_word(&self, text: &str, is_open: bool) -> usize {
        let most = self.room.saturating_sub(self.closing);
        let least = if is_open { self.half } else { 0 };
        let (mut outside, mut between, mut used) = (None, None, 0);
        let mut spans = self.spans.iter().peekable();
        for (at, grapheme) in text.grapheme_indices(true) {
            if used > most {
                break;
            }
            while spans.next_if(|span| span.end <= at).is_some() {}
            if at > 0 && used >= least {
                between = Some(at);
                let is_free = spans.peek().is_none_or(|span| span.start >= at);
                if is_free && !grapheme.starts_with(['`', '~']) {
                    outside = between;
                }
            }
            used += self.by.length.unit.count(grapheme);
        }
        outside.or(self.in_span).or(between).unwrap_or_else(|| self.within_a_grapheme(text, most))
    }

    fn within_a_grapheme(&self, text: &str, most: usize) -> usize {
        let mut used = 0;
        let over = text.char_indices().find(|(_, c)| {
            used += units(self.by.length.unit, *c);
            used > most
        });
        let first = text.chars().next().map_or(0, char::len_utf8);
        over.map_or(text.len(), |(at, _)| at).max(first)
    }
}

/// Recognizes the boundaries of words and sentences.
#[derive(Default)]
struct Reader {
    before: Option<char>,
    /// True if the line has more than blanks so far.
    inked: bool,
    /// True if the last word ends a sentence.
    ended: bool,
}

impl Reader {
    /// Checks whether a word begins with a character, or a sentence if no blank follows a full stop. Marks that might
    /// open a code block at the beginning of a part are left where they are.
    fn parts_before(&self, c: char) -> bool {
        let follows = self.before.is_some_and(|before| is_gap(before) || is_full_stop(before));
        follows && self.inked && !c.is_whitespace() && !matches!(c, '`' | '~')
    }

    fn read(&mut self, c: char) {
        if !c.is_whitespace() {
            self.inked = true;
            // What closes after a full stop belongs to the sentence.
            let closes = self.ended && "»)]”’\"'*_".contains(c);
            self.ended = matches!(c, '.' | '!' | '?' | '…') || is_full_stop(c) || closes;
        }
        self.before = Some(c);
    }
}

/// Checks whether lines break at a blank: not at no-break spaces, such as before « ; » in French.
fn is_gap(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

/// The full stops that no blank follows.
fn is_full_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？')
}
