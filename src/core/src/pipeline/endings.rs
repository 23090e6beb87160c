//! Endings of an answer's message: its text and the state of its statement, or the reason there is none.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::asker::Asker;
use crate::domain::{
    AnswerId, AuditAction, AuditDelivery, AuditEvent, AuditStatus, Conversation, MessageRef, Mode, Outgoing, TurnEnd,
    TurnId, TurnState, sha256,
};
use crate::egress::{LaidOut, LiveMessage, whole};
use crate::error::PipelineError;
use crate::models::ModelPool;
use crate::outbox::buttons::{continue_button, rating_buttons};
use crate::outbox::cards::Cards;
use crate::outbox::finalize::Finals;
use crate::outbox::running::Stopped;
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::pipeline::answer::Answer;
use crate::pipeline::claims;
use crate::pipeline::offer::Offer;
use crate::pipeline::proposing::Proposing;
use crate::pipeline::unanswered::{NoAnswer, Unanswered};
use crate::ports::Conversations;
use crate::recorder::Recorder;
use crate::recorder::event::within;
use crate::settings::{KeptAnswers, Settings};
use crate::text::{Text, text};

/// Ends answers.
pub(crate) struct Endings {
    pub(crate) settings: Arc<Settings>,
    pub(crate) model: Arc<ModelPool>,
    /// Answers that are recorded at the same time.
    pub(crate) recording: Semaphore,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) finals: Arc<Finals>,
    pub(crate) proposing: Arc<Proposing>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl Endings {
    /// Brings the message of an answer to its last state: text, what became of its statement, why it ended early. What
    /// could not be recorded is not offered; the message ends all the same.
    pub(crate) async fn close_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        answer: &mut Answer,
        offer: Result<Option<Offer>, PipelineError>,
    ) -> Result<(), PipelineError> {
        let locale = asker.user.locale;
        let (state, _, ending) = answer.ending();
        let recorded = self.record_answer(asker, conversation, answer).await;
        let mut end = TurnEnd { text: answer.written(), ..TurnEnd::words("", state) };
        let mut is_unrecorded = false;
        let is_about_data = conversation.mode == Mode::Sql;
        let marked =
            |mark: Option<Text>| mark.filter(|_| is_about_data).map(|mark| mark.render(locale)).unwrap_or_default();
        let heading = marked(claims::of_words(answer.text()));
        let (mut messages, mut buttons) = match recorded.and(offer) {
            // What the model wrote around it goes with it: it was written of what not everybody may see.
            Ok(Some(offer)) if offer.is_barred() => {
                let proposal = offer.proposal.clone();
                let said = self.proposing.placed(asker, offer, str::to_owned).await;
                end.text = Arc::new(said.text.clone());
                end.proposal = Some(proposal);
                (self.finals.laid_out(asker, LaidOut { ours: &said.text, ..LaidOut::default() }).await, said.buttons)
            }
            Ok(Some(offer)) => {
                end.proposal = Some(offer.proposal.clone());
                let heading = &marked(claims::beside(&offer, answer.text()));
                let laid = self.finals.laid_out(asker, LaidOut { heading, ..offer.within(answer.text()) }).await;
                (laid.with_statement(offer.files), offer.buttons)
            }
            Ok(None) => {
                let ours = ending.map(|ending| ending.render(locale)).unwrap_or_default();
                let rated = AnswerId::Turn(conversation.id, answer.turn);
                let mut buttons = Vec::new();
                if answer.is_cut() {
                    end.cut = true;
                    buttons.push(continue_button(answer.turn, locale));
                }
                if state == TurnState::Complete {
                    buttons.extend(rating_buttons(&rated, locale));
                }
                let said = LaidOut { heading: &heading, before: answer.text(), ours: &ours, ..LaidOut::default() };
                (self.finals.laid_out(asker, said).await, buttons)
            }
            Err(trouble) => {
                end.state = TurnState::Failed;
                is_unrecorded = matches!(trouble, PipelineError::NoAudit(_));
                let sentence = self.recorder.explain_trouble(trouble, self.recorder.incident(asker)).await;
                let ours = if is_unrecorded { text("answer-not-recorded") } else { sentence }.render(locale);
                let said = LaidOut { heading: &heading, before: answer.text(), ours: &ours, ..LaidOut::default() };
                (self.finals.laid_out(asker, said).await, Vec::new())
            }
        };
        let stopped = end.state == TurnState::Stopped && answer.before.is_none();
        if stopped || end.state == TurnState::Failed {
            buttons.push(answer.again(locale));
        }
        messages.last.buttons = buttons;
        let shown = self.finals.settle(asker, &mut answer.live, answer.turn, &mut messages, &end).await;
        let shown = if is_unrecorded { shown.or_else(PipelineError::unless_unnoted) } else { shown };
        if let Some(at) = shown? {
            self.outbox.forget_files(asker, &messages.last.files).await;
            if let Some(proposal) = &end.proposal {
                self.cards.remember_card(proposal, at, &messages.last).await;
            }
        }
        Ok(())
    }

    /// Returns the audit's record of an answer: its text, or only its hash.
    fn kept_of(&self, answer: &str) -> String {
        match self.settings.kept_answers {
            KeptAnswers::Text => answer.to_owned(),
            KeptAnswers::Hash => format!("sha256 {}", sha256(answer)),
        }
    }

    /// Records an answer that has ended. Of thousands that end at once, few hold a copy of their text for that.
    pub(crate) async fn record_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        answer: &Answer,
    ) -> Result<(), PipelineError> {
        let _turn = self.recording.acquire().await;
        self.recorder.record(self.event_of_answer(asker, conversation, answer)).await
    }

    /// Builds the audit event of an answer that has ended.
    fn event_of_answer(&self, asker: &Asker, conversation: &Conversation, answer: &Answer) -> AuditEvent {
        let (_, status, _) = answer.ending();
        AuditEvent {
            detail: Some(self.kept_of(answer.live.text())),
            error: answer.error(),
            duration_ms: Some(answer.duration_ms),
            prompt_hash: Some(answer.prompt_hash.clone()),
            delivery: Some(AuditDelivery::Here),
            ..self.answer_event(asker, conversation, status)
        }
    }

    pub(crate) fn answer_event(&self, asker: &Asker, conversation: &Conversation, status: AuditStatus) -> AuditEvent {
        let event = self.recorder.event(asker, AuditAction::Answer, status);
        AuditEvent { model: Some(self.model.name().to_owned()), ..within(event, conversation) }
    }

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
