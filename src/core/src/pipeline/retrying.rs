//! Asking again what was not answered.

use super::asker::Asker;
use super::offer::button;
use super::{Pipeline, PipelineError};
use crate::domain::{
    AuditAction, AuditEvent, AuditStatus, Button, ButtonAction, Capability, Locale, Speaker, Turn, TurnId, TurnState,
};
use crate::ports::StoreError;
use crate::text::text;

impl Pipeline {
    /// Asks again the question that a turn did not answer, once, for the person whose question it is. A statement that
    /// was running is not run again: its question makes a new one.
    pub(super) async fn retry(&self, asker: &Asker, id: TurnId) -> Result<(), PipelineError> {
        self.require(asker, Capability::Ask, "retry", text("ask-not-allowed")).await?;
        let conversations = &self.parts.conversations;
        let gone = || PipelineError::Tell(text("retry-gone"));
        self.note_down(id).await?;
        let turn = conversations.turn(id).await?.ok_or_else(gone)?;
        let held = conversations.conversation(turn.conversation).await?.ok_or_else(gone)?;
        if held.user != asker.user.id {
            let denied = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
            self.record(AuditEvent { detail: Some(format!("retry of turn {}", id.0)), ..denied }).await?;
            return Err(PipelineError::TellAlone(text("retry-not-yours")));
        }
        if turn.cut {
            return Err(PipelineError::Tell(text("retry-nothing")));
        }
        let question = self.question_of(&turn).await?.ok_or_else(gone)?;
        let Some(work) = self.running.begin(asker.user.id, &asker.place) else {
            return Err(PipelineError::Tell(text("still-answering").with("prefix", asker.prefix())));
        };
        // A statement that ran may be older than the last question.
        if turn.proposal.is_none()
            && let Some(asked) = conversations.question_before(turn.id).await?
        {
            work.answers_again(asked.id);
        }
        if !conversations.take_retry(id).await? {
            return Err(PipelineError::Tell(text("retry-used")));
        }
        let conversation = if held.place == asker.place {
            conversations.open(held.id, &held.place).await?;
            held
        } else {
            // What went on in private must not come back among others, nor the other way round.
            self.current(asker).await?
        };
        let outcome = self.ask_within(asker, &conversation, &question, &work).await;
        // Nothing was answered: over a quota, with the database away, or unrecorded, it can be asked once more.
        if outcome.is_err()
            && let Err(error) = conversations.give_back_retry(id).await
        {
            tracing::error!(%error, turn = id.0, "a question that was not asked again cannot be");
        }
        outcome
    }

    /// Asks the last question of this place again, where it was not answered.
    pub(super) async fn retry_latest(&self, asker: &Asker) -> Result<(), PipelineError> {
        let conversation = self.current(asker).await?;
        let last = self.noted_turns(conversation.id, 1).await?.pop();
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

    /// The question that a turn of ours answers; nothing where a statement was written without one.
    pub(super) async fn question_of(&self, turn: &Turn) -> Result<Option<String>, StoreError> {
        let question = if let Some(proposal) = &turn.proposal {
            self.parts.proposals.get(proposal).await?.map(|proposal| proposal.question)
        } else {
            self.parts.conversations.question_before(turn.id).await?.map(|asked| asked.text)
        };
        Ok(question.filter(|question| !question.trim().is_empty()))
    }
}

/// Asks the question of a turn again.
pub(super) fn retry_button(turn: TurnId, locale: Locale) -> Button {
    button(ButtonAction::Retry(turn), &text("button-retry"), locale)
}
