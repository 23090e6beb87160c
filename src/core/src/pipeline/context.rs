//! What the model is asked, and how its counts correct the next prompt.

use tokio_util::sync::CancellationToken;

use super::answer::{Answer, Answered};
use super::asker::Asker;
use super::{Pipeline, Trouble};
use crate::context::{Brief, Briefing, DataBrief, Gauge, Unfit, asked_back};
use crate::domain::{Conversation, Mode, Turn, TurnId};
use crate::ports::ModelError;

/// A question with the one it belongs to.
pub(super) struct Whole {
    pub(super) question: String,
    /// Whether the model may ask something in return: once a question.
    pub(super) may_ask: bool,
}

/// An answer that was at least begun, with what was asked; or why there is none, and the turn that can be tried again.
pub(super) type Reached = Result<(Box<Answer>, Briefing), (ModelError, Option<TurnId>)>;

impl Pipeline {
    /// Asks the model and shows its answer as it comes: about data, or, without any, about whatever else. Where the
    /// server finds the prompt too long after all, it is made smaller once.
    pub(super) async fn ask_model(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        data: Option<DataBrief<'_>>,
        stop: &CancellationToken,
    ) -> Result<Reached, Trouble> {
        let briefing = match self.briefing(asker, conversation, data, usize::MAX).await? {
            Ok(briefing) => briefing,
            Err(error) => return Ok(Err((error, None))),
        };
        let tokens = briefing.tokens;
        let reached = self.ask_once(asker, conversation, briefing, stop).await?;
        if !matches!(reached, Err((ModelError::PromptTooLong, _))) {
            return Ok(reached);
        }
        self.gauges.learn(self.parts.model.name(), Gauge::too_long);
        match self.briefing(asker, conversation, data, tokens / 4 * 3).await? {
            Ok(smaller) => self.ask_once(asker, conversation, smaller, stop).await,
            Err(_) => Ok(reached),
        }
    }

    async fn ask_once(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        briefing: Briefing,
        stop: &CancellationToken,
    ) -> Result<Reached, Trouble> {
        let request = briefing.request.clone();
        Ok(match self.stream_answer(asker, conversation, request, stop).await? {
            Answered::NotBegun(error, turn) => Err((error, Some(turn))),
            Answered::Begun(answer) => {
                self.learn_size(&briefing, answer.prompt_tokens());
                Ok((answer, briefing))
            }
        })
    }

    /// What the model is asked, within `most` tokens, or why it cannot be.
    async fn briefing(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        data: Option<DataBrief<'_>>,
        most: usize,
    ) -> Result<Result<Briefing, ModelError>, Trouble> {
        let turns = self.turns_for(asker, conversation).await?;
        let today = self.parts.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
        let locale = asker.user.locale;
        let mode = if data.is_some() { Mode::Sql } else { Mode::Chat };
        let brief = Brief { locale, today, turns: &turns, data };
        let model = &self.parts.model;
        let room = self.gauges.of(model.name()).room(model.context_tokens(), self.parts.settings.answer_tokens);
        match brief.told(self.parts.prompts.of(mode, locale), room.min(most)) {
            Ok(briefing) => {
                let Briefing { told, tokens, .. } = &briefing;
                if told.is_partial() {
                    tracing::info!(conversation = conversation.id.0, tokens, room, ?told, "not all fitted the prompt");
                }
                Ok(Ok(briefing))
            }
            Err(Unfit::TooLong) => Ok(Err(ModelError::PromptTooLong)),
            Err(error @ Unfit::Template(_)) => Err(Trouble::Broken(error.to_string())),
        }
    }

    /// A question with the one it belongs to: where the model asked something in return, what the person says next is
    /// the answer, and both are one question.
    pub(super) async fn with_what_it_answers(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        question: &str,
    ) -> Result<Whole, Trouble> {
        let turns = self.turns_for(asker, conversation).await?;
        Ok(match asked_back(&turns) {
            Some(back) => Whole { question: format!("{} ({question})", back.first.trim()), may_ask: false },
            None => Whole { question: question.to_owned(), may_ask: true },
        })
    }

    /// The last turns, the question among them. What was shown to the person alone is not told to a place where others
    /// read.
    async fn turns_for(&self, asker: &Asker, conversation: &Conversation) -> Result<Vec<Turn>, Trouble> {
        let turns = self.parts.conversations.turns(conversation.id, self.parts.settings.history_turns + 1).await?;
        Ok(turns.into_iter().filter(|turn| asker.place.private || !turn.aside).collect())
    }

    /// Learns how many tokens a prompt really took.
    pub(super) fn learn_size(&self, briefing: &Briefing, counted: Option<u64>) {
        if let Some(counted) = counted {
            self.gauges.learn(self.parts.model.name(), |gauge| gauge.observe(briefing.tokens, counted));
        }
    }
}
