//! Asking the model, and its answer as a message that grows.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{Either, select};

use super::answer::Answer;
use super::asker::Asker;
use super::audience::{signature, signed};
use super::ledger::prompt_hash;
use super::prefetch::Words;
use super::question::is_aside;
use super::running::Stop;
use super::unanswered::{NoAnswer, Unanswered};
use super::waiting::FirstTokens;
use super::{Pipeline, PipelineError};
use crate::domain::{
    AuditEvent, AuditStatus, Button, ButtonAction, Conversation, ConversationId, MessageRef, NewTurn, ProposalId,
    Speaker, TurnId, TurnState,
};
use crate::egress::{AnswerLimits, LiveMessage, Streamed};
use crate::models::{Asking, Full};
use crate::ports::{ChatRequest, ModelError};
use crate::text::{Text, text};

/// What came of asking the model.
pub(super) enum Answered {
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

impl Pipeline {
    /// Asks the model and shows its answer as it comes.
    pub(super) async fn stream_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        request: ChatRequest,
        stop: &Stop,
    ) -> Result<Answered, PipelineError> {
        let prompt_hash = prompt_hash(&request);
        let message = self.begin_answer(asker, conversation).await?;
        // From here on it may hold a slot, which does not wait for a platform.
        let asking = self.parts.model.ask(asker.user.id, request);
        let streamed = self.stream_in(asker, conversation, message, (asking, prompt_hash), stop);
        match select(asker.platform.typing(&asker.place), streamed.boxed()).await {
            Either::Left(((), streamed)) => streamed.await,
            Either::Right((answered, _)) => answered,
        }
    }

    /// Asks the model something else in place of what it could not answer.
    pub(super) async fn stream_instead(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        unanswered: Unanswered,
        request: ChatRequest,
        stop: &Stop,
    ) -> Result<Answered, PipelineError> {
        let prompt_hash = prompt_hash(&request);
        let asking = self.parts.model.ask(asker.user.id, request);
        self.stream_in(asker, conversation, unanswered.into_message(), (asking, prompt_hash), stop).boxed().await
    }

    /// The message of an answer, and its turn.
    pub(super) async fn begin_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
    ) -> Result<(LiveMessage, TurnId), PipelineError> {
        let aside = is_aside(&conversation.place, &asker.place);
        let turn = self.begin_turn(conversation.id, None, aside).await?;
        Ok((self.live_message(asker), turn))
    }

    async fn stream_in(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        (mut live, turn): (LiveMessage, TurnId),
        (asking, prompt_hash): (Result<Asking, Full>, String),
        stop: &Stop,
    ) -> Result<Answered, PipelineError> {
        let began = self.parts.clock.elapsed();
        let asking = match asking {
            Ok(asking) => asking,
            Err(full) => {
                let event = self.answer_event(asker, conversation, AuditStatus::Refused);
                let event = AuditEvent { prompt_hash: Some(prompt_hash), ..event };
                let unanswered = self.unanswered(asker, (live, turn), NoAnswer::Full(full), event).boxed().await?;
                return Ok(Answered::without(unanswered));
            }
        };
        let (ended, spaces) = self.hear(asker, &mut live, turn, asking, stop).await;
        let duration_ms = self.millis_since(began);
        if let (Streamed::Stopped, Some(why)) = (&ended, stop.withdrawn()) {
            let answer = Answer::new((live, turn), (ended, spaces), duration_ms, prompt_hash);
            self.withdraw(asker, conversation, answer, why).boxed().await?;
            return Ok(Answered::Withdrawn);
        }
        match ended {
            Streamed::Failed(error) if live.text().is_empty() => {
                let event = self.answer_event(asker, conversation, AuditStatus::Failed);
                let (duration_ms, prompt_hash) = (Some(duration_ms), Some(prompt_hash));
                let event = AuditEvent { prompt_hash, duration_ms, ..event };
                let unanswered = self.unanswered(asker, (live, turn), NoAnswer::Model(error), event).boxed().await?;
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
        let (on_sent, limits) = (self.on_sent(turn), self.parts.settings.answer);
        // What follows takes longer and less room.
        let words = match self.first_words(asker, live, asking, stop, &on_sent).boxed().await {
            FirstTokens::Words(words) => words,
            FirstTokens::Nothing(ended) => return (ended, String::new()),
        };
        let Words { stream, took, spaces, thought } = words;
        live.has_thought(thought);
        let limits = AnswerLimits { time: limits.time.saturating_sub(took), ..limits };
        let ended = match live.follow(stream, &stop.token, limits, &on_sent).await {
            Streamed::TooSlow if live.text().trim().is_empty() => {
                Streamed::Failed(ModelError::Timeout { seconds: self.parts.settings.answer.time.as_secs() })
            }
            other => other,
        };
        (ended, spaces)
    }

    /// Asks the model once more for an answer that came to nothing, in the same message, where a note says so. What it said
    /// is on record before it is put aside.
    pub(super) async fn stream_again(
        &self,
        (asker, conversation): (&Asker, &Conversation),
        answer: &mut Answer,
        request: ChatRequest,
        note: &Text,
        stop: &Stop,
    ) -> Result<(), PipelineError> {
        self.record_answer(asker, conversation, answer).await?;
        let began = self.parts.clock.elapsed();
        answer.prompt_hash = prompt_hash(&request);
        answer.live.put_aside();
        let note = signed(asker, &note.render(asker.user.locale));
        if let Err(error) = answer.live.announce(&note, &self.on_sent(answer.turn)).await {
            tracing::info!(%error, "that an answer is being corrected could not be shown");
        }
        (answer.ended, answer.spaces) = match self.parts.model.ask(asker.user.id, request) {
            Ok(asking) => self.hear(asker, &mut answer.live, answer.turn, asking, stop).await,
            Err(_) => (Streamed::Failed(ModelError::Busy), String::new()),
        };
        answer.duration_ms = self.millis_since(began);
        Ok(())
    }

    /// A message that can be stopped while it grows.
    pub(super) fn live_message(&self, asker: &Asker) -> LiveMessage {
        let stop = Button { action: ButtonAction::Stop, label: text("button-stop").render(asker.user.locale) };
        let (platform, place) = (Arc::clone(&asker.platform), asker.place.clone());
        LiveMessage::new(&self.scheduler, platform, place, signature(asker), vec![stop])
    }

    /// Records a turn of ours that is being written: after a restart it is known to be left over.
    pub(super) async fn begin_turn(
        &self,
        conversation: ConversationId,
        runs: Option<&ProposalId>,
        aside: bool,
    ) -> Result<TurnId, PipelineError> {
        let turn = NewTurn {
            conversation,
            speaker: Speaker::Pstral,
            text: String::new(),
            state: TurnState::Streaming,
            proposal: runs.cloned(),
            at: self.parts.clock.now(),
            aside,
        };
        Ok(self.parts.conversations.add_turn(&turn).await?)
    }

    /// Remembers the message of a turn.
    pub(super) fn on_sent(
        &self,
        turn: TurnId,
    ) -> impl Fn(MessageRef) -> futures::future::BoxFuture<'static, ()> + Send + Sync + use<> {
        let conversations = Arc::clone(&self.parts.conversations);
        move |message| {
            let conversations = Arc::clone(&conversations);
            async move {
                if let Err(error) = conversations.set_message(turn, &message).await {
                    tracing::error!(%error, "a message could not be noted down: after a crash it is looked for");
                }
            }
            .boxed()
        }
    }

    pub(super) fn millis_since(&self, began: Duration) -> i64 {
        let took = self.parts.clock.elapsed().saturating_sub(began);
        i64::try_from(took.as_millis()).unwrap_or(i64::MAX)
    }
}
