//! A statement as people read it: its text, its parameters, its tables and where it comes from.

use std::fmt::Write as _;

use crate::domain::{Agreement, Locale, Origin, Proposal, Value};
use crate::results::readable;
use crate::text::text;

/// Characters that our own sentences beside a card may take: why no model answered, how to edit, what was left out.
pub(crate) const BESIDE: usize = 300;

/// The statement exactly as it will run, its parameters, its tables and where it comes from; where it stands in a file, the
/// name of that in place of the statement.
pub(crate) fn card(proposal: &Proposal, relations: &[String], in_file: Option<&str>, locale: Locale) -> String {
    let mut card = String::new();
    if let Origin::Verified { question, .. } = &proposal.origin
        && !question.is_empty()
    {
        card = text("answers-question").with("question", question).render(locale) + "\n";
    }
    card += &whole_statement(proposal, in_file, locale);
    let source = match &proposal.origin {
        Origin::Model => Some(text("origin-model")),
        Origin::Person => Some(text("origin-person")),
        Origin::Verified { by, on, .. } => Some(text("origin-verified").with("by", by).with("on", day(on, locale))),
    };
    let mut facts: Vec<String> = source.into_iter().map(|source| source.render(locale)).collect();
    if !relations.is_empty() {
        let reads = text("reads").count("count", relations.len() as u64).with("tables", relations.join(", "));
        facts.push(reads.with("target", &proposal.target).render(locale));
    }
    for fact in facts {
        let _ = write!(card, "\n{fact}");
    }
    card
}

/// The statement exactly as it will run, or the file that holds it, and its parameters.
pub(crate) fn whole_statement(proposal: &Proposal, in_file: Option<&str>, locale: Locale) -> String {
    let mut whole = match in_file {
        None => format!("```sql\n{}\n```", proposal.statement),
        Some(name) => text("statement-in-file").with("name", name).render(locale),
    };
    for (name, value) in &proposal.parameters {
        let _ = write!(whole, "\n`:{name}` = {}", quoted(value, locale));
        if matches!(&proposal.origin, Origin::Verified { assumed, .. } if assumed.contains(name)) {
            let _ = write!(whole, " ({})", text("value-assumed").render(locale));
        }
    }
    whole
}

/// A day as people write it; anything but `YYYY-MM-DD` stays as it is.
pub(crate) fn day(iso: &str, locale: Locale) -> String {
    match (locale, iso.parse::<jiff::civil::Date>()) {
        (Locale::Fr, Ok(day)) => day.strftime("%d/%m/%Y").to_string(),
        (Locale::En, Ok(day)) => day.strftime("%-d %B %Y").to_string(),
        (_, Err(_)) => iso.to_owned(),
    }
}

fn quoted(value: &Value, locale: Locale) -> String {
    match value {
        Value::Text(words) => text("quoted").with("words", words.replace('`', "ˋ")).render(locale),
        other => readable(other, locale, false),
    }
}

/// The sentence beside a proposal that waits for approval.
pub(crate) fn waits(proposal: &Proposal, prefix: &str) -> Option<crate::text::Text> {
    let needed = proposal.agreement == Agreement::Needed;
    needed.then(|| text("agreement-needed").with("prefix", prefix).with("name", proposal.id.short()))
}
