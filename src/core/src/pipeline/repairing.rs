//! A statement that was refused goes back to the model with what was found, before the person hears of it.

use crate::context::{Briefing, Check, CheckedFault, asks};
use crate::egress::Streamed;
use crate::error::PipelineError;
use crate::extract;
use crate::guard::{Refusal, Rule};
use crate::outbox::running::Stop;
use crate::pipeline::answer::Answer;
use crate::pipeline::claims::tells_numbers;
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::offer::Offer;
use crate::pipeline::question::Questions;
use crate::refusal::refusal_text;
use crate::targets::audience::names_any;
use crate::text::{Text, text};

/// Times that a model may correct an answer: each costs as much as a question.
const REPAIRS: u32 = 2;

/// What a model can mend in a statement, in the words in which the person would hear of it.
pub(crate) struct Fault {
    rule: Option<&'static str>,
    at: Option<(u64, u64)>,
    reason: Text,
    /// Whether the statement asks for too much, rather than being wrong.
    heavy: bool,
}

impl Fault {
    /// What the guard refuses, where a better statement would pass: what is not open to the person, and what is not a
    /// query, is an answer to them.
    pub(crate) fn of_guard(own: &Refusal, told: &Refusal) -> Option<Box<Self>> {
        let at = Some((told.line, told.column));
        let fault = || Self { rule: Some(told.rule.id()), at, reason: refusal_text(told), heavy: false };
        can_be_mended(own.rule).then(|| Box::new(fault()))
    }

    /// What the database says of a statement.
    pub(crate) fn of_database(reason: Text) -> Self {
        Self { rule: None, at: None, reason, heavy: false }
    }

    /// A statement that the database cannot plan within its limits. Each try costs the database all that planning may
    /// take: the model is asked for a simpler one only once, and only about its first statement.
    pub(crate) fn of_weight(reason: Text) -> Self {
        Self { heavy: true, ..Self::of_database(reason) }
    }
}

impl Questions {
    /// What comes of an answer, after the model has had the chance to correct what was refused.
    pub(crate) async fn offer_corrected(
        &self,
        inquiry: &Inquiry<'_>,
        answer: &mut Answer,
        mut briefing: Briefing,
        stop: &Stop,
    ) -> Result<Option<Offer>, PipelineError> {
        let locale = inquiry.asker.user.locale;
        let mut offer = self.proposing.offer_from(inquiry, answer, &briefing.told, 0).await?;
        let mut refused = None;
        for repair in 1..=REPAIRS {
            let is_heavy = offer.as_ref().and_then(Offer::fault).is_some_and(|(_, fault)| fault.heavy);
            if stop.token.is_cancelled() || (is_heavy && repair > 1) {
                break;
            }
            let Some(next) = self.asked_again(inquiry, answer, offer.as_ref(), &briefing)? else { break };
            briefing = next;
            let before = answer.said();
            let request = briefing.request.clone();
            let is_refused = offer.as_ref().and_then(Offer::fault).is_some();
            let note = text(match (is_refused, asks(answer.text())) {
                (true, _) => "correcting",
                (false, true) => "asked-enough",
                (false, false) => "claimed-without-data",
            });
            self.answers.stream_again((inquiry.asker, inquiry.conversation), answer, request, &note, stop).await?;
            self.briefings.learn_size(&briefing, answer.prompt_tokens());
            if matches!(answer.ended, Streamed::Stopped) {
                return Ok(None);
            }
            if !answer.is_whole() || extract::statements(answer.text()).is_empty() {
                let note = why_not(answer);
                let is_better = answer.is_whole() && !tells_numbers(answer.text()) && !asks(answer.text());
                if offer.is_some() {
                    answer.let_stand(before);
                } else if !is_better {
                    answer.take_up(before);
                }
                return Ok(offer.map(|offer| offer.with_note(&note, locale)));
            }
            refused = offer.and_then(Offer::into_refused);
            offer = self.proposing.offer_from(inquiry, answer, &briefing.told, repair).await?;
            let is_same = |offer: &Offer| refused.as_deref().is_some_and(|refused| offer.repeats(refused));
            if offer.as_ref().is_some_and(is_same) {
                break;
            }
        }
        Ok(if refused.is_some() { offer.map(|offer| offer.after_a_refusal(locale)) } else { offer })
    }

    /// The request with which the model is asked again; `None` where it has nothing to mend, or no room to.
    fn asked_again(
        &self,
        inquiry: &Inquiry<'_>,
        answer: &Answer,
        offer: Option<&Offer>,
        briefing: &Briefing,
    ) -> Result<Option<Briefing>, PipelineError> {
        let locale = inquiry.asker.user.locale;
        let reason;
        let check = match offer.map(Offer::fault) {
            Some(Some((statement, fault))) => {
                reason = fault.reason.render(locale);
                let fault = CheckedFault { rule: fault.rule, at: fault.at, reason: &reason };
                Check { answer: statement, fault: Some(fault) }
            }
            None if lacks_a_statement(inquiry, answer) => Check { answer: answer.text(), fault: None },
            Some(None) | None => return Ok(None),
        };
        let template = self.prompts.repair(locale);
        let next = briefing.again(template, &check).map_err(|error| PipelineError::Broken(error.to_string()))?;
        if next.is_none() {
            tracing::info!(conversation = inquiry.conversation.id.0, "no room to ask for a correction");
        }
        Ok(next)
    }
}

/// Whether a statement that breaks a rule has a form that would not and asks for the same.
fn can_be_mended(rule: Rule) -> bool {
    match rule {
        Rule::RelationDenied | Rule::ColumnDenied | Rule::StarDenied | Rule::NotAQuery => false,
        Rule::Empty
        | Rule::TooLong
        | Rule::TooDeep
        | Rule::TooManyJoins
        | Rule::ControlCharacter
        | Rule::UnusualCharacter
        | Rule::RemoteLink
        | Rule::NestedComment
        | Rule::Syntax
        | Rule::SeveralStatements
        | Rule::Locks
        | Rule::Unsupported
        | Rule::RelationUnknown
        | Rule::ColumnUnknown
        | Rule::ColumnAmbiguous
        | Rule::WholeRow
        | Rule::AliasNotAllowed
        | Rule::FunctionNotAllowed
        | Rule::FunctionArguments
        | Rule::TypeNotAllowed
        | Rule::OperatorNotAllowed
        | Rule::JoinWithoutPredicate
        | Rule::Unbounded
        | Rule::Growth
        | Rule::Expansion
        | Rule::ValueSize
        | Rule::FunctionShadowed
        | Rule::Pattern
        | Rule::Parameter
        | Rule::CteOrder
        | Rule::Rendering => true,
    }
}

/// True where words alone will not do: the model asks something in return though it has had its answer, or it tells
/// numbers of the data that no statement has read.
fn lacks_a_statement(inquiry: &Inquiry<'_>, answer: &Answer) -> bool {
    let said = answer.text();
    let claims = tells_numbers(said) && names_any(inquiry.question, &inquiry.common.catalog);
    answer.is_whole() && (claims || asks(said) && !inquiry.may_ask)
}

/// Why a correction came to nothing.
fn why_not(answer: &Answer) -> Text {
    match &answer.ended {
        Streamed::Failed(error) => error.text(),
        Streamed::Whole(_) | Streamed::Stopped | Streamed::TooLong | Streamed::TooSlow => text("repair-failed"),
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
    fn what_policy_or_purpose_refuses_is_not_mended() {
        let lasting: Vec<&str> = Rule::ALL.iter().filter(|rule| !can_be_mended(**rule)).map(|rule| rule.id()).collect();
        assert_eq!(lasting, ["not-a-query", "relation-denied", "column-denied", "star-denied"]);
    }

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
