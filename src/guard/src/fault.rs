//! A refusal while it is being found: the rule, the place in the text and the words.

use sqlparser::tokenizer::{Location, Span};

use super::refusal::{Refusal, Rule, harmless};

/// The result of a step of the guard, or the reason why the statement is refused.
pub(super) type Checked<T = ()> = Result<T, Fault>;

/// A refusal whose place may still be unknown. Boxed, because nearly every step can return it and nearly none does.
#[derive(Debug)]
pub(super) struct Fault(Box<Details>);

#[derive(Debug)]
struct Details {
    rule: Rule,
    place: Option<Location>,
    found: String,
    instead: String,
    among: String,
}

/// A refusal whose place is to be looked for.
pub(super) fn unplaced(rule: Rule, found: impl Into<String>) -> Fault {
    Fault(Box::new(Details { rule, place: None, found: found.into(), instead: String::new(), among: String::new() }))
}

/// A refusal at a span of the syntax tree; an empty span is found again by its text.
pub(super) fn fault(rule: Rule, span: Span, found: impl Into<String>) -> Fault {
    unplaced(rule, found).or_at(span)
}

/// A refusal at a byte of the text.
pub(super) fn at_byte(rule: Rule, text: &str, byte: usize, found: impl Into<String>) -> Fault {
    let place = locate(text, byte);
    unplaced(rule, found).or_at(Span::new(place, place))
}

impl Fault {
    /// With what to write instead.
    pub(super) fn instead(mut self, instead: impl Into<String>) -> Self {
        self.0.instead = instead.into();
        self
    }

    /// With the first few of the names that may stand there.
    pub(super) fn among(mut self, names: impl Iterator<Item = String>, most: usize) -> Self {
        let mut names: Vec<String> = names.take(most + 1).collect();
        if names.len() > most {
            "…".clone_into(&mut names[most]);
        }
        self.0.among = names.join(", ");
        self
    }

    /// At this place, unless it has one.
    pub(super) fn or_at(mut self, span: Span) -> Self {
        if span.start.line > 0 {
            self.0.place.get_or_insert(span.start);
        }
        self
    }

    /// The refusal a person sees, for the text that was checked.
    pub(super) fn refuse(self, text: &str) -> Refusal {
        let Details { rule, place, found, instead, among } = *self.0;
        let place = place.unwrap_or_else(|| search(text, &found));
        let (found, instead, among) = (harmless(&found), names_of(&instead), names_of(&among));
        Refusal { rule, line: place.line, column: place.column, found, instead, among }
    }
}

/// A suggestion may list many columns; it stays one paragraph of a message.
fn names_of(instead: &str) -> String {
    const LONGEST: usize = 600;
    instead.chars().filter(|c| !c.is_control() && *c != '`').take(LONGEST).collect()
}

/// Where the first word of `found` stands, else the beginning.
fn search(text: &str, found: &str) -> Location {
    let word: String = found.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let byte = if word.is_empty() {
        text.find(found).filter(|_| !found.is_empty())
    } else {
        text.to_ascii_lowercase().find(&word.to_ascii_lowercase())
    };
    locate(text, byte.unwrap_or(0))
}

fn locate(text: &str, byte: usize) -> Location {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Location { line: line as u64, column: column as u64 }
}
