//! A statement that was refused goes back to the model with what was found, before the person hears of it.

use std::sync::Arc;

use crate::context::{Briefing, Check, CheckedFault, Prompts, asks};
use crate::egress::Streamed;
use crate::error::PipelineError;
use crate::extract;
use crate::outbox::running::Stop;
use crate::pipeline::answer::Answer;
use crate::pipeline::briefing::Briefings;
use crate::pipeline::claims::tells_numbers;
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::offer::Offer;
use crate::pipeline::proposing::Proposing;
use crate::pipeline::streaming::Answers;
use crate::targets::audience::names_any;
use crate::text::{Text, text};

/// Times that a model may correct an answer: each costs as much as a question.
const REPAIRS: u32 = 2;

/// Lets the model correct what was refused.
pub(crate) struct Corrections {
    pub(crate) prompts: Arc<Prompts>,
    pub(crate) briefings: Arc<Briefings>,
    pub(crate) proposing: Arc<Proposing>,
    pub(crate) answers: Arc<Answers>,
}

impl Corrections {
    /// Offers the statement of an answer, once the model has had the chance to correct a refused one.
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

/// True where words alone will not do: the model asks something in return though it has had its answer, or it tells
/// numbers of the data that no statement has read.
fn lacks_a_statement(inquiry: &Inquiry<'_>, answer: &Answer) -> bool {
    let said = answer.text();
    let claims = tells_numbers(said) && names_any(inquiry.question, &inquiry.common.catalog);
    answer.is_whole() && (claims || asks(said) && !inquiry.may_ask)
}

/// The reason a correction failed.
fn why_not(answer: &Answer) -> Text {
    match &answer.ended {
        Streamed::Failed(error) => error.text(),
        Streamed::Whole(_) | Streamed::Stopped | Streamed::TooLong | Streamed::TooSlow => text("repair-failed"),
    }
}
