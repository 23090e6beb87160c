//! Long texts parted at safe places into messages, each well-formed alone.

mod block;
mod cut;
mod part;
mod spans;
mod table;
#[cfg(test)]
mod tests;

use part::Start;
pub(super) use table::begins as begins_table;

use crate::domain::{Length, LengthUnit};

/// The limits of splitting a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splitting {
    /// The longest part; below 60 units one may be longer where code or a table goes on.
    pub length: Length,
    /// The most parts.
    pub most: usize,
}

impl Splitting {
    /// The most marks of a fence that parts can be given: with more, it is text like any other.
    fn most_marks(self) -> usize {
        (self.length.most / 4).saturating_sub(3)
    }
}

/// A text in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// None is longer than asked for, none is blank. Blanks between two parts are left out, and so are blank lines before
    /// the first.
    pub parts: Vec<String>,
    /// The text after the last allowed part, as it was written.
    pub rest: Option<String>,
}

/// Parts a text: between paragraphs, else lines, lines of code or rows, sentences, words, graphemes. Code and tables
/// that go on are closed and opened again, by the line that opened them and by their header. A mention, a link, an
/// emoji and code within a line stay whole unless they are longer than a message.
pub fn split(text: &str, by: Splitting) -> Split {
    let mut splitter = Splitter::new(by);
    let mut parts = splitter.push(text);
    let last = splitter.finish();
    parts.extend(last.parts);
    Split { parts, ..last }
}

/// Parts a text that something of so many units is to stand below: the last part that is allowed leaves room for it.
pub(super) fn split_above(text: &str, by: Splitting, below: usize) -> Split {
    let last = Splitting { length: by.length.less(below), ..by };
    if by.most <= 1 {
        return split(text, last);
    }
    let mut splitter = Splitter::new(Splitting { most: by.most - 1, ..by });
    let mut parts = splitter.push(text);
    splitter.by = last;
    parts.extend(splitter.push(""));
    let last = splitter.finish();
    parts.extend(last.parts);
    Split { parts, ..last }
}

/// Parts a text while it grows.
///
/// A part that [`push`](Self::push) returns never changes again, whatever follows and however the text was cut into
/// chunks: it depends on nothing that stands more than one character behind what a message can hold. What follows it
/// makes two open parts at most, the second one only where the first has no room for what closes its code. So of
/// the parts of any beginning of a text, all but the last two are parts of the whole text.
#[derive(Debug, Clone)]
pub struct Splitter {
    by: Splitting,
    /// Parts that were returned.
    closed: usize,
    start: Start,
    /// The text after them.
    tail: String,
    /// Its units, and those of them that are blanks at its end.
    units: usize,
    blanks: usize,
}

impl Splitter {
    /// Before the first text.
    pub fn new(by: Splitting) -> Self {
        Self { by, closed: 0, start: Start::Line, tail: String::new(), units: 0, blanks: 0 }
    }

    /// Takes the next piece of the text; the parts that are closed by it.
    pub fn push(&mut self, chunk: &str) -> Vec<String> {
        self.tail.push_str(chunk);
        let mut parts = Vec::new();
        if self.is_full() {
            return parts;
        }
        self.measure(chunk);
        let (unit, mut from) = (self.by.length.unit, 0);
        while !self.is_full() {
            let text = &self.tail[from..];
            let opener = self.start.opener(text, self.by);
            let room = self.by.length.beside(&opener).most;
            if self.units - self.blanks <= room {
                break;
            }
            let known = &text[..self.reach(text, room)];
            let before = self.start.clone();
            let mut bytes = self.start.settle(known, false);
            if bytes == 0 && self.start == before {
                bytes = cut::cut(known, &before, self.by, false);
                let part = before.render(&known[..bytes], self.by);
                self.closed += usize::from(!part.is_empty());
                parts.extend(Some(part).filter(|part| !part.is_empty()));
                self.start = before.after(known, bytes, self.by);
            }
            self.units -= unit.count(&known[..bytes]);
            self.blanks = self.blanks.min(self.units);
            from += bytes;
        }
        self.tail.drain(..from);
        parts
    }

    fn measure(&mut self, chunk: &str) {
        let ink = chunk.trim_end();
        let blanks = self.by.length.unit.count(&chunk[ink.len()..]);
        self.units += self.by.length.unit.count(ink) + blanks;
        self.blanks = if ink.is_empty() { self.blanks + blanks } else { blanks };
    }

    /// Checks whether the next text belongs to the rest, and no longer to a part.
    pub fn is_full(&self) -> bool {
        self.closed >= self.by.most
    }

    /// Returns the parts after the closed ones, as if the text ended here: up to two.
    pub fn open(&self) -> Vec<String> {
        self.ending().parts
    }

    /// Ends the text: what follows the closed parts, and the rest.
    pub fn finish(self) -> Split {
        self.ending()
    }

    fn ending(&self) -> Split {
        let (mut split, mut start) = (Split::default(), self.start.clone());
        let mut text = self.tail.trim_end();
        while !text.is_empty() {
            let before = start.clone();
            let bytes = start.settle(text, true);
            if bytes > 0 || start != before {
                text = &text[bytes..];
                continue;
            }
            if self.closed + split.parts.len() >= self.by.most {
                split.rest = Some(text.to_owned());
                break;
            }
            let whole = start.render(text, self.by);
            if self.by.length.holds(&whole) {
                split.parts.push(whole);
                break;
            }
            let at = cut::cut(text, &start, self.by, true);
            split.parts.push(start.render(&text[..at], self.by));
            start = start.after(text, at, self.by);
            text = &text[at..];
        }
        split
    }

    /// Returns how far a cut may look: to the first character that is no blank and has no room, or far enough into the
    /// blanks there.
    fn reach(&self, text: &str, room: usize) -> usize {
        let mut used = 0;
        let over = text.char_indices().find(|(_, c)| {
            used += units(self.by.length.unit, *c);
            used > room && (!c.is_whitespace() || used / 2 > self.by.length.most)
        });
        over.map_or(text.len(), |(at, c)| at + c.len_utf8())
    }
}

/// Returns the number of units of a character.
fn units(unit: LengthUnit, c: char) -> usize {
    match unit {
        LengthUnit::Characters => 1,
        LengthUnit::Utf16 => c.len_utf16(),
        LengthUnit::Bytes => c.len_utf8(),
    }
}
