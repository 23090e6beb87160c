//! A statement that was refused goes back to the model with what was found, before the person hears of it.

use std::ops::Range;
use std::sync::Arc;

use crate::context::{Briefing, Check, CheckedFault, Prompts, asks};
use crate::egress::StreamEnd;
use crate::error::PipelineError;
use crate::extract;
use crate::pipeline::briefing::Briefings;
use crate::pipeline::exchange::{Exchange, ExchangeEnd};
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::offer::Offer;
use crate::pipeline::proposal_maker::ProposalMaker;
use crate::pipeline::streaming::AnswerStreamer;
use crate::pipeline::unsupported_claims::tells_numbers;
use crate::settings::Settings;
use crate::targets::audience::names_any;
use crate::text::{Text, text};

/// Lets the model correct what was refused.
pub(crate) struct Corrections {
    pub(crate) settings: Arc<Settings>,
    pub(crate) prompts: Arc<Prompts>,
    pub(crate) briefings: Arc<Briefings>,
    pub(crate) proposal_maker: Arc<ProposalMaker>,
    pub(crate) answer_streamer: Arc<AnswerStreamer>,
}

impl Corrections {
    /// Offers the statement of an answer, once the model has had the chance to correct a refused one, and to answer afresh
    /// where that came to nothing.
    pub(crate) async fn offer_corrected(
        &self,
        inquiry: &Inquiry<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Option<Offer>, PipelineError> {
        let locale = inquiry.asker.user.locale;
        let mut left = self.attempts(exchange);
        let mut offer = self.proposal_maker.offer_from(inquiry, exchange, 0).await?;
        let mut refused = None;
        for repair in 1.. {
            let is_heavy = offer.as_ref().and_then(Offer::fault).is_some_and(|(_, fault)| fault.heavy);
            if exchange.stop.token.is_cancelled() || (is_heavy && repair > 1) {
                break;
            }
            let Some((briefing, note)) = self.next_request(inquiry, exchange, offer.as_ref(), &mut left)? else {
                break;
            };
            let before = exchange.said();
            self.answer_streamer.stream_correction(exchange, briefing, &note).await?;
            self.briefings.learn_size(exchange);
            if exchange.is_stopped() {
                return Ok(None);
            }
            if !exchange.is_whole() || extract::statements(exchange.text()).is_empty() {
                let note = why_not(exchange);
                let is_better = exchange.is_whole() && !tells_numbers(exchange.text()) && !asks(exchange.text());
                if offer.is_some() {
                    exchange.show_earlier_text(before);
                } else if !is_better {
                    exchange.take_up(before);
                }
                return Ok(offer.map(|offer| offer.with_note(&note, locale)));
            }
            refused = offer.and_then(Offer::into_refused);
            offer = self.proposal_maker.offer_from(inquiry, exchange, repair).await?;
            let is_same = |offer: &Offer| refused.as_deref().is_some_and(|refused| offer.repeats(refused));
            if offer.as_ref().is_some_and(is_same) {
                // The model has no better idea of how to correct it.
                left.corrections = 0;
            }
        }
        Ok(if refused.is_some() { offer.map(|offer| offer.after_a_refusal(locale)) } else { offer })
    }

    /// The attempts that an answer has.
    fn attempts(&self, exchange: &Exchange<'_>) -> Attempts {
        let (corrections, afresh) = (self.settings.corrections, 1..self.settings.candidates);
        Attempts { corrections, afresh, question: exchange.briefing.clone() }
    }

    /// The next request with the note that is shown meanwhile: a correction, or once there are no more of these, the question
    /// afresh, for which the server need not read the prompt again.
    fn next_request(
        &self,
        inquiry: &Inquiry<'_>,
        exchange: &Exchange<'_>,
        offer: Option<&Offer>,
        left: &mut Attempts,
    ) -> Result<Option<(Briefing, Text)>, PipelineError> {
        let is_refused = offer.and_then(Offer::fault).is_some();
        if left.corrections > 0 {
            left.corrections -= 1;
            let note = match (is_refused, asks(exchange.text())) {
                (true, _) => "correcting",
                (false, true) => "asked-enough",
                (false, false) => "claimed-without-data",
            };
            return Ok(self.asked_again(inquiry, exchange, offer)?.map(|briefing| (briefing, text(note))));
        }
        let Some(question) = left.question.as_ref().filter(|_| is_refused) else { return Ok(None) };
        Ok(left.afresh.next().map(|variant| (question.varied(variant), text("answering-afresh"))))
    }

    /// The request with which the model is asked again; `None` where it has nothing to mend, or no room to.
    fn asked_again(
        &self,
        inquiry: &Inquiry<'_>,
        exchange: &Exchange<'_>,
        offer: Option<&Offer>,
    ) -> Result<Option<Briefing>, PipelineError> {
        let locale = inquiry.asker.user.locale;
        let reason;
        let check = match offer.map(Offer::fault) {
            Some(Some((statement, fault))) => {
                reason = fault.reason.render(locale);
                let fault = CheckedFault { rule: fault.rule, at: fault.at, reason: &reason };
                Check { answer: statement, fault: Some(fault) }
            }
            None if lacks_a_statement(inquiry, exchange) => Check { answer: exchange.text(), fault: None },
            Some(None) | None => return Ok(None),
        };
        let Some(briefing) = &exchange.briefing else { return Ok(None) };
        let template = self.prompts.repair(locale);
        let next = briefing.again(template, &check).map_err(|error| PipelineError::Broken(error.to_string()))?;
        if next.is_none() {
            tracing::info!(conversation = inquiry.conversation.id.0, "no room to ask for a correction");
        }
        Ok(next)
    }
}

/// The attempts that are left to a model whose statement was refused.
struct Attempts {
    corrections: u32,
    /// Numbers of the answers to the question alone, without those before.
    afresh: Range<u32>,
    /// The first prompt.
    question: Option<Briefing>,
}

/// True where words alone will not do: the model asks something in return though it has had its answer, or it tells
/// numbers of the data that no statement has read.
fn lacks_a_statement(inquiry: &Inquiry<'_>, exchange: &Exchange<'_>) -> bool {
    let said = exchange.text();
    let claims = tells_numbers(said) && names_any(&inquiry.question.text, &inquiry.common.catalog);
    exchange.is_whole() && (claims || asks(said) && !inquiry.question.may_ask)
}

/// The reason a correction failed.
fn why_not(exchange: &Exchange<'_>) -> Text {
    match &exchange.end {
        ExchangeEnd::Answered(StreamEnd::Failed(error)) => error.text(),
        _ => text("repair-failed"),
    }
}
