//! The questions of verified queries as they are written: words, and `{name}` slots for values.

use super::fold::fold;
use crate::domain::ParameterKind;

/// A piece of a question or of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A folded word.
    Word(String),
    /// The place of a parameter's value.
    Slot {
        /// The parameter's name.
        name: String,
        /// The type of its values.
        kind: ParameterKind,
    },
}

/// The pieces of a template: words and `{name}` slots, whose type `kind` gives.
pub(super) fn template(text: &str, kind: impl Fn(&str) -> ParameterKind) -> Vec<Item> {
    let mut items = Vec::new();
    let mut rest = text;
    while let Some((before, name, after)) = next_slot(rest) {
        items.extend(fold(before).into_iter().map(Item::Word));
        items.push(Item::Slot { name: name.to_owned(), kind: kind(name) });
        rest = after;
    }
    items.extend(fold(rest).into_iter().map(Item::Word));
    items
}

/// The names of the `{name}` slots of a template, in order.
pub fn slots(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = next_slot(rest) {
        names.push(name);
        rest = after;
    }
    names
}

/// A template with `…` where a person puts a value.
pub fn without_slots(text: &str) -> String {
    slots(text).into_iter().fold(text.to_owned(), |asked, name| asked.replace(&format!("{{{name}}}"), "…"))
}

fn next_slot(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
