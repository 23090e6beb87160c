//! Tells what a model thinks from what it says, character by character.

use super::fence::Fence;

/// The tag names that models use for their thoughts.
const NAMES: [&str; 4] = ["think", "thinking", "thought", "reasoning"];
/// The longest tag, in bytes, what is said in it included.
const LONGEST: usize = 128;
/// The longest code within a line that a tag may stand in, from the tag on, in bytes.
const LONGEST_CODE: usize = 256;
/// The longest beginning of a line that may open or close a block of code, in bytes.
const LONGEST_MARKS: usize = 256;

/// A piece of a stream.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    Said(char),
    /// A thought begins; what is thought is no piece.
    Thought,
    /// All that was said until now was a thought.
    Retracted,
}

/// Tells thoughts from what is said.
#[derive(Debug, Default)]
pub(super) struct ThinkTagParser {
    /// A thought was opened.
    thinking: bool,
    /// The text that may become a tag.
    held: String,
    /// A tag behind backticks and what follows it, until it is known whether others close the code.
    doubtful: String,
    /// The beginning of the line, while it may be that of a block of code.
    line: String,
    /// True if the line has more than blanks by now.
    begun: bool,
    fence: Option<Fence>,
    /// Backticks in a row just now, and those that opened the code in this line.
    ticks: usize,
    code: usize,
    /// True if an opening tag was said, as text.
    named: bool,
}

impl ThinkTagParser {
    /// Takes a character, and tells what is known by now.
    pub(super) fn push(&mut self, c: char, tell: &mut dyn FnMut(Piece)) {
        if !self.doubtful.is_empty() {
            return self.doubt(c, tell);
        }
        if self.held.is_empty() {
            if c == '<' {
                self.end_ticks();
                self.held.push(c);
            } else {
                self.say(c, tell);
            }
            return;
        }
        self.held.push(c);
        match kind(&self.held) {
            Kind::Tag { closes } => self.tag(closes, tell),
            Kind::Beginning => {}
            Kind::Text => {
                // Only what was taken last can begin another tag.
                self.held.pop();
                self.say_held(tell);
                self.push(c, tell);
            }
        }
    }

    /// Ends the stream: what might have become a tag is text.
    pub(super) fn finish(&mut self, tell: &mut dyn FnMut(Piece)) {
        while !self.doubtful.is_empty() {
            let is_code = self.ticks == self.code;
            self.settle(is_code, tell);
        }
        self.say_held(tell);
    }

    /// Decides on a whole tag: one within code is text, and one within code of a line is doubtful until the line ends.
    fn tag(&mut self, closes: bool, tell: &mut dyn FnMut(Piece)) {
        let is_code = match &self.fence {
            _ if self.thinking => false,
            Some(fence) if fence.is_loosely_closed_by(&self.line) => false,
            Some(_) => self.begun || self.named || !closes,
            None if self.code > 0 => {
                self.doubtful = std::mem::take(&mut self.held);
                return;
            }
            None => false,
        };
        if is_code {
            self.named |= !closes;
            self.say_held(tell);
        } else {
            self.held.clear();
            self.count(closes, tell);
        }
    }

    /// A tag that is none of a text: what follows stands at the beginning of a line.
    fn count(&mut self, closes: bool, tell: &mut dyn FnMut(Piece)) {
        if !self.thinking {
            tell(if closes { Piece::Retracted } else { Piece::Thought });
        }
        self.thinking = !closes;
        self.fence = None;
        self.begin_line();
    }

    /// Takes a character that follows a tag behind backticks.
    fn doubt(&mut self, c: char, tell: &mut dyn FnMut(Piece)) {
        let is_tick = c == '`';
        let is_code = !is_tick && self.ticks == self.code;
        self.ticks = if is_tick { self.ticks + 1 } else { 0 };
        let is_over = is_code || c == '\n' || self.doubtful.len() >= LONGEST_CODE;
        if is_over {
            self.settle(is_code, tell);
            self.push(c, tell);
        } else {
            self.doubtful.push(c);
        }
    }

    /// Code has an end in its line; a tag that is not in code counts, and what followed it is read anew.
    fn settle(&mut self, is_code: bool, tell: &mut dyn FnMut(Piece)) {
        let held = std::mem::take(&mut self.doubtful);
        let (tag, rest) = held.split_at(held.find('>').map_or(held.len(), |end| end + 1));
        let closes = tag.starts_with("</");
        self.ticks = 0;
        if is_code {
            self.named |= !closes;
            held.chars().for_each(|c| self.say(c, tell));
        } else {
            self.count(closes, tell);
            rest.chars().for_each(|c| self.push(c, tell));
        }
    }

    fn say_held(&mut self, tell: &mut dyn FnMut(Piece)) {
        std::mem::take(&mut self.held).chars().for_each(|c| self.say(c, tell));
    }

    fn say(&mut self, c: char, tell: &mut dyn FnMut(Piece)) {
        if !self.thinking {
            self.note(c);
            tell(Piece::Said(c));
        }
    }

    /// Follows where code begins and ends.
    fn note(&mut self, c: char) {
        if c == '\n' {
            self.fence = match self.fence.take() {
                Some(fence) => Some(fence).filter(|fence| !fence.is_loosely_closed_by(&self.line)),
                None => Fence::opened_by(&self.line),
            };
            self.begin_line();
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

    /// As many backticks as opened the code close it. Three are the marks of a block.
    fn end_ticks(&mut self) {
        let ticks = std::mem::take(&mut self.ticks);
        match self.code {
            _ if ticks == 0 || ticks > 2 => {}
            0 => self.code = ticks,
            code if code == ticks => self.code = 0,
            _ => {}
        }
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

/// Determines the kind of a text that begins with `<`.
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
