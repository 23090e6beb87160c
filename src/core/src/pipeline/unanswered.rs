//! A question that gets no answer: no model answers, too many wait, or nobody wants it any more.

use crate::access::quotas::back_in;
use crate::asker::Asker;
use crate::domain::{AuditEvent, Conversation, MessageRef, Outgoing, TurnEnd, TurnId, TurnState};
use crate::egress::{LiveMessage, whole};
use crate::error::PipelineError;
use crate::models::Full;
use crate::outbox::running::Stopped;
use crate::outbox::signature::signed;
use crate::pipeline::answer::{Answer, Answers};
use crate::ports::ModelError;
use crate::settings::Settings;
use crate::text::{Text, text};

/// Why there is no answer.
pub(crate) enum NoAnswer {
    Model(ModelError),
    Full(Full),
}

/// A question without an answer. The message that said that it waits, where there is one, still looks live.
pub(crate) struct Unanswered {
    live: LiveMessage,
    pub(crate) turn: TurnId,
    why: NoAnswer,
}

impl Unanswered {
    /// Why, with what to do next.
    pub(crate) fn sentence(&self, asker: &Asker, settings: &Settings) -> Text {
        match &self.why {
            // Whoever tries the demo has no administrator, and may never have had a model.
            NoAnswer::Model(ModelError::Unavailable(_)) if settings.is_demo => text("model-none-in-demo"),
            NoAnswer::Model(error) => error.text(),
            NoAnswer::Full(Full::Queue { waiting, wait }) => {
                let when = back_in(*wait).render(asker.user.locale);
                text("queue-full").count("waiting", *waiting as u64).with("when", when)
            }
            NoAnswer::Full(Full::Person { waiting }) => {
                text("queue-full-person").count("waiting", *waiting as u64).with("prefix", asker.prefix())
            }
        }
    }

    /// Whether the prompt was too long, and nothing else is the matter.
    pub(crate) fn is_too_long(&self) -> bool {
        matches!(self.why, NoAnswer::Model(ModelError::PromptTooLong))
    }

    /// The message that says so or is to, and its turn.
    pub(crate) fn into_message(self) -> (LiveMessage, TurnId) {
        (self.live, self.turn)
    }

    /// Whether the model is away, and nothing else is the matter.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.why, NoAnswer::Model(ModelError::Unavailable(_)))
    }

    fn error(&self) -> String {
        match &self.why {
            NoAnswer::Model(error) => error.to_string(),
            NoAnswer::Full(full) => full.to_string(),
        }
    }
}

impl Answers {
    /// Records that a question gets no answer. `None` when it could not be: then that is what the person was told.
    pub(crate) async fn unanswered(
        &self,
        asker: &Asker,
        (live, turn): (LiveMessage, TurnId),
        why: NoAnswer,
        event: AuditEvent,
    ) -> Result<Option<Unanswered>, PipelineError> {
        let unanswered = Unanswered { live, turn, why };
        let event = AuditEvent { error: Some(unanswered.error()), ..event };
        match self.recorder.record(event).await {
            Ok(()) => Ok(Some(unanswered)),
            Err(trouble) => self.give_up(asker, unanswered, trouble).await.map(|()| None),
        }
    }

    /// Tells what stood in the way, in place of what the person should have got instead of an answer.
    pub(crate) async fn give_up(
        &self,
        asker: &Asker,
        unanswered: Unanswered,
        trouble: PipelineError,
    ) -> Result<(), PipelineError> {
        let sentence = self.recorder.explain_trouble(trouble, self.recorder.incident(asker)).await;
        let message = Outgoing::text(signed(asker, &sentence.render(asker.user.locale)));
        self.close_unanswered(asker, unanswered, &message).await.or_else(PipelineError::unless_unnoted).map(drop)
    }

    /// Shows what the person gets instead of an answer, in place of the message that said that they wait, where there is
    /// one; says where it stands.
    pub(crate) async fn close_unanswered(
        &self,
        asker: &Asker,
        unanswered: Unanswered,
        message: &Outgoing,
    ) -> Result<Option<MessageRef>, PipelineError> {
        let Unanswered { mut live, turn, .. } = unanswered;
        let most = asker.platform.capabilities().length;
        let message = Outgoing { text: whole(&message.text, most), ..message.clone() };
        // The turn ends after the person was told, not before: a start in between finds it and tells them.
        self.finals.settle(asker, &mut live, turn, &mut message.into(), &TurnEnd::words("", TurnState::Failed)).await
    }

    /// Ends an answer that nobody wants any more: what was shown of it is taken back, and nothing new is said.
    pub(crate) async fn withdraw(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        mut answer: Answer,
        why: Stopped,
    ) -> Result<(), PipelineError> {
        let (error, sentence) = match why {
            Stopped::TakenBack => ("the question was taken back", text("answer-taken-back")),
            Stopped::Reworded => ("the question was edited", text("answer-reworded")),
            Stopped::Left => ("removed from the place", text("answer-left")),
            Stopped::Asked => ("stopped", text("answer-stopped")),
        };
        let event = self.event_of_answer(asker, conversation, &answer);
        let recorded = self.recorder.record(AuditEvent { error: Some(error.to_owned()), ..event }).await;
        let end = TurnEnd::words("", TurnState::Stopped);
        if answer.live.sent().is_none() {
            self.conversations.finish_turn(answer.turn, &end).await?;
            return recorded;
        }
        let message = Outgoing::text(signed(asker, &sentence.render(asker.user.locale)));
        self.finals.settle(asker, &mut answer.live, answer.turn, &mut message.into(), &end).await?;
        recorded
    }
}
