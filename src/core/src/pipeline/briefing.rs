//! Prompts for the model, and the correction of the next prompt by the model's token counts.

use std::sync::Arc;

use crate::asker::Asker;
use crate::context::{Brief, Briefing, DataBrief, Gauge, Gauges, Prompts, Unfit, asked_back, asks_anew};
use crate::domain::{Conversation, Mode, Turn};
use crate::egress::StreamEnd;
use crate::error::PipelineError;
use crate::history::History;
use crate::models::ModelPool;
use crate::pipeline::exchange::{Continued, Exchange, ExchangeEnd};
use crate::pipeline::inquiry::Question;
use crate::ports::{Clock, ModelError};
use crate::settings::Settings;

/// Builds prompts for the model and corrects the next one by the model's own token counts.
pub(crate) struct Briefings {
    pub(crate) settings: Arc<Settings>,
    pub(crate) model: Arc<ModelPool>,
    pub(crate) prompts: Arc<Prompts>,
    pub(crate) gauges: Gauges,
    pub(crate) history: Arc<History>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Briefings {
    /// Builds the prompt for the rest of an answer, from its question and its text so far.
    pub(crate) fn briefing_to_go_on(
        &self,
        asker: &Asker,
        data: Option<DataBrief<'_>>,
        before: &Continued,
        wish: &str,
    ) -> Result<Briefing, PipelineError> {
        let brief = self.brief(asker, std::slice::from_ref(&before.asked), data);
        match brief.to_go_on(self.template_of(&brief), self.room(), &before.said, wish) {
            Ok(briefing) => Ok(briefing),
            Err(Unfit::TooLong) => Err(PipelineError::Tell(ModelError::PromptTooLong.text())),
            Err(error @ Unfit::Template(_)) => Err(PipelineError::Broken(error.to_string())),
        }
    }

    fn brief<'a>(&self, asker: &Asker, turns: &'a [Turn], data: Option<DataBrief<'a>>) -> Brief<'a> {
        let today = self.settings.today(&*self.clock).to_string();
        Brief { locale: asker.user.locale, today, turns, form: self.settings.form, data }
    }

    fn template_of(&self, brief: &Brief<'_>) -> &str {
        let mode = if brief.data.is_some() { Mode::Sql } else { Mode::Chat };
        self.prompts.of(mode, brief.locale)
    }

    /// Tokens a prompt may take, as they are estimated.
    fn room(&self) -> usize {
        let model = &self.model;
        self.gauges.of(model.name()).room(model.context_tokens(), self.settings.answer_tokens)
    }

    /// Builds a prompt of at most `most` tokens, or returns the reason it cannot.
    pub(crate) async fn briefing(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        data: Option<DataBrief<'_>>,
        most: usize,
    ) -> Result<Result<Briefing, ModelError>, PipelineError> {
        let turns = self.turns_for(asker, conversation).await?;
        let brief = self.brief(asker, &turns, data);
        let room = self.room().min(most);
        match brief.told(self.template_of(&brief), room) {
            Ok(briefing) => {
                let Briefing { told, tokens, .. } = &briefing;
                if told.is_partial() {
                    tracing::info!(conversation = conversation.id.0, tokens, room, ?told, "not all fitted the prompt");
                }
                Ok(Ok(briefing))
            }
            Err(Unfit::TooLong) => Ok(Err(ModelError::PromptTooLong)),
            Err(error @ Unfit::Template(_)) => Err(PipelineError::Broken(error.to_string())),
        }
    }

    /// A question with the one it belongs to: where the model asked something in return, what the person says next is
    /// the answer, and both are one question; unless they ask something themselves.
    pub(crate) async fn join_clarification(
        &self,
        conversation: &Conversation,
        alone: Question,
    ) -> Result<Question, PipelineError> {
        let turns = self.history.recent_turns(conversation).await?;
        Ok(match asked_back(&turns) {
            Some(first) if !asks_anew(&alone.text) => Question {
                text: format!("{} ({})", first.text.trim(), alone.text),
                target: alone.target.or_else(|| first.target.clone()),
                asked: [first.id].into_iter().chain(alone.asked).collect(),
                may_ask: false,
            },
            Some(_) | None => alone,
        })
    }

    /// The last turns, the question among them. What was shown to the person alone is not told to a place where others
    /// read.
    async fn turns_for(&self, asker: &Asker, conversation: &Conversation) -> Result<Vec<Turn>, PipelineError> {
        let turns = self.history.recent_turns(conversation).await?;
        Ok(turns.into_iter().filter(|turn| asker.place.private || !turn.aside).collect())
    }

    /// Learns that the server found a prompt too long.
    pub(crate) fn learn_too_long(&self) {
        self.gauges.learn(self.model.name(), Gauge::too_long);
    }

    /// Learns how many tokens the last prompt really took.
    pub(crate) fn learn_size(&self, exchange: &Exchange<'_>) {
        if let (Some(briefing), ExchangeEnd::Answered(StreamEnd::Whole(stats))) = (&exchange.briefing, &exchange.end)
            && let Some(counted) = stats.prompt_tokens
        {
            self.gauges.learn(self.model.name(), |gauge| gauge.observe(briefing.tokens, counted));
        }
    }
}
