//! Asking a model again, with what a check found in its answer.

use minijinja::context;

use super::brief::{Briefing, Unfit};
use super::fence::{code, line};
use super::template::render;
use super::tokens::{AROUND_MESSAGE, Kind, tokens};
use crate::domain::Speaker;
use crate::ports::ModelMessage;

/// A check's result for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check<'a> {
    /// The model's answer: its statement, or its text if it has none.
    pub answer: &'a str,
    /// The statement's fault; `None` where there should be a statement and is none.
    pub fault: Option<CheckedFault<'a>>,
}

/// The fault of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedFault<'a> {
    /// The rule it breaks, where it is one of ours.
    pub rule: Option<&'a str>,
    /// Line and column, from 1, where they are known.
    pub at: Option<(u64, u64)>,
    /// The fault and the correction, in the language of the answer.
    pub reason: &'a str,
}

impl Briefing {
    /// Returns the request extended by the answer and the check's result. All else stays as it was, so that a server
    /// need not read it again; only if there is no room are the oldest messages dropped. `None` if it does not fit.
    pub fn again(&self, template: &str, check: &Check<'_>) -> Result<Option<Self>, Unfit> {
        let answer = match check.fault {
            Some(_) => format!("```sql\n{}\n```", code(check.answer)),
            None => code(check.answer),
        };
        let found = found(template, check, self.request.format.is_some())?;
        let mut next = self.clone();
        for (speaker, text, kind) in
            [(Speaker::Pstral, answer, Kind::Code), (Speaker::Person, found, Kind::Prose(self.locale))]
        {
            next.tokens += tokens(&text, kind) + AROUND_MESSAGE;
            next.request.messages.push(ModelMessage { speaker, text });
        }
        next.make_room();
        Ok((next.tokens <= next.room).then_some(next))
    }

    /// Returns the same request for another answer than those before; 0 is the first.
    #[must_use]
    pub fn varied(&self, variant: u32) -> Self {
        let mut next = self.clone();
        next.request.variant = variant;
        next
    }

    /// Takes the oldest messages away while there are too many, up to the question.
    fn make_room(&mut self) {
        let begins_with_ours =
            |briefing: &Self| briefing.request.messages.first().is_some_and(|first| first.speaker == Speaker::Pstral);
        while self.told.turns > 0 && (self.tokens > self.room || begins_with_ours(self)) {
            let oldest = self.request.messages.remove(0);
            let size = tokens(&oldest.text, Kind::Code).min(tokens(&oldest.text, Kind::Prose(self.locale)));
            self.tokens = self.tokens.saturating_sub(size + AROUND_MESSAGE);
            self.told.turns -= 1;
            self.told.turns_left += 1;
        }
    }
}

/// Renders the message that tells the model the check's result.
fn found(template: &str, check: &Check<'_>, json: bool) -> Result<String, Unfit> {
    let values = match check.fault {
        None => context! { json, missing => true },
        Some(fault) => context! {
            json,
            rule => fault.rule,
            line => fault.at.map(|(line, _)| line),
            column => fault.at.map(|(_, column)| column),
            reason => line(fault.reason, 600),
        },
    };
    render(template, values).map_err(|error| Unfit::Template(error.to_string()))
}
