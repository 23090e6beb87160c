//! The model's answer as a message that grows, and how that message ends.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{Either, select};

use super::asker::Asker;
use super::audience::{signature, signed};
use super::continuing::{Continued, continue_button};
use super::ledger::{prompt_hash, within};
use super::proposing::Offer;
use super::question::is_aside;
use super::rating::rating_buttons;
use super::retrying::retry_button;
use super::running::{Stop, Stopped};
use super::unanswered::{NoAnswer, Unanswered};
use super::waiting::{Heard, Words};
use super::{KeptAnswers, Pipeline, Trouble};
use crate::domain::{
    AnswerId, AuditAction, AuditDelivery, AuditEvent, AuditStatus, Button, ButtonAction, Conversation, ConversationId,
    Locale, MessageRef, NewTurn, ProposalId, Speaker, TurnEnd, TurnId, TurnState, sha256,
};
use crate::egress::{AnswerLimits, LaidOut, LiveMessage, Streamed};
use crate::models::{Asking, Full};
use crate::ports::{ChatRequest, FinishReason, ModelError};
use crate::text::{Text, text};

/// An answer that was at least begun.
pub(super) struct Answer {
    pub(super) live: LiveMessage,
    pub(super) turn: TurnId,
    ended: Streamed,
    pub(super) duration_ms: i64,
    pub(super) prompt_hash: String,
    /// The spaces it began with, which are not shown.
    pub(super) spaces: String,
    /// What it goes on with, where an earlier message was cut.
    pub(super) before: Option<Continued>,
    /// What stands in place of what the model said last, where that came to nothing.
    stands: Option<String>,
}

impl Answer {
    /// What the model said, as far as it stands.
    pub(super) fn text(&self) -> &str {
        self.stands.as_deref().unwrap_or_else(|| self.live.text())
    }

    /// Lets an earlier text stand in place of what the model said last.
    pub(super) fn let_stand(&mut self, earlier: String) {
        self.stands = Some(earlier);
    }

    /// How the model's last words ended.
    pub(super) fn ended(&self) -> &Streamed {
        &self.ended
    }

    /// The tokens of the prompt, as the server counted them.
    pub(super) fn prompt_tokens(&self) -> Option<u64> {
        match &self.ended {
            Streamed::Whole(stats) => stats.prompt_tokens,
            Streamed::Stopped | Streamed::TooLong | Streamed::Failed(_) => None,
        }
    }

    /// The same as it is kept: with what joins it to the words before it.
    fn written(&self) -> String {
        let spaces = self.before.as_ref().map_or("", |_| self.spaces.as_str());
        format!("{spaces}{}", self.text())
    }

    /// Whether the model said all it wanted: only then is a statement in it offered.
    pub(super) fn is_whole(&self) -> bool {
        matches!(&self.ended, Streamed::Whole(stats) if stats.finish == FinishReason::Stop)
    }

    /// Whether there was more to say than it may hold.
    fn is_cut(&self) -> bool {
        self.ending().0 == TurnState::Complete && !self.is_whole() && !self.text().trim().is_empty()
    }

    /// Whether the model failed, or said nothing.
    pub(super) fn failed(&self) -> bool {
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
            Streamed::Whole(_) | Streamed::Stopped | Streamed::TooLong => None,
        }
    }

    /// How it ended, for its turn, the audit and the person.
    fn ending(&self) -> (TurnState, AuditStatus, Option<Text>) {
        match &self.ended {
            // First: what was all thought has no rest to go on with, however it ended.
            Streamed::Whole(_) | Streamed::TooLong if self.text().trim().is_empty() => {
                let why = if self.live.is_only_thought() { "answer-only-thought" } else { "answer-empty" };
                (TurnState::Failed, AuditStatus::Failed, Some(text(why)))
            }
            Streamed::Whole(stats) if stats.finish == FinishReason::Length => {
                (TurnState::Complete, AuditStatus::Ok, Some(text("answer-cut")))
            }
            Streamed::Whole(_) => (TurnState::Complete, AuditStatus::Ok, None),
            Streamed::Stopped => (TurnState::Stopped, AuditStatus::Stopped, Some(text("answer-stopped"))),
            Streamed::TooLong => (TurnState::Complete, AuditStatus::Ok, Some(text("answer-too-long"))),
            Streamed::Failed(error) => (TurnState::Failed, AuditStatus::Failed, Some(error.text())),
        }
    }
}

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
    ) -> Result<Answered, Trouble> {
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
    ) -> Result<Answered, Trouble> {
        let prompt_hash = prompt_hash(&request);
        let asking = self.parts.model.ask(asker.user.id, request);
        self.stream_in(asker, conversation, unanswered.into_message(), (asking, prompt_hash), stop).await
    }

    /// The message of an answer, and its turn.
    pub(super) async fn begin_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
    ) -> Result<(LiveMessage, TurnId), Trouble> {
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
    ) -> Result<Answered, Trouble> {
        let began = self.parts.clock.elapsed();
        let asking = match asking {
            Ok(asking) => asking,
            Err(full) => {
                let event = self.answer_event(asker, conversation, AuditStatus::Refused);
                let event = AuditEvent { prompt_hash: Some(prompt_hash), ..event };
                let unanswered = self.unanswered(asker, (live, turn), NoAnswer::Full(full), event).await?;
                return Ok(Answered::without(unanswered));
            }
        };
        let (ended, spaces) = self.hear(asker, &mut live, turn, asking, stop).await;
        let duration_ms = self.millis_since(began);
        if let (Streamed::Stopped, Some(why @ (Stopped::TakenBack | Stopped::Left))) = (&ended, stop.why()) {
            let answer = Answer { live, turn, ended, duration_ms, prompt_hash, spaces, before: None, stands: None };
            self.withdraw(asker, conversation, answer, why).await?;
            return Ok(Answered::Withdrawn);
        }
        match ended {
            Streamed::Failed(error) if live.text().is_empty() => {
                let event = self.answer_event(asker, conversation, AuditStatus::Failed);
                let (duration_ms, prompt_hash) = (Some(duration_ms), Some(prompt_hash));
                let event = AuditEvent { prompt_hash, duration_ms, ..event };
                let unanswered = self.unanswered(asker, (live, turn), NoAnswer::Model(error), event).await?;
                Ok(Answered::without(unanswered))
            }
            ended => {
                let answer = Answer { live, turn, ended, duration_ms, prompt_hash, spaces, before: None, stands: None };
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
        let words = match self.first_words(asker, live, asking, stop, &on_sent).await {
            Heard::Words(words) => words,
            Heard::Nothing(ended) => return (ended, String::new()),
        };
        let Words { stream, took, spaces, thought } = words;
        live.has_thought(thought);
        let limits = AnswerLimits { time: limits.time.saturating_sub(took), ..limits };
        let began = self.parts.clock.elapsed();
        let ended = match live.follow(stream, &stop.token, limits, &on_sent).boxed().await {
            Streamed::TooLong if live.text().trim().is_empty() && self.elapsed_since(began) >= limits.time => {
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
    ) -> Result<(), Trouble> {
        self.record(self.event_of_answer(asker, conversation, answer)).await?;
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

    /// Brings the message of an answer to its last state: text, what became of its statement, why it ended early. What
    /// could not be recorded is not offered; the message ends all the same.
    pub(super) async fn close_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        answer: &mut Answer,
        offer: Result<Option<Offer>, Trouble>,
    ) -> Result<(), Trouble> {
        let locale = asker.user.locale;
        let (state, _, ending) = answer.ending();
        let recorded = self.record(self.event_of_answer(asker, conversation, answer)).await;
        let mut end = TurnEnd::words(answer.written(), state);
        let (mut messages, mut buttons) = match recorded.and(offer) {
            // What the model wrote around it goes with it: it was written of what not everybody may see.
            Ok(Some(offer)) if offer.is_barred() => {
                let (line, buttons) = self.placed(asker, offer, str::to_owned).await;
                end.text.clone_from(&line);
                (self.laid_out(asker, LaidOut { ours: &line, ..LaidOut::default() }).await, buttons)
            }
            Ok(Some(offer)) => {
                end.proposal = Some(offer.proposal.clone());
                (self.laid_out(asker, offer.within(answer.text())).await, offer.buttons)
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
                let said = LaidOut { before: answer.text(), ours: &ours, ..LaidOut::default() };
                (self.laid_out(asker, said).await, buttons)
            }
            Err(trouble) => {
                end.state = TurnState::Failed;
                let ours = self.explain_trouble(trouble, self.incident(asker)).await.render(locale);
                let said = LaidOut { before: answer.text(), ours: &ours, ..LaidOut::default() };
                (self.laid_out(asker, said).await, Vec::new())
            }
        };
        let stopped = end.state == TurnState::Stopped && answer.before.is_none();
        if stopped || end.state == TurnState::Failed {
            buttons.push(answer.again(locale));
        }
        messages.last.buttons = buttons;
        let shown = self.settle(asker, &mut answer.live, answer.turn, &messages, &end).await?;
        if let Some(at) = shown {
            self.forget_files(asker, &messages.last.files).await;
            if let Some(proposal) = &end.proposal {
                self.remember_card(proposal, at, &messages.last).await;
            }
        }
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
    ) -> Result<TurnId, Trouble> {
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
                    tracing::error!(%error, "a message could not be remembered: a restart will not be able to close it");
                }
            }
            .boxed()
        }
    }

    /// What the audit keeps of an answer.
    fn kept_of(&self, answer: &str) -> String {
        match self.parts.settings.kept_answers {
            KeptAnswers::Text => answer.to_owned(),
            KeptAnswers::Hash => format!("sha256 {}", sha256(answer)),
        }
    }

    pub(super) fn incident(&self, asker: &Asker) -> AuditEvent {
        self.event(asker, AuditAction::Incident, AuditStatus::Failed)
    }

    pub(super) fn millis_since(&self, began: Duration) -> i64 {
        i64::try_from(self.elapsed_since(began).as_millis()).unwrap_or(i64::MAX)
    }

    fn elapsed_since(&self, began: Duration) -> Duration {
        self.parts.clock.elapsed().saturating_sub(began)
    }

    /// What the audit says of an answer that has ended.
    pub(super) fn event_of_answer(&self, asker: &Asker, conversation: &Conversation, answer: &Answer) -> AuditEvent {
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

    pub(super) fn answer_event(&self, asker: &Asker, conversation: &Conversation, status: AuditStatus) -> AuditEvent {
        let event = self.event(asker, AuditAction::Answer, status);
        AuditEvent { model: Some(self.parts.model.name().to_owned()), ..within(event, conversation) }
    }
}
