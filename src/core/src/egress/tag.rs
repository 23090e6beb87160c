//! Finds the tags of thoughts in a stream of characters, outside of code.

use super::fence::Fence;

/// What models name their thoughts.
const NAMES: [&str; 4] = ["think", "thinking", "thought", "reasoning"];
/// The longest tag, in bytes, what is said in it included.
const LONGEST: usize = 128;
/// The longest beginning of a line that may open or close a block of code, in bytes.
const LONGEST_MARKS: usize = 256;

/// `<think>` or `</think>`.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) closes: bool,
    /// Whether nothing but blanks and other tags stands before it in its line.
    pub(super) begins_line: bool,
    /// As it was written.
    pub(super) text: String,
}

/// Tells tags from text.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// What may become a tag.
    held: String,
    /// The beginning of the line, while it may be that of a block of code.
    line: String,
    /// Whether the line has more than blanks and tags by now.
    begun: bool,
    fence: Option<Fence>,
    /// Backticks in a row just now, and those that opened the code in this line.
    ticks: usize,
    code: usize,
}

impl Tags {
    /// Takes a character: writes what is text for sure, and gives the tag that it completes. In a thought there is no
    /// code.
    pub(super) fn push(&mut self, c: char, in_thought: bool, text: &mut String) -> Option<Tag> {
        let is_code = !in_thought && (self.fence.is_some() || self.code > 0 || self.ticks > 0);
        if self.held.is_empty() {
            if c == '<' && !is_code {
                self.held.push(c);
            } else {
                self.note(c, in_thought);
                text.push(c);
            }
            return None;
        }
        self.held.push(c);
        match kind(&self.held) {
            Kind::Tag { closes } => {
                let tag = Tag { closes, begins_line: !self.begun, text: std::mem::take(&mut self.held) };
                // What follows a thought stands at the beginning of a line, as the thought did.
                if in_thought && closes {
                    self.begin_line();
                }
                Some(tag)
            }
            Kind::Beginning => None,
            Kind::Text => {
                // Only what was taken last can begin another tag.
                self.held.pop();
                let held = std::mem::take(&mut self.held);
                held.chars().for_each(|c| self.note(c, in_thought));
                text.push_str(&held);
                self.push(c, in_thought, text)
            }
        }
    }

    /// What was held back as a possible tag.
    pub(super) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Follows where code begins and ends.
    fn note(&mut self, c: char, in_thought: bool) {
        if c == '\n' {
            self.end_line(in_thought);
            return;
        }
        self.begun |= !c.is_whitespace();
        if self.line.len() < LONGEST_MARKS {
            self.line.push(c);
        }
        if c == '`' {
            self.ticks += 1;
            return;
        }
        self.end_ticks();
    }

    /// As many backticks as opened the code close it.
    fn end_ticks(&mut self) {
        let ticks = std::mem::take(&mut self.ticks);
        match self.code {
            _ if ticks == 0 => {}
            0 => self.code = ticks,
            code if code == ticks => self.code = 0,
            _ => {}
        }
    }

    fn end_line(&mut self, in_thought: bool) {
        if !in_thought {
            self.fence = match self.fence.take() {
                Some(fence) => Some(fence).filter(|fence| !fence.is_closed_by(&self.line)),
                None => Fence::opened_by(&self.line),
            };
        }
        self.begin_line();
    }

    fn begin_line(&mut self) {
        self.line.clear();
        (self.begun, self.ticks, self.code) = (false, 0, 0);
    }
}

enum Kind {
    Tag { closes: bool },
    Beginning,
    Text,
}

/// What a text is that begins with `<`.
fn kind(text: &str) -> Kind {
    let inside = text.strip_prefix('<').unwrap_or(text);
    let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    let end = inside.find(|c: char| !c.is_ascii_alphabetic());
    let (name, said) = inside.split_at(end.unwrap_or(inside.len()));
    let name = name.to_ascii_lowercase();
    if end.is_none() {
        return if NAMES.iter().any(|known| known.starts_with(&name)) { Kind::Beginning } else { Kind::Text };
    }
    let is_plain = said.starts_with(['>', ' ', '\t']) && !said.ends_with("/>") && !said.contains(['\n', '<']);
    match said.find('>') {
        _ if !NAMES.contains(&name.as_str()) || !is_plain || text.len() > LONGEST => Kind::Text,
        Some(_) => Kind::Tag { closes },
        None => Kind::Beginning,
    }
}
