//! The result of checking a statement as people see it: a card with its buttons, or the refusal.

use std::fmt::Write as _;

use crate::access::AccessDecision;
use crate::context::Term;
use crate::domain::{Button, FileRef, Locale, ProposalId};
use crate::egress::{AnswerLayout, quoted};
use crate::extract::Statement;
use crate::knowledge::NamedValue;
use crate::pipeline::fault::Fault;
use crate::pipeline::inquiry::Inquiry;
use crate::text::{Text, text};

/// Characters of a term's name on a card.
const LONGEST_NAME: usize = 120;

/// A checked statement as people see it.
pub(crate) struct Offer {
    /// Position of the statement in the answer, if it came from one.
    pub(crate) place: Option<Statement>,
    /// The statement as it will run, or the refusal.
    pub(crate) card: String,
    pub(crate) refused: bool,
    /// As it was written.
    pub(crate) written: String,
    /// The columns that it reads, as the guard names them; none of a refused one.
    pub(crate) columns: Vec<String>,
    pub(crate) fault: Option<Box<Fault>>,
    /// The statement's proposal, a refused one too.
    pub(crate) proposal: ProposalId,
    pub(crate) buttons: Vec<Button>,
    /// Files that hold the statement where the card does not.
    pub(crate) files: Vec<FileRef>,
    /// The reason that some readers of the reply may not see the statement, if any.
    pub(crate) bar: Option<AccessDecision>,
}

impl Offer {
    /// True if the offer is for the asker alone.
    pub(crate) fn is_barred(&self) -> bool {
        self.bar.is_some()
    }

    /// The statement and the error that a model can correct in it; `None` if the card is private, since others would read
    /// the model's reply.
    pub(crate) fn fault(&self) -> Option<(&str, &Fault)> {
        self.fault.as_deref().filter(|_| !self.is_barred()).map(|fault| (self.written.as_str(), fault))
    }

    /// The statement, where it is refused.
    pub(crate) fn into_refused(self) -> Option<String> {
        self.refused.then_some(self.written)
    }

    /// True if this statement is refused too and consists of the same words.
    pub(crate) fn repeats(&self, refused: &str) -> bool {
        self.refused && same_words(&self.written, refused)
    }

    /// Appends the outcome of a correction to the card.
    pub(crate) fn with_note(mut self, note: &Text, locale: Locale) -> Self {
        let _ = write!(self.card, "\n{}", note.render(locale));
        self
    }

    /// Appends how the model read the question: stored values and business terms.
    pub(crate) fn with_readings(self, inquiry: &Inquiry<'_>) -> Self {
        if self.refused {
            return self;
        }
        let locale = inquiry.asker.user.locale;
        self.with_values(&inquiry.values, locale).with_terms(&inquiry.terms, locale)
    }

    /// Appends how words of the question were read, where the statement compares with what they were read as.
    fn with_values(self, values: &[NamedValue], locale: Locale) -> Self {
        let is_used = |value: &str| self.written.contains(&format!("'{}'", value.replace('\'', "''")));
        let used: Vec<&NamedValue> =
            values.iter().filter(|named| named.is_read_otherwise() && is_used(&named.value)).collect();
        used.into_iter().fold(self, |offer, named| {
            let read = text("read-as").with("said", &named.said).with("value", &named.value);
            offer.with_note(&read.with("column", named.column.to_string()), locale)
        })
    }

    /// Appends which definitions of business terms the statement follows, and which it does not.
    fn with_terms(self, terms: &[Term], locale: Locale) -> Self {
        terms.iter().fold(self, |offer, term| {
            let is_followed = term.may_be_followed_by(&offer.written, &offer.columns);
            let said = if is_followed { text("term-followed") } else { text("term-not-followed") };
            offer.with_note(&said.with("name", quoted(&term.name, LONGEST_NAME)), locale)
        })
    }

    /// Appends a note on a statement that the model corrected or could not correct.
    pub(crate) fn after_a_refusal(self, locale: Locale) -> Self {
        let said = if self.refused { text("repair-failed") } else { text("repaired") };
        self.with_note(&said, locale)
    }

    /// The answer with the card in place of the statement the model wrote. A refused statement stays where it is and
    /// the refusal follows.
    pub(crate) fn within<'a>(&'a self, answer: &'a str) -> AnswerLayout<'a> {
        let (before, after) = match &self.place {
            Some(statement) if !self.refused => (&answer[..statement.range.start], &answer[statement.range.end..]),
            _ => (answer, ""),
        };
        AnswerLayout { before, ours: &self.card, after, ..AnswerLayout::default() }
    }

    /// The words around the statement.
    pub(crate) fn prose(&self, answer: &str) -> String {
        let Some(statement) = &self.place else { return answer.to_owned() };
        format!("{}{}", &answer[..statement.range.start], &answer[statement.range.end..])
    }
}

/// The words of a statement, however they are set.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_statement_is_known_however_it_is_set() {
        for (one, other, same) in [
            ("SELECT a\n  FROM t", "SELECT a FROM t", true),
            ("SELECT a FROM t", "SELECT b FROM t", false),
            ("", "SELECT 1", false),
        ] {
            assert_eq!(same_words(one, other), same);
        }
    }
}
