//! What a model has answered, and how its message ends.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::asker::Asker;
use crate::domain::{
    AnswerId, AuditAction, AuditDelivery, AuditEvent, AuditStatus, Button, Conversation, Locale, Mode, TurnEnd, TurnId,
    TurnState, sha256,
};
use crate::egress::{LaidOut, LiveMessage, Streamed};
use crate::error::PipelineError;
use crate::models::ModelPool;
use crate::outbox::buttons::{continue_button, rating_buttons, retry_button};
use crate::outbox::cards::Cards;
use crate::outbox::finalize::Finals;
use crate::outbox::send::Outbox;
use crate::pipeline::briefing::Briefings;
use crate::pipeline::claims;
use crate::pipeline::continuing::Continued;
use crate::pipeline::offer::Offer;
use crate::pipeline::proposing::Proposing;
use crate::ports::{Clock, Conversations, FinishReason};
use crate::recorder::Recorder;
use crate::recorder::event::within;
use crate::settings::{KeptAnswers, Settings};
use crate::text::{Text, text};

/// An answer that was at least begun.
pub(crate) struct Answer {
    pub(crate) live: LiveMessage,
    pub(crate) turn: TurnId,
    pub(crate) ended: Streamed,
    pub(crate) duration_ms: i64,
    pub(crate) prompt_hash: String,
    /// The spaces it began with, which are not shown.
    pub(crate) spaces: String,
    /// What it goes on with, where an earlier message was cut.
    pub(crate) before: Option<Continued>,
    /// An earlier text that stands in place of the last, where that came to nothing.
    stands: Option<String>,
}

/// The words of an answer with how they ended.
pub(crate) struct Said {
    text: String,
    ended: Streamed,
    spaces: String,
}

impl Answer {
    /// An answer that ended like this, in the message and the turn that were begun for it.
    pub(crate) fn new(
        (live, turn): (LiveMessage, TurnId),
        (ended, spaces): (Streamed, String),
        duration_ms: i64,
        prompt_hash: String,
    ) -> Self {
        Self { live, turn, ended, duration_ms, prompt_hash, spaces, before: None, stands: None }
    }

    /// What the model said, as far as it stands.
    pub(crate) fn text(&self) -> &str {
        self.stands.as_deref().unwrap_or_else(|| self.live.text())
    }

    /// The answer as it stands now, to be taken up again.
    pub(crate) fn said(&self) -> Said {
        Said { text: self.text().to_owned(), ended: self.ended.clone(), spaces: self.spaces.clone() }
    }

    /// Lets earlier words stand in place of the last ones, which may still tell how it ended.
    pub(crate) fn let_stand(&mut self, earlier: Said) {
        self.stands = Some(earlier.text);
    }

    /// Takes up earlier words as if nothing had been said since.
    pub(crate) fn take_up(&mut self, earlier: Said) {
        (self.ended, self.spaces) = (earlier.ended, earlier.spaces);
        self.stands = Some(earlier.text);
    }

    /// The tokens of the prompt, as the server counted them.
    pub(crate) fn prompt_tokens(&self) -> Option<u64> {
        match &self.ended {
            Streamed::Whole(stats) => stats.prompt_tokens,
            Streamed::Stopped | Streamed::TooLong | Streamed::TooSlow | Streamed::Failed(_) => None,
        }
    }

    /// The same as it is kept: with what joins it to the words before it.
    fn written(&self) -> Arc<String> {
        match (&self.before, &self.stands) {
            (None, None) => self.live.shared_text(),
            (None, Some(stands)) => Arc::new(stands.clone()),
            (Some(_), _) => Arc::new(format!("{}{}", self.spaces, self.text())),
        }
    }

    /// Whether the model said all it wanted: only then is a statement in it offered.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(&self.ended, Streamed::Whole(stats) if stats.finish == FinishReason::Stop)
    }

    /// Whether there was more to say than it may hold.
    fn is_cut(&self) -> bool {
        self.ending().0 == TurnState::Complete && !self.is_whole() && !self.text().trim().is_empty()
    }

    /// Whether the model failed, or said nothing.
    pub(crate) fn failed(&self) -> bool {
        self.ending().0 == TurnState::Failed
    }

    /// Tries once more what failed.
    fn again(&self, locale: Locale) -> Button {
        match &self.before {
            Some(before) => continue_button(before.cut, locale),
            None => retry_button(self.turn, locale),
        }
    }

    /// What ended it, where something did.
    fn error(&self) -> Option<String> {
        match &self.ended {
            Streamed::Failed(error) => Some(error.to_string()),
            Streamed::Whole(_) | Streamed::Stopped | Streamed::TooLong | Streamed::TooSlow => None,
        }
    }

    /// How it ended, for its turn, the audit and the person.
    fn ending(&self) -> (TurnState, AuditStatus, Option<Text>) {
        match &self.ended {
            // First: what was all thought has no rest to go on with, however it ended.
            Streamed::Whole(_) | Streamed::TooLong | Streamed::TooSlow if self.text().trim().is_empty() => {
                let why = if self.live.is_only_thought() { "answer-only-thought" } else { "answer-empty" };
                (TurnState::Failed, AuditStatus::Failed, Some(text(why)))
            }
            Streamed::Whole(stats) if stats.finish == FinishReason::Length => {
                (TurnState::Complete, AuditStatus::Ok, Some(text("answer-cut")))
            }
            Streamed::Whole(_) => (TurnState::Complete, AuditStatus::Ok, None),
            Streamed::Stopped => (TurnState::Stopped, AuditStatus::Stopped, Some(text("answer-stopped"))),
            Streamed::TooLong => (TurnState::Complete, AuditStatus::Ok, Some(text("answer-too-long"))),
            Streamed::TooSlow => (TurnState::Complete, AuditStatus::Ok, Some(text("answer-too-slow"))),
            Streamed::Failed(error) => (TurnState::Failed, AuditStatus::Failed, Some(error.text())),
        }
    }
}

/// Asks the model and shows its answer, to its last state.
pub(crate) struct Answers {
    pub(crate) settings: Arc<Settings>,
    pub(crate) model: Arc<ModelPool>,
    pub(crate) recording: Semaphore,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) finals: Arc<Finals>,
    pub(crate) briefings: Arc<Briefings>,
    pub(crate) proposing: Arc<Proposing>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl Answers {
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

    /// What the audit keeps of an answer.
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

    /// What the audit says of an answer that has ended.
    pub(crate) fn event_of_answer(&self, asker: &Asker, conversation: &Conversation, answer: &Answer) -> AuditEvent {
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
}
