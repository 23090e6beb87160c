//! What the model is asked, and how its counts correct the next prompt.

use futures::FutureExt as _;

use super::answer::Answer;
use super::asker::Asker;
use super::running::Stop;
use super::streaming::Answered;
use super::unanswered::{NoAnswer, Unanswered};
use super::{Pipeline, PipelineError};
use crate::context::{Brief, Briefing, DataBrief, Gauge, Unfit, asked_back, asks_anew};
use crate::domain::{AuditStatus, Conversation, Mode, Turn};
use crate::ports::ModelError;

/// A question with the one it belongs to.
pub(super) struct Whole {
    pub(super) question: String,
    /// Whether the model may ask something in return: once a question.
    pub(super) may_ask: bool,
}

impl Whole {
    /// A question that belongs to no other.
    pub(super) fn alone(question: &str) -> Self {
        Self { question: question.to_owned(), may_ask: true }
    }
}

/// What came of asking the model.
pub(super) enum Reached {
    /// An answer that was at least begun, and what was asked.
    Answer(Box<Answer>, Box<Briefing>),
    /// Nothing was said.
    Unanswered(Box<Unanswered>),
    /// Everything is closed and said.
    Withdrawn,
}

impl Pipeline {
    /// Asks the model and shows its answer as it comes: about data, or, without any, about whatever else. Where the
    /// server finds the prompt too long after all, it is made smaller once.
    pub(super) async fn ask_model(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        data: Option<DataBrief<'_>>,
        stop: &Stop,
    ) -> Result<Reached, PipelineError> {
        let briefing = match self.briefing(asker, conversation, data, usize::MAX).await? {
            Ok(briefing) => briefing,
            Err(error) => return self.unasked(asker, conversation, error).await,
        };
        let request = briefing.request.clone();
        let answered = self.stream_answer(asker, conversation, request, stop).await?;
        let unanswered = match answered {
            Answered::NotBegun(unanswered) if unanswered.is_too_long() => unanswered,
            other => return Ok(self.reached(other, briefing)),
        };
        self.learn_too_long();
        let Ok(smaller) = self.briefing(asker, conversation, data, briefing.tokens / 4 * 3).await? else {
            return Ok(Reached::Unanswered(unanswered));
        };
        let request = smaller.request.clone();
        let answered = self.stream_instead(asker, conversation, *unanswered, request, stop).await?;
        Ok(self.reached(answered, smaller))
    }

    fn reached(&self, answered: Answered, briefing: Briefing) -> Reached {
        match answered {
            Answered::NotBegun(unanswered) => Reached::Unanswered(unanswered),
            Answered::Withdrawn => Reached::Withdrawn,
            Answered::Begun(answer) => {
                self.learn_size(&briefing, answer.prompt_tokens());
                Reached::Answer(answer, Box::new(briefing))
            }
        }
    }

    /// A question that no model can be asked.
    async fn unasked(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        error: ModelError,
    ) -> Result<Reached, PipelineError> {
        let message = self.begin_answer(asker, conversation).await?;
        let event = self.answer_event(asker, conversation, AuditStatus::Failed);
        let unanswered = self.unanswered(asker, message, NoAnswer::Model(error), event).boxed().await?;
        Ok(unanswered.map_or(Reached::Withdrawn, |unanswered| Reached::Unanswered(Box::new(unanswered))))
    }

    /// What the model is asked for the rest of an answer: its question, and what it says so far.
    pub(super) fn briefing_to_go_on(
        &self,
        asker: &Asker,
        data: Option<DataBrief<'_>>,
        (question, said): (&Turn, &str),
        wish: &str,
    ) -> Result<Briefing, PipelineError> {
        let brief = self.brief(asker, std::slice::from_ref(question), data);
        match brief.to_go_on(self.template_of(&brief), self.room(), said, wish) {
            Ok(briefing) => Ok(briefing),
            Err(Unfit::TooLong) => Err(PipelineError::Tell(ModelError::PromptTooLong.text())),
            Err(error @ Unfit::Template(_)) => Err(PipelineError::Broken(error.to_string())),
        }
    }

    fn brief<'a>(&self, asker: &Asker, turns: &'a [Turn], data: Option<DataBrief<'a>>) -> Brief<'a> {
        let today = self.today().to_string();
        Brief { locale: asker.user.locale, today, turns, data }
    }

    fn template_of(&self, brief: &Brief<'_>) -> &str {
        let mode = if brief.data.is_some() { Mode::Sql } else { Mode::Chat };
        self.parts.prompts.of(mode, brief.locale)
    }

    /// Tokens a prompt may take, as they are estimated.
    fn room(&self) -> usize {
        let model = &self.parts.model;
        self.gauges.of(model.name()).room(model.context_tokens(), self.parts.settings.answer_tokens)
    }

    /// What the model is asked, within `most` tokens, or why it cannot be.
    async fn briefing(
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
    pub(super) async fn with_what_it_answers(
        &self,
        conversation: &Conversation,
        question: &str,
    ) -> Result<Whole, PipelineError> {
        let turns = self.recent_turns(conversation).await?;
        Ok(match asked_back(&turns) {
            Some(back) if !asks_anew(question) => {
                Whole { question: format!("{} ({question})", back.first.trim()), may_ask: false }
            }
            Some(_) | None => Whole::alone(question),
        })
    }

    /// The last turns, the question among them. What was shown to the person alone is not told to a place where others
    /// read.
    async fn turns_for(&self, asker: &Asker, conversation: &Conversation) -> Result<Vec<Turn>, PipelineError> {
        let turns = self.recent_turns(conversation).await?;
        Ok(turns.into_iter().filter(|turn| asker.place.private || !turn.aside).collect())
    }

    /// The last turns, wherever they were shown: which question belongs to which is the same everywhere.
    async fn recent_turns(&self, conversation: &Conversation) -> Result<Vec<Turn>, PipelineError> {
        Ok(self.parts.conversations.turns(conversation.id, self.parts.settings.history_turns + 1).await?)
    }

    /// Learns that the server found a prompt too long.
    pub(super) fn learn_too_long(&self) {
        self.gauges.learn(self.parts.model.name(), Gauge::too_long);
    }

    /// Learns how many tokens a prompt really took.
    pub(super) fn learn_size(&self, briefing: &Briefing, counted: Option<u64>) {
        if let Some(counted) = counted {
            self.gauges.learn(self.parts.model.name(), |gauge| gauge.observe(briefing.tokens, counted));
        }
    }
}
