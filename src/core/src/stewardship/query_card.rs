//! One verified query whole, as a steward reads it before deciding.

use std::fmt::Write as _;

use crate::domain::{KeptQuery, Locale, Parameter, QuerySource, QueryState, Step, User};
use crate::egress::quoted;
use crate::people::name_of;
use crate::statements::card::day;
use crate::text::{Text, text};

/// Renders a verified query and its history.
pub fn query_card(kept: &KeptQuery, users: &[User], locale: Locale) -> String {
    std::iter::once(words(kept, locale)).chain(history(kept, users, locale)).collect::<Vec<_>>().join("\n")
}

/// The questions, the statement in a fence it cannot leave, and the parameters.
fn words(kept: &KeptQuery, locale: Locale) -> String {
    let query = &kept.query;
    let mut words = String::new();
    for (language, question) in [("fr", &query.fr), ("en", &query.en)] {
        let question =
            if question.trim().is_empty() { text("steward-no-words").render(locale) } else { quoted(question, 400) };
        let _ = writeln!(words, "{language}: {question}");
    }
    if !query.also.is_empty() {
        let also: Vec<String> = query.also.iter().map(|wording| quoted(wording, 400)).collect();
        let _ = writeln!(words, "also: {}", also.join("; "));
    }
    if !query.note.is_empty() {
        let _ = writeln!(words, "note: {}", quoted(&query.note, 400));
    }
    if !query.statement.is_empty() {
        let _ = write!(words, "```sql\n{}\n```", query.statement.replace("```", "ˋˋˋ"));
    }
    for parameter in &query.parameters {
        let _ = write!(words, "\n{}", declared(parameter));
    }
    words
}

/// A parameter in the words in which it can be changed.
fn declared(parameter: &Parameter) -> String {
    let column = parameter.column.as_ref().map(ToString::to_string);
    let parts = [Some(parameter.kind.word().to_owned()), column, parameter.default.clone()];
    let value = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("`:{}={}`", parameter.name, quoted(&value, 200).replace('`', "ˋ"))
}

fn history(kept: &KeptQuery, users: &[User], locale: Locale) -> Vec<String> {
    let said = |sentence: Text, step: Step| {
        let on = day(&step.at.strftime("%Y-%m-%d").to_string(), locale);
        sentence.with("name", name_of(users, step.by)).with("on", on).render(locale)
    };
    let steps = [
        (text("steward-step-proposed"), kept.proposed),
        (text("steward-step-edited"), kept.edited),
        (text("steward-step-approved"), kept.approved),
        (text("steward-step-retired"), kept.retired),
    ];
    let mut lines: Vec<String> =
        steps.into_iter().filter_map(|(sentence, step)| step.map(|step| said(sentence, step))).collect();
    if kept.source == QuerySource::File {
        let on = day(&kept.query.verified_on, locale);
        let by = text("steward-step-approved").with("name", quoted(&kept.query.verified_by, 100)).with("on", on);
        lines.push(by.render(locale));
    }
    if let Some(fault) = &kept.fault {
        let since = day(&fault.since.strftime("%Y-%m-%d").to_string(), locale);
        lines.push(text("steward-since").with("on", since).render(locale));
    }
    lines
}

/// The actions now open to a steward.
pub(crate) fn next_steps(kept: &KeptQuery) -> Option<Text> {
    Some(match (kept.source, kept.state) {
        (QuerySource::File, _) => return None,
        (QuerySource::Chat, QueryState::Proposed) => text("steward-next-proposed"),
        (QuerySource::Chat, QueryState::Approved) => text("steward-next-approved"),
        (QuerySource::Chat, QueryState::Retired) => text("steward-next-retired"),
    })
}
