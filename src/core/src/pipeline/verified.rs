//! Questions that stewards have answered before: offered as they stand, or examples for the model.

use std::collections::{BTreeMap, BTreeSet};

use super::audience::signed;
use super::proposing::Draft;
use super::question::Inquiry;
use super::unanswered::Unanswered;
use super::{Pipeline, PipelineError, Schema};
use crate::attached::own_words;
use crate::context::Example;
use crate::domain::{Locale, NewTurn, Origin, Outgoing, Speaker, TurnState, Value, VerifiedQuery};
use crate::egress::neutralized;
use crate::guard::Verdict;
use crate::knowledge;
use crate::results::readable;
use crate::text::text;

/// A verified query that is the question, with the values the question names.
pub(super) struct Matched {
    query: VerifiedQuery,
    values: BTreeMap<String, Value>,
    assumed: BTreeSet<String>,
    /// Whether the question is asked word for word.
    pub(super) exact: bool,
}

impl Pipeline {
    /// The verified query that nearly is the question, as those see it who see this much.
    pub(super) fn verified_match(
        &self,
        question: &str,
        schema: &Schema,
        verified: &[VerifiedQuery],
    ) -> Option<Matched> {
        let found = knowledge::match_question(&own_words(question), verified, &schema.known, self.today())?;
        // One that reads what people may not see any more is no answer: the model gets its chance.
        let allowed = matches!(schema.guard.check(&found.query.statement), Verdict::Allow(_));
        let knowledge::Match { query, values, assumed, exact } = found;
        allowed.then(|| Matched { query: query.clone(), values, assumed, exact })
    }

    /// Offers a verified query as it stands. `unanswered` says why the model was not used, where it should have been.
    pub(super) async fn offer_verified(
        &self,
        inquiry: &Inquiry<'_>,
        matched: &Matched,
        unanswered: Option<Unanswered>,
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
        let offer = match self.propose(inquiry, draft).await {
            Ok(offer) => offer,
            Err(trouble) => {
                let Some(unanswered) = unanswered else { return Err(trouble) };
                return self.give_up(inquiry.asker, unanswered, trouble).await;
            }
        };
        let proposal = offer.proposal.clone();
        let why = match &unanswered {
            None => String::new(),
            Some(away) if away.is_away() => text("without-model").render(locale) + "\n\n",
            Some(other) => {
                let sentence = other.sentence(inquiry.asker, &self.parts.settings).render(locale);
                format!("{sentence}\n\n{}\n\n", text("meanwhile").render(locale))
            }
        };
        let card = self.placed(inquiry.asker, offer, |card| why + card).await;
        self.parts
            .conversations
            .add_turn(&NewTurn {
                conversation: inquiry.conversation.id,
                speaker: Speaker::Pstral,
                text: card.text.clone(),
                state: TurnState::Complete,
                proposal: Some(proposal.clone()),
                at: self.parts.clock.now(),
                aside: inquiry.is_aside(),
            })
            .await?;
        let message = Outgoing { text: signed(inquiry.asker, &card.text), ..card };
        match unanswered {
            None => drop(self.show_card(inquiry.asker, &proposal, &message).await),
            Some(unanswered) => {
                if let Some(at) = self.close_unanswered(inquiry.asker, unanswered, &message).await? {
                    self.remember_card(&proposal, at, &message).await;
                }
            }
        }
        self.forget_files(inquiry.asker, &message.files).await;
        Ok(())
    }
}

impl Inquiry<'_> {
    /// The verified queries nearest to the question, as examples in the asker's language. Those that read what
    /// somebody who reads the answer may not see are left out.
    pub(super) fn examples(&self, verified: &[VerifiedQuery], limit: usize) -> Vec<Example> {
        let ranked = knowledge::rank(self.question, verified, &self.common.known, limit);
        ranked.into_iter().filter_map(|(query, _)| self.example(query)).collect()
    }

    /// The first verified queries, for a question that is near none.
    pub(super) fn samples(&self, verified: &[VerifiedQuery], limit: usize) -> Vec<Example> {
        verified.iter().filter_map(|query| self.example(query)).take(limit).collect()
    }

    fn example(&self, query: &VerifiedQuery) -> Option<Example> {
        let allowed = matches!(self.common.guard.check(&query.statement), Verdict::Allow(_));
        let question = query.question(self.asker.user.locale).to_owned();
        allowed.then(|| Example { question, statement: query.statement.clone() })
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

/// An example's question with `…` where a person puts a value.
pub(super) fn asked(example: &Example) -> String {
    knowledge::slots(&example.question)
        .into_iter()
        .fold(example.question.clone(), |asked, name| asked.replace(&format!("{{{name}}}"), "…"))
}
