//! Long texts parted into messages.

use crate::ports::LengthUnit;

/// How a text is parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splitting {
    /// The longest part.
    pub length: usize,
    /// What that is counted in.
    pub unit: LengthUnit,
    /// The most parts.
    pub most: usize,
}

/// A text in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// None is longer than asked for.
    pub parts: Vec<String>,
    /// What follows the last part that is allowed.
    pub rest: Option<String>,
}

/// Parts a text.
pub fn split(text: &str, by: Splitting) -> Split {
    let mut splitter = Splitter::new(by);
    let mut parts = splitter.push(text);
    if splitter.is_full() {
        let rest = Some(splitter.tail).filter(|rest| !rest.is_empty());
        return Split { parts, rest };
    }
    parts.extend(splitter.open());
    Split { parts, rest: None }
}

/// Parts a text while it grows.
#[derive(Debug, Clone)]
pub struct Splitter {
    by: Splitting,
    closed: usize,
    tail: String,
}

impl Splitter {
    /// Before the first text.
    pub fn new(by: Splitting) -> Self {
        Self { by, closed: 0, tail: String::new() }
    }

    /// Takes the next piece of the text; the parts that are closed by it.
    pub fn push(&mut self, chunk: &str) -> Vec<String> {
        self.tail.push_str(chunk);
        let mut parts = Vec::new();
        while !self.is_full() && self.by.unit.count(&self.tail) > self.by.length {
            let mut end = self.tail.len();
            while self.by.unit.count(&self.tail[..end]) > self.by.length {
                end = self.tail[..end].char_indices().next_back().map_or(0, |(at, _)| at);
            }
            parts.push(self.tail.drain(..end).collect());
            self.closed += 1;
        }
        parts
    }

    /// Whether the next text belongs to no part any more.
    pub fn is_full(&self) -> bool {
        self.closed >= self.by.most
    }

    /// What follows the closed parts, as if the text ended here.
    pub fn open(&self) -> Vec<String> {
        let tail = self.tail.trim_end();
        if self.is_full() || tail.is_empty() { Vec::new() } else { vec![super::whole(tail, usize::MAX)] }
    }
}
