//! The block that a line is in: prose, code or a table.

use super::Splitting;
use super::table;
use crate::egress::fence::Fence;

/// The quality of a place to split a text, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Between paragraphs, and after code.
    Paragraph,
    /// Between lines of prose.
    Line,
    /// Between lines of code and rows of a table.
    Row,
    /// Between sentences, and after a line that belongs to the next, such as a heading.
    Sentence,
    /// Between words.
    Word,
}

/// The block of the next line.
#[derive(Debug, Clone)]
pub(super) enum Block<'a> {
    /// With the line before, which may be the header of a table.
    Prose(&'a str),
    Code(Fence),
    /// With its header, both lines of it.
    Table(String),
}

impl<'a> Block<'a> {
    /// What follows a line, and how good a place there is to part: none where the next line belongs to this one. The
    /// place is judged by what stands before it alone, so that no later text changes it.
    pub(super) fn after(self, line: &'a str, by: Splitting) -> (Self, Option<Place>) {
        let opened = || Fence::opened_by(line).filter(|fence| fence.length() <= by.most_marks());
        match self {
            Self::Code(fence) if fence.is_closed_by(line) => (Self::Prose(""), Some(Place::Paragraph)),
            Self::Code(fence) => (Self::Code(fence), Some(Place::Row)),
            Self::Table(header) if table::is_row(line) && opened().is_none() => (Self::Table(header), Some(Place::Row)),
            Self::Prose(header) if table::begins(header, line) => {
                (Self::Table(format!("{}\n{}\n", header.trim_end(), line.trim_end())), None)
            }
            Self::Prose(_) | Self::Table(_) => match opened() {
                Some(fence) => (Self::Code(fence), None),
                None => (Self::Prose(line), Some(after_prose(line))),
            },
        }
    }

    /// Returns the block after a line that began in the part before: such a line opens, closes and heads nothing.
    pub(super) fn after_rest(self, line: &str) -> (Self, Option<Place>) {
        match self {
            Self::Code(fence) => (Self::Code(fence), Some(Place::Row)),
            Self::Prose(_) | Self::Table(_) if line.trim().is_empty() => (Self::Prose(""), Some(Place::Paragraph)),
            Self::Prose(_) | Self::Table(_) => (Self::Prose(""), Some(Place::Line)),
        }
    }
}

fn after_prose(line: &str) -> Place {
    let text = line.trim();
    match text {
        "" => Place::Paragraph,
        _ if text.starts_with('#') || table::is_row(text) => Place::Sentence,
        _ => Place::Line,
    }
}
