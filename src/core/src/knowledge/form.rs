//! Checks of a verified query's content, besides its form.

use std::collections::BTreeSet;

use super::{WhatIsWrong, default_value, slots, terms};
use crate::domain::{Parameter, ParameterKind, VerifiedKind, VerifiedQuery};

/// Everything that is wrong with the words of a query. Whether its statement may run is for the guard to say.
pub fn faults(query: &VerifiedQuery) -> Vec<WhatIsWrong> {
    let mut faults = Vec::new();
    if !is_name(&query.id, b'-') {
        faults.push(WhatIsWrong::Name(query.id.clone()));
    }
    if query.questions().next().is_none() {
        faults.extend(["fr", "en"].map(WhatIsWrong::Empty));
    }
    if query.statement.trim().is_empty() {
        faults.push(WhatIsWrong::Empty("statement"));
    }
    let is_term = query.kind == VerifiedKind::Term;
    let misplaced =
        [("parameters", is_term && !query.parameters.is_empty()), ("note", !is_term && !query.note.is_empty())];
    faults.extend(misplaced.iter().filter(|(_, is)| *is).map(|(key, _)| WhatIsWrong::Misplaced(key)));
    if is_term {
        let too_common = query.wordings().filter(|name| !terms::says_something(name));
        faults.extend(too_common.map(|name| WhatIsWrong::TermName(name.to_owned())));
    }
    for (place, parameter) in query.parameters.iter().enumerate() {
        if query.parameters.iter().take(place).any(|other| other.name == parameter.name) {
            faults.push(WhatIsWrong::DuplicateParameter(parameter.name.clone()));
        }
        faults.extend(self::parameter(parameter));
    }
    faults.extend(placeholders_agree(query));
    faults.extend(slots_agree(query, "fr", &query.fr));
    faults.extend(slots_agree(query, "en", &query.en));
    faults.extend(query.also.iter().flat_map(|wording| match wording.trim() {
        "" => vec![WhatIsWrong::Empty("also")],
        wording => slots_agree(query, "also", wording),
    }));
    faults
}

fn parameter(parameter: &Parameter) -> Vec<WhatIsWrong> {
    let name = || parameter.name.clone();
    let mut faults = Vec::new();
    if !is_name(&parameter.name, b'_') {
        faults.push(WhatIsWrong::Name(name()));
    }
    if parameter.kind == ParameterKind::Text && parameter.column.is_none() {
        faults.push(WhatIsWrong::NoColumn(name()));
    }
    // Any year does: what "this year" is does not change whether it is one.
    if parameter.default.is_some() && default_value(parameter, jiff::civil::date(2_000, 1, 1)).is_none() {
        faults.push(WhatIsWrong::Default(name()));
    }
    faults
}

fn placeholders_agree(query: &VerifiedQuery) -> Vec<WhatIsWrong> {
    let used = placeholders(&query.statement);
    let declared: BTreeSet<&str> = query.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let undeclared = used.difference(&declared).map(|name| WhatIsWrong::Undeclared((*name).to_owned()));
    let unused = declared.difference(&used).map(|name| WhatIsWrong::Unused((*name).to_owned()));
    undeclared.chain(unused).collect()
}

/// A language that the question is not put in has nothing to agree with.
fn slots_agree(query: &VerifiedQuery, language: &'static str, question: &str) -> Vec<WhatIsWrong> {
    if question.trim().is_empty() {
        return Vec::new();
    }
    let slots = slots(question);
    let is_parameter = |name: &str| query.parameters.iter().any(|parameter| parameter.name == name);
    let unknown = slots.iter().filter(|name| !is_parameter(name));
    let needed = query.parameters.iter().filter(|parameter| parameter.default.is_none());
    let missing = needed.filter(|parameter| !slots.contains(&parameter.name.as_str()));
    let unknown = unknown.map(|name| WhatIsWrong::UnknownSlot { language, name: (*name).to_owned() });
    unknown.chain(missing.map(|one| WhatIsWrong::MissingSlot { language, name: one.name.clone() })).collect()
}

/// The `:name`s of a statement outside quotes and comments; `::` is a cast, not a placeholder.
fn placeholders(statement: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut rest = statement;
    while let Some(at) = rest.find([':', '\'', '"', '-', '/']) {
        let found = rest.get(at..).unwrap_or_default();
        let skipped = match found.as_bytes() {
            [b'\'', ..] => 1 + end(found, 1, "'"),
            [b'"', ..] => 1 + end(found, 1, "\""),
            [b'-', b'-', ..] => 2 + end(found, 2, "\n"),
            [b'/', b'*', ..] => 2 + end(found, 2, "*/"),
            [b':', b':', ..] => 2,
            [b':', ..] => {
                let name = found.get(1..).unwrap_or_default();
                let length = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
                names.extend(name.get(..length).filter(|name| !name.is_empty()));
                1 + length
            }
            _ => 1,
        };
        rest = found.get(skipped..).unwrap_or_default();
    }
    names
}

/// Returns the bytes from `from` to the end of the first `mark`; all of them if there is none.
fn end(text: &str, from: usize, mark: &str) -> usize {
    let inside = text.get(from..).unwrap_or_default();
    inside.find(mark).map_or(inside.len(), |at| at + mark.len())
}

/// Checks whether a text is a name: lower-case letters and digits, with `joint` between them.
pub fn is_name(text: &str, joint: u8) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == joint;
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_where_they_count() {
        for (statement, expected) in [
            ("SELECT :a, :b_2 + :a", &["a", "b_2"][..]),
            ("SELECT ':no', \":no\", x::text, :yes", &["yes"]),
            ("SELECT 'it''s :no' || :yes", &["yes"]),
            ("SELECT 1 -- :no\n, :yes /* :no */", &["yes"]),
            ("SELECT 1 - 2 / 3 : 'x", &[]),
            ("SELECT 'é:no'||:été", &["été"]),
            ("--", &[]),
        ] {
            assert_eq!(placeholders(statement).into_iter().collect::<Vec<_>>(), expected, "{statement}");
        }
    }
}
