//! What became of a statement, as people see it: a card with its buttons, or the refusal.

use std::fmt::Write as _;

use super::Pipeline;
use super::asker::Asker;
use super::repairing::{Fault, same_words};
use super::ruling::AccessDecision;
use crate::domain::{
    Agreement, Button, ButtonAction, FileRef, Locale, Origin, Outgoing, OutgoingState, Proposal, ProposalId, Value,
};
use crate::egress::LaidOut;
use crate::extract::Statement;
use crate::results::readable;
use crate::text::{Text, text};

/// What became of a statement, as people see it.
pub(super) struct Offer {
    /// Where the statement stands in the answer, when it came from one.
    pub(super) place: Option<Statement>,
    /// The statement as it will run, or the refusal.
    pub(super) card: String,
    pub(super) refused: bool,
    /// As it was written.
    pub(super) written: String,
    pub(super) fault: Option<Box<Fault>>,
    /// The statement's proposal, a refused one too.
    pub(super) proposal: ProposalId,
    pub(super) buttons: Vec<Button>,
    /// Files that hold the statement where the card does not.
    pub(super) files: Vec<FileRef>,
    /// Why not everybody may see it who reads what is said.
    pub(super) bar: Option<AccessDecision>,
}

impl Offer {
    /// Whether it is for the asker alone.
    pub(super) fn is_barred(&self) -> bool {
        self.bar.is_some()
    }

    /// The statement, with what a model can mend in it; nothing of what is for the asker alone, whose words others would
    /// read in the answer.
    pub(super) fn fault(&self) -> Option<(&str, &Fault)> {
        self.fault.as_deref().filter(|_| !self.is_barred()).map(|fault| (self.written.as_str(), fault))
    }

    /// The statement, where it is refused.
    pub(super) fn into_refused(self) -> Option<String> {
        self.refused.then_some(self.written)
    }

    /// Whether it is refused as this statement was, and made of the same words.
    pub(super) fn repeats(&self, refused: &str) -> bool {
        self.refused && same_words(&self.written, refused)
    }

    /// The card with what became of a correction.
    pub(super) fn with_note(mut self, note: &Text, locale: Locale) -> Self {
        let _ = write!(self.card, "\n{}", note.render(locale));
        self
    }

    /// The card with what is said of a statement that the model has corrected, or could not.
    pub(super) fn after_a_refusal(self, locale: Locale) -> Self {
        let said = if self.refused { text("repair-failed") } else { text("repaired") };
        self.with_note(&said, locale)
    }

    /// The answer with the card in place of the statement the model wrote. A refused statement stays where it is and
    /// the refusal follows.
    pub(super) fn within<'a>(&'a self, answer: &'a str) -> LaidOut<'a> {
        let (before, after) = match &self.place {
            Some(statement) if !self.refused => (&answer[..statement.range.start], &answer[statement.range.end..]),
            _ => (answer, ""),
        };
        LaidOut { before, ours: &self.card, after, ..LaidOut::default() }
    }
}

impl Offer {
    /// The words around the statement.
    pub(super) fn prose(&self, answer: &str) -> String {
        let Some(statement) = &self.place else { return answer.to_owned() };
        format!("{}{}", &answer[..statement.range.start], &answer[statement.range.end..])
    }
}

impl Pipeline {
    /// An offer as it stands in the place: its card among `words`, or, where that is for the asker alone, the line that
    /// says so after it has been sent to them.
    pub(super) async fn placed(&self, asker: &Asker, offer: Offer, words: impl FnOnce(&str) -> String) -> Outgoing {
        let (text, state) = (words(&offer.card), OutgoingState::Final);
        let message = Outgoing { text, buttons: offer.buttons, files: offer.files, state };
        if offer.bar.is_none() {
            return message;
        }
        let (Ok(said) | Err(said)) = self.hand_over(asker, &offer.proposal, &message).await;
        self.forget_files(asker, &message.files).await;
        said
    }
}

/// The statement exactly as it will run, its parameters, its tables and where it comes from; where it stands in a file, the
/// name of that in place of the statement.
pub(super) fn card(proposal: &Proposal, relations: &[String], in_file: Option<&str>, locale: Locale) -> String {
    let mut card = String::new();
    if let Origin::Verified { question, .. } = &proposal.origin
        && !question.is_empty()
    {
        card = text("answers-question").with("question", question).render(locale) + "\n";
    }
    card += &whole_statement(proposal, in_file, locale);
    let source = match &proposal.origin {
        Origin::Model => None,
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
pub(super) fn whole_statement(proposal: &Proposal, in_file: Option<&str>, locale: Locale) -> String {
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
pub(super) fn day(iso: &str, locale: Locale) -> String {
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

/// The buttons of a statement that can run; one that waits for a steward can be agreed to where it stands.
pub(super) fn buttons(proposal: &Proposal, locale: Locale) -> Vec<Button> {
    let id = || proposal.id.clone();
    let waits = proposal.agreement == Agreement::Needed;
    let agree = waits.then(|| (ButtonAction::Agree(id()), text("button-agree")));
    [
        (ButtonAction::Execute(id()), text("button-execute")),
        (ButtonAction::Edit(id()), text("button-edit")),
        (ButtonAction::Explain(id()), text("button-explain")),
    ]
    .into_iter()
    .chain(agree)
    .map(|(action, label)| button(action, &label, locale))
    .collect()
}

/// A button in the reader's language.
pub(super) fn button(action: ButtonAction, label: &Text, locale: Locale) -> Button {
    Button { action, label: label.render(locale) }
}
