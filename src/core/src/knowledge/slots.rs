//! Puts a template's slots in the place of the values that a question names.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::fold;
use super::numbers::{self, NUMBERS, Number, YEARS};
use super::template::{Item, slots};
use super::values::{Found, KnownValues};
use crate::domain::{ColumnRef, Parameter, ParameterKind, Value, VerifiedQuery};

/// A question with slots in the place of values.
pub(super) struct Filled {
    pub(super) items: Vec<Item>,
    /// A value for each parameter that the question names one for.
    pub(super) values: BTreeMap<String, Value>,
}

/// The value a parameter has when a question names none. A year may be written as `2024` or as `this year`.
///
/// `None` when it has no default, or one that its kind may not hold.
pub fn default_value(parameter: &Parameter, today: Date) -> Option<Value> {
    let default = parameter.default.as_deref()?;
    match parameter.kind {
        ParameterKind::Text => Some(Value::Text(default.to_owned())),
        ParameterKind::Integer => default.parse().ok().filter(|number| NUMBERS.contains(number)).map(Value::Integer),
        ParameterKind::Year => match numbers::years(&fold(default), today).as_slice() {
            [year] if YEARS.contains(&year.value) => Some(Value::Integer(year.value)),
            _ => None,
        },
    }
}

/// A question as the filling of slots sees it, the same for every template.
pub(super) struct Question {
    pub(super) words: Vec<String>,
    years: Vec<Number>,
    integers: Vec<Number>,
    pub(super) today: Date,
}

impl Question {
    /// Reads a question.
    pub(super) fn new(text: &str, today: Date) -> Self {
        let words = fold(text);
        let (years, integers) = (numbers::years(&words, today), numbers::integers(&words));
        Self { words, years, integers, today }
    }
}

/// Fills the slots of `parameters`, in their order, from the words of a question.
///
/// Several values for parameters of one kind are taken in the order of the slots.
pub(super) fn fill(question: &Question, parameters: &[Parameter], known: &KnownValues) -> Filled {
    let words = &question.words;
    let mut filling = Filling { taken: vec![None; words.len()], values: BTreeMap::new() };
    let of = |kind| parameters.iter().filter(move |parameter| parameter.kind == kind);
    filling.texts(&of(ParameterKind::Text).collect::<Vec<_>>(), words, known);
    filling.numbers(of(ParameterKind::Year), &question.years);
    filling.numbers(of(ParameterKind::Integer), &question.integers);
    Filled { items: filling.items(words, parameters), values: filling.values }
}

/// The type of the parameter of that name.
pub(super) fn kind(query: &VerifiedQuery, name: &str) -> ParameterKind {
    kind_of(query.parameters.iter(), name)
}

fn kind_of<'q>(mut parameters: impl Iterator<Item = &'q Parameter>, name: &str) -> ParameterKind {
    parameters.find(|parameter| parameter.name == name).map_or(ParameterKind::Text, |parameter| parameter.kind)
}

/// The parameters of a template's slots, in their order.
pub(super) fn in_order(query: &VerifiedQuery, template: &str) -> Vec<Parameter> {
    let mut names = slots(template);
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names
        .into_iter()
        .filter_map(|name| query.parameters.iter().find(|parameter| parameter.name == name).cloned())
        .collect()
}

struct Filling {
    /// For each word, the parameter whose value it belongs to, and whether it begins it.
    taken: Vec<Option<(String, bool)>>,
    values: BTreeMap<String, Value>,
}

impl Filling {
    /// The longest values first, so that a name is not taken for a city it holds.
    fn texts(&mut self, parameters: &[&Parameter], words: &[String], known: &KnownValues) {
        let columns: BTreeSet<&ColumnRef> =
            parameters.iter().filter_map(|parameter| parameter.column.as_ref()).collect();
        let mut found: Vec<(&ColumnRef, Found)> = columns
            .into_iter()
            .flat_map(|column| known.find(column, words).into_iter().map(move |found| (column, found)))
            .collect();
        found.sort_by_key(|(_, found)| (std::cmp::Reverse(found.end - found.start), found.start));
        let mut kept: Vec<(&ColumnRef, Found)> = Vec::new();
        for (column, found) in found {
            if kept.iter().all(|(_, other)| found.end <= other.start || other.end <= found.start) {
                kept.push((column, found));
            }
        }
        kept.sort_by_key(|(_, found)| found.start);
        for parameter in parameters {
            let first = kept.iter().position(|(column, _)| parameter.column.as_ref() == Some(*column));
            if let Some((_, found)) = first.map(|first| kept.remove(first)) {
                self.take(&parameter.name, found.start, found.end, Value::Text(found.value));
            }
        }
    }

    fn numbers<'q>(&mut self, parameters: impl Iterator<Item = &'q Parameter>, found: &[Number]) {
        let mut free = found.iter();
        for parameter in parameters {
            let next = free.find(|found| self.is_free(found.start, found.end));
            if let Some(found) = next {
                self.take(&parameter.name, found.start, found.end, Value::Integer(found.value));
            }
        }
    }

    fn is_free(&self, start: usize, end: usize) -> bool {
        self.taken.get(start..end).is_some_and(|words| words.iter().all(Option::is_none))
    }

    fn take(&mut self, name: &str, start: usize, end: usize, value: Value) {
        for (at, word) in self.taken.iter_mut().enumerate().take(end).skip(start) {
            *word = Some((name.to_owned(), at == start));
        }
        self.values.insert(name.to_owned(), value);
    }

    fn items(&self, words: &[String], parameters: &[Parameter]) -> Vec<Item> {
        let item = |(word, taken): (&String, &Option<(String, bool)>)| match taken {
            None => Some(Item::Word(word.clone())),
            Some((name, true)) => Some(Item::Slot { name: name.clone(), kind: kind_of(parameters.iter(), name) }),
            Some((_, false)) => None,
        };
        words.iter().zip(&self.taken).filter_map(item).collect()
    }
}
