//! Questions that stewards have answered before: offered as they stand, or examples for the model.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attached::own_words;
use crate::domain::{Locale, NewTurn, Origin, Outgoing, Speaker, TurnState, Value, VerifiedQuery};
use crate::egress::neutralized;
use crate::error::PipelineError;
use crate::guard::Verdict;
use crate::knowledge::{Match, VerifiedSet};
use crate::outbox::cards::Cards;
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::pipeline::endings::Endings;
use crate::pipeline::exchange::Exchange;
use crate::pipeline::inquiry::Inquiry;
use crate::pipeline::proposal_maker::{Draft, ProposalMaker};
use crate::ports::{Clock, Conversations};
use crate::results::readable;
use crate::settings::Settings;
use crate::targets::Schema;
use crate::text::text;

/// A verified query that is the question, with the values the question names.
pub(crate) struct Matched {
    query: VerifiedQuery,
    values: BTreeMap<String, Value>,
    assumed: BTreeSet<String>,
    /// True if the question matches word for word.
    pub(crate) exact: bool,
}

/// Offers what is verified.
pub(crate) struct VerifiedAnswers {
    pub(crate) settings: Arc<Settings>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) proposal_maker: Arc<ProposalMaker>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl VerifiedAnswers {
    /// The verified query that nearly is the question, as those see it who see this much.
    pub(crate) fn matched(&self, question: &str, schema: &Schema, verified: &VerifiedSet) -> Option<Matched> {
        let found = verified.matched(&own_words(question), &schema.known, self.settings.today(&*self.clock))?;
        // One that reads what people may not see any more is no answer: the model gets its chance.
        let allowed = matches!(schema.guard.check(&found.query.statement), Verdict::Allow(_));
        let Match { query, values, assumed, exact } = found;
        allowed.then(|| Matched { query: query.clone(), values, assumed, exact })
    }

    /// Offers a verified query as it stands. `unanswered` is the exchange with the model, where it should have answered.
    pub(crate) async fn offer(
        &self,
        inquiry: &Inquiry<'_>,
        matched: &Matched,
        mut unanswered: Option<Exchange<'_>>,
    ) -> Result<(), PipelineError> {
        let locale = inquiry.asker.user.locale;
        let Matched { query, values, assumed, .. } = matched;
        let origin = Origin::Verified {
            id: query.id.clone(),
            by: query.verified_by.clone(),
            on: query.verified_on.clone(),
            question: filled(query.question(locale), values, locale),
            assumed: assumed.iter().cloned().collect(),
        };
        let draft = Draft { statement: &query.statement, parameters: values.clone(), origin, told: None, repairs: 0 };
        let offer = match self.proposal_maker.propose(inquiry, draft).await {
            Ok(offer) => offer,
            Err(trouble) => {
                let Some(mut unanswered) = unanswered else { return Err(trouble) };
                return self.endings.give_up(&mut unanswered, trouble).await;
            }
        };
        let proposal = offer.proposal.clone();
        let why = match &unanswered {
            None => String::new(),
            Some(exchange) if exchange.is_model_away() => text("without-model").render(locale) + "\n\n",
            Some(exchange) => {
                let why = exchange.why(&self.settings).map(|why| why.render(locale)).unwrap_or_default();
                format!("{why}\n\n{}\n\n", text("meanwhile").render(locale))
            }
        };
        let card = self.proposal_maker.placed(inquiry.asker, offer, |card| why + card).await;
        self.conversations
            .add_turn(&NewTurn {
                conversation: inquiry.conversation.id,
                speaker: Speaker::Pstral,
                text: card.text.clone(),
                state: TurnState::Complete,
                proposal: Some(proposal.clone()),
                at: self.clock.now(),
                aside: inquiry.is_aside(),
                target: None,
            })
            .await?;
        let message = Outgoing { text: signed(inquiry.asker, &card.text), ..card };
        match &mut unanswered {
            None => {
                self.cards.show_card(inquiry.asker, &proposal, &message).await;
                self.outbox.release_uploaded_files(inquiry.asker, &message.files).await;
                Ok(())
            }
            Some(unanswered) => self.endings.close_unanswered(unanswered, &message).await,
        }
    }
}

/// A question with its values, which are the database's or the person's: they are shown in one line, without marks.
fn filled(question: &str, values: &BTreeMap<String, Value>, locale: Locale) -> String {
    let plain = |value: &Value| {
        let words = readable(value, locale, false).replace(['`', '*', '_'], "");
        neutralized(&words.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (mut filled, mut rest) = (String::new(), question);
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| Some((values.get(name)?, tail)));
        if let Some((value, tail)) = value {
            filled.push_str(&plain(value));
            rest = tail;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled + rest
}
