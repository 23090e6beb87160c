//! Asking the model, and its answer as a message that grows.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{Either, select};

use crate::asker::Asker;
use crate::context::{Briefing, DataBrief};
use crate::domain::{AuditEvent, AuditStatus, Conversation, TurnId};
use crate::egress::{AnswerLimits, LiveMessage, Streamed};
use crate::error::PipelineError;
use crate::history::is_aside;
use crate::models::{Asking, Full, ModelPool};
use crate::outbox::finalize::Finals;
use crate::outbox::running::Stop;
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::pipeline::answer::Answer;
use crate::pipeline::briefing::Briefings;
use crate::pipeline::endings::Endings;
use crate::pipeline::prefetch::{FirstTokens, Words};
use crate::pipeline::unanswered::{NoAnswer, Unanswered};
use crate::pipeline::waiting::Wait;
use crate::ports::{ChatRequest, Clock, ModelError};
use crate::recorder::event::prompt_hash;
use crate::settings::Settings;
use crate::text::Text;

/// The result of asking the model, as its message stands.
pub(crate) enum Answered {
    /// Nothing was said. The turn can be tried again.
    NotBegun(Box<Unanswered>),
    /// Something was said; the message still has to be closed.
    Begun(Box<Answer>),
    /// Everything is closed and said.
    Withdrawn,
}

impl Answered {
    fn without(unanswered: Option<Unanswered>) -> Self {
        unanswered.map_or(Self::Withdrawn, |unanswered| Self::NotBegun(Box::new(unanswered)))
    }
}

/// The result of asking the model, with its prompt if the answer was begun.
pub(crate) enum Reached {
    /// An answer that was at least begun, and what was asked.
    Answer(Box<Answer>, Box<Briefing>),
    /// Nothing was said.
    Unanswered(Box<Unanswered>),
    /// Everything is closed and said.
    Withdrawn,
}

/// Asks the model, and shows its answer as it grows.
pub(crate) struct Answers {
    pub(crate) settings: Arc<Settings>,
    pub(crate) model: Arc<ModelPool>,
    pub(crate) briefings: Arc<Briefings>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) finals: Arc<Finals>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Answers {
    /// Asks the model and shows its answer as it comes.
    pub(crate) async fn stream_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        request: ChatRequest,
        stop: &Stop,
    ) -> Result<Answered, PipelineError> {
        let prompt_hash = prompt_hash(&request);
        let message = self.begin_answer(asker, conversation).await?;
        // From here on it may hold a slot, which does not wait for a platform.
        let asking = self.model.ask(asker.user.id, request);
        let streamed = self.stream_in(asker, conversation, message, (asking, prompt_hash), stop);
        match select(asker.platform.typing(&asker.place), streamed.boxed()).await {
            Either::Left(((), streamed)) => streamed.await,
            Either::Right((answered, _)) => answered,
        }
    }

    /// Asks the model something else in place of what it could not answer.
    async fn stream_instead(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        unanswered: Unanswered,
        request: ChatRequest,
        stop: &Stop,
    ) -> Result<Answered, PipelineError> {
        let prompt_hash = prompt_hash(&request);
        let asking = self.model.ask(asker.user.id, request);
        self.stream_in(asker, conversation, unanswered.into_message(), (asking, prompt_hash), stop).boxed().await
    }

    /// The message of an answer, and its turn.
    async fn begin_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
    ) -> Result<(LiveMessage, TurnId), PipelineError> {
        let aside = is_aside(&conversation.place, &asker.place);
        let turn = self.finals.begin_turn(conversation.id, None, aside).await?;
        Ok((self.outbox.live_message(asker), turn))
    }

    async fn stream_in(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        (mut live, turn): (LiveMessage, TurnId),
        (asking, prompt_hash): (Result<Asking, Full>, String),
        stop: &Stop,
    ) -> Result<Answered, PipelineError> {
        let began = self.clock.elapsed();
        let asking = match asking {
            Ok(asking) => asking,
            Err(full) => {
                let event = self.endings.answer_event(asker, conversation, AuditStatus::Refused);
                let event = AuditEvent { prompt_hash: Some(prompt_hash), ..event };
                let unanswered =
                    self.endings.unanswered(asker, (live, turn), NoAnswer::Full(full), event).boxed().await?;
                return Ok(Answered::without(unanswered));
            }
        };
        let (ended, spaces) = self.hear(asker, &mut live, turn, asking, stop).await;
        let duration_ms = self.clock.millis_since(began);
        if let (Streamed::Stopped, Some(why)) = (&ended, stop.withdrawn()) {
            let answer = Answer::new((live, turn), (ended, spaces), duration_ms, prompt_hash);
            self.endings.withdraw(asker, conversation, answer, why).boxed().await?;
            return Ok(Answered::Withdrawn);
        }
        match ended {
            Streamed::Failed(error) if live.text().is_empty() => {
                let event = self.endings.answer_event(asker, conversation, AuditStatus::Failed);
                let (duration_ms, prompt_hash) = (Some(duration_ms), Some(prompt_hash));
                let event = AuditEvent { prompt_hash, duration_ms, ..event };
                let unanswered =
                    self.endings.unanswered(asker, (live, turn), NoAnswer::Model(error), event).boxed().await?;
                Ok(Answered::without(unanswered))
            }
            ended => {
                let answer = Answer::new((live, turn), (ended, spaces), duration_ms, prompt_hash);
                Ok(Answered::Begun(Box::new(answer)))
            }
        }
    }

    /// Waits for the answer and follows it to its end; says how it ended, and which spaces it began with.
    async fn hear(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        turn: TurnId,
        asking: Asking,
        stop: &Stop,
    ) -> (Streamed, String) {
        let (on_sent, limits) = (self.finals.on_sent(turn), self.settings.answer);
        let wait = Wait { clock: &*self.clock, settings: &self.settings, asker };
        // What follows takes longer and less room.
        let words = match wait.first_words(live, asking, stop, &on_sent).boxed().await {
            FirstTokens::Words(words) => words,
            FirstTokens::Nothing(ended) => return (ended, String::new()),
        };
        let Words { stream, took, spaces, thought } = words;
        live.has_thought(thought);
        let limits = AnswerLimits { time: limits.time.saturating_sub(took), ..limits };
        let ended = match live.follow(stream, &stop.token, limits, &on_sent).await {
            Streamed::TooSlow if live.text().trim().is_empty() => {
                Streamed::Failed(ModelError::Timeout { seconds: self.settings.answer.time.as_secs() })
            }
            other => other,
        };
        (ended, spaces)
    }

    /// Asks the model once more for an answer that came to nothing, in the same message, where a note says so. What it said
    /// is on record before it is put aside.
    pub(crate) async fn stream_again(
        &self,
        (asker, conversation): (&Asker, &Conversation),
        answer: &mut Answer,
        request: ChatRequest,
        note: &Text,
        stop: &Stop,
    ) -> Result<(), PipelineError> {
        self.endings.record_answer(asker, conversation, answer).await?;
        let began = self.clock.elapsed();
        answer.prompt_hash = prompt_hash(&request);
        answer.live.put_aside();
        let note = signed(asker, &note.render(asker.user.locale));
        if let Err(error) = answer.live.announce(&note, &self.finals.on_sent(answer.turn)).await {
            tracing::info!(%error, "that an answer is being corrected could not be shown");
        }
        (answer.ended, answer.spaces) = match self.model.ask(asker.user.id, request) {
            Ok(asking) => self.hear(asker, &mut answer.live, answer.turn, asking, stop).await,
            Err(_) => (Streamed::Failed(ModelError::Busy), String::new()),
        };
        answer.duration_ms = self.clock.millis_since(began);
        Ok(())
    }

    /// Asks the model and shows its answer as it comes: about data, or, without any, about whatever else. Where the
    /// server finds the prompt too long after all, it is made smaller once.
    pub(crate) async fn ask_model(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        data: Option<DataBrief<'_>>,
        stop: &Stop,
    ) -> Result<Reached, PipelineError> {
        let briefing = match self.briefings.briefing(asker, conversation, data, usize::MAX).await? {
            Ok(briefing) => briefing,
            Err(error) => return self.unasked(asker, conversation, error).await,
        };
        let request = briefing.request.clone();
        let answered = self.stream_answer(asker, conversation, request, stop).await?;
        let unanswered = match answered {
            Answered::NotBegun(unanswered) if unanswered.is_too_long() => unanswered,
            other => return Ok(self.reached(other, briefing)),
        };
        self.briefings.learn_too_long();
        let Ok(smaller) = self.briefings.briefing(asker, conversation, data, briefing.tokens / 4 * 3).await? else {
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
                self.briefings.learn_size(&briefing, answer.prompt_tokens());
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
        let event = self.endings.answer_event(asker, conversation, AuditStatus::Failed);
        let unanswered = self.endings.unanswered(asker, message, NoAnswer::Model(error), event).boxed().await?;
        Ok(unanswered.map_or(Reached::Withdrawn, |unanswered| Reached::Unanswered(Box::new(unanswered))))
    }
}
