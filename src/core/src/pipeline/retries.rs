//! Asking again what was not answered.

use std::sync::Arc;

use crate::access::gate::Access;
use crate::asker::Asker;
use crate::domain::{AuditAction, AuditEvent, AuditStatus, Capability, Speaker, Turn, TurnId, TurnState};
use crate::error::PipelineError;
use crate::history::History;
use crate::outbox::finalize::Finalizer;
use crate::outbox::running::{Running, still_answering};
use crate::pipeline::question::Questions;
use crate::ports::Conversations;
use crate::recorder::Recorder;
use crate::text::text;

/// Asks again what was not answered.
pub(crate) struct Retries {
    pub(crate) running: Running,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) access: Arc<Access>,
    pub(crate) finalizer: Arc<Finalizer>,
    pub(crate) history: Arc<History>,
    pub(crate) questions: Arc<Questions>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl Retries {
    /// Asks again the question that a turn did not answer, once, for the person whose question it is. A statement that
    /// was running is not run again: its question makes a new one.
    pub(crate) async fn retry(&self, asker: &Asker, id: TurnId) -> Result<(), PipelineError> {
        self.access.require(asker, Capability::Ask, "retry", text("ask-not-allowed")).await?;
        let conversations = &self.conversations;
        let gone = || PipelineError::Tell(text("retry-gone"));
        self.finalizer.record_shown_end(id).await?;
        let turn = conversations.turn(id).await?.ok_or_else(gone)?;
        let held = conversations.conversation(turn.conversation).await?.ok_or_else(gone)?;
        if held.user != asker.user.id {
            let denied = self.recorder.event(asker, AuditAction::Denied, AuditStatus::Refused);
            self.recorder.record(AuditEvent { detail: Some(format!("retry of turn {}", id.0)), ..denied }).await?;
            return Err(PipelineError::TellAlone(text("retry-not-yours")));
        }
        if turn.cut {
            return Err(PipelineError::Tell(text("retry-nothing")));
        }
        let question = self.finalizer.question_of(&turn).await?.ok_or_else(gone)?;
        let work = self.running.begin(asker.user.id, &asker.place).ok_or_else(|| still_answering(asker))?;
        // A statement that ran may be older than the last question.
        if turn.proposal.is_none()
            && let Some(asked) = conversations.question_before(turn.id).await?
        {
            work.restore_question_event(asked.id);
        }
        if !conversations.take_retry(id).await? {
            return Err(PipelineError::Tell(text("retry-used")));
        }
        let conversation = if held.place == asker.place {
            conversations.open(held.id, &held.place).await?;
            held
        } else {
            // What went on in private must not come back among others, nor the other way round.
            self.history.current(asker).await?
        };
        let outcome = self.questions.ask_within(asker, &conversation, &question, &work).await;
        // Nothing was answered: over a quota, with the database away, or unrecorded, it can be asked once more.
        if outcome.is_err()
            && let Err(error) = conversations.give_back_retry(id).await
        {
            tracing::error!(%error, turn = id.0, "retry failed and could not be released: no Retry will be offered");
        }
        outcome
    }

    /// Asks the last question of this place again, where it was not answered.
    pub(crate) async fn retry_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let conversation = self.history.current(asker).await?;
        let last = self.finalizer.recorded_turns(conversation.id, 1).await?.pop();
        match last {
            Some(Turn {
                id,
                speaker: Speaker::Pstral,
                state: TurnState::Interrupted | TurnState::Failed | TurnState::Stopped,
                ..
            }) => self.retry(asker, id).await,
            _ => Err(PipelineError::Tell(text("retry-nothing"))),
        }
    }
}
