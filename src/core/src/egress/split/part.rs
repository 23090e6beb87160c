//! One part: what it repeats of the part before, its text, and what closes it.

use super::Splitting;
use super::block::Block;
use super::table;
use crate::egress::fence::Fence;

/// Keeps marks that stood within a line from opening or closing a block of code at the beginning of a part.
const GUARD: char = '\u{2060}';

/// The context in which the text of a part begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// At a line of prose.
    Line,
    /// Within a line of prose.
    Within,
    /// In a block of code, at a line or `within` one.
    Code { fence: Fence, within: bool },
    /// At a row of a table that has this header, both lines of it.
    Row { header: String },
}

impl Start {
    /// The block that the first line stands in.
    pub(super) fn block(&self) -> Block<'static> {
        match self {
            Self::Line | Self::Within => Block::Prose(""),
            Self::Code { fence, .. } => Block::Code(fence.clone()),
            Self::Row { header } => Block::Table(header.clone()),
        }
    }

    /// Tells whether the first line began in the part before.
    pub(super) fn is_within(&self) -> bool {
        matches!(self, Self::Within | Self::Code { within: true, .. })
    }

    /// Returns the text before the part: the line that opened the code, or the header of the table.
    pub(super) fn opener(&self, text: &str, by: Splitting) -> String {
        let mut opener = match self {
            Self::Line | Self::Within => String::new(),
            Self::Code { fence, .. } => {
                let whole = by.length.unit.count(fence.line()) + fence.length() + 5 <= by.length.most / 2;
                let line = if whole { fence.line().to_owned() } else { fence.marks() };
                line + "\n"
            }
            Self::Row { header } => header.clone(),
        };
        if self.is_within() && text.trim_start_matches(' ').starts_with(['`', '~']) {
            opener.push(GUARD);
        }
        opener
    }

    /// Returns the bytes that a part may omit at its beginning: blanks between parts, and the end of a code block or of
    /// a table of which nothing else is left. `is_all`: no more text follows.
    pub(super) fn settle(&mut self, text: &str, is_all: bool) -> usize {
        let line = text.split_inclusive('\n').next().unwrap_or_default();
        let is_known = is_all || line.ends_with('\n');
        let blanks = &text[..text.len() - text.trim_start().len()];
        match self {
            Self::Code { fence, within: false } if is_known && fence.is_closed_by(line) => {
                *self = Self::Line;
                line.len()
            }
            Self::Row { .. } if !table::is_row(line) => {
                *self = Self::Line;
                0
            }
            Self::Code { .. } | Self::Row { .. } => 0,
            Self::Line if blanks.len() == text.len() => text.len(),
            Self::Line => blanks.rfind('\n').map_or(0, |end| end + 1),
            Self::Within => match blanks.rfind('\n') {
                Some(end) => {
                    *self = Self::Line;
                    end + 1
                }
                None => blanks.len(),
            },
        }
    }

    /// Returns the context in which the text begins after a split at a byte.
    pub(super) fn after(&self, text: &str, at: usize, by: Splitting) -> Self {
        let (head, rest) = text.split_at(at);
        let (mut block, mut is_rest) = (self.block(), self.is_within());
        let begun = head.rfind('\n').map_or(0, |end| end + 1);
        for line in head[..begun].split_inclusive('\n') {
            block = if is_rest { block.after_rest(line).0 } else { block.after(line, by).0 };
            is_rest = false;
        }
        let within = begun < head.len();
        let opens = within && !is_rest;
        match block {
            Block::Code(fence) => Self::Code { fence, within },
            Block::Table(header) if !within && by.length.unit.count(&header) <= by.length.most / 4 => {
                Self::Row { header }
            }
            Block::Table(_) | Block::Prose(_) if !within => Self::Line,
            Block::Table(_) | Block::Prose(_) => {
                let line = &text[begun..at + rest.find('\n').unwrap_or(rest.len())];
                let fence = Fence::opened_by(line).filter(|fence| opens && fence.length() <= by.most_marks());
                fence.map_or(Self::Within, |fence| Self::Code { fence, within })
            }
        }
    }

    /// The part as it is sent: each alone is well-formed.
    pub(super) fn render(&self, text: &str, by: Splitting) -> String {
        let mut part = self.opener(text, by) + text;
        match Fence::open_in(&part, by.most_marks()) {
            Some(fence) => {
                if !part.ends_with('\n') {
                    part.push('\n');
                }
                part.push_str(&fence.marks());
            }
            None => part.truncate(part.trim_end().len()),
        }
        part
    }
}
