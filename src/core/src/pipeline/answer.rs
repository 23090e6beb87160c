//! The model's answer as a message that grows, and how that message ends.

use std::sync::Arc;

use futures::{FutureExt as _, select_biased};
use tokio_util::sync::CancellationToken;

use super::asker::Asker;
use super::audience::{signature, signed};
use super::ledger::{prompt_hash, within};
use super::proposing::Offer;
use super::question::is_aside;
use super::rating::rating_buttons;
use super::retrying::retry_button;
use super::{KeptAnswers, Pipeline, Trouble};
use crate::domain::{
    AnswerId, AuditAction, AuditDelivery, AuditEvent, AuditStatus, Button, ButtonAction, Conversation, ConversationId,
    MessageRef, NewTurn, Outgoing, OutgoingState, ProposalId, Speaker, TurnEnd, TurnId, TurnState, sha256,
};
use crate::egress::{LiveMessage, OnSent, Streamed, around};
use crate::ports::{ChatRequest, FinishReason, ModelError, PlatformError};
use crate::text::{Text, text};

/// An answer that was at least begun.
pub(super) struct Answer {
    live: LiveMessage,
    turn: TurnId,
    ended: Streamed,
    duration_ms: i64,
    prompt_hash: String,
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

    /// Whether the model said all it wanted: only then is a statement in it offered.
    pub(super) fn is_whole(&self) -> bool {
        matches!(&self.ended, Streamed::Whole(stats) if stats.finish == FinishReason::Stop)
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
            Streamed::Whole(stats) if stats.finish == FinishReason::Length => {
                (TurnState::Complete, AuditStatus::Ok, Some(text("answer-cut")))
            }
            Streamed::Whole(_) if self.text().trim().is_empty() => {
                (TurnState::Failed, AuditStatus::Failed, Some(text("answer-empty")))
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
    /// Nothing was said: there is no message yet. The turn can be tried again.
    NotBegun(ModelError, TurnId),
    /// Something was said; the message still has to be closed.
    Begun(Box<Answer>),
}

impl Pipeline {
    /// Asks the model and shows its answer as it comes.
    pub(super) async fn stream_answer(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        request: ChatRequest,
        stop: &CancellationToken,
    ) -> Result<Answered, Trouble> {
        let began = self.parts.clock.elapsed();
        asker.platform.typing(&asker.place).await;
        let aside = is_aside(&conversation.place, &asker.place);
        let turn = self.begin_turn(conversation.id, None, aside).await?;
        let mut live = self.live_message(asker);
        let on_sent = self.on_sent(turn);
        let prompt_hash = prompt_hash(&request);
        let ended = self.heard(&mut live, request, stop, &on_sent).await;
        let duration_ms = self.millis_since(began);
        let ended = match ended {
            Streamed::TooLong if live.text().trim().is_empty() => {
                Streamed::Failed(ModelError::Timeout { seconds: self.parts.settings.answer.time.as_secs() })
            }
            other => other,
        };
        match ended {
            Streamed::Failed(error) if live.text().is_empty() => {
                // No message shows it: the turn is over whatever the audit says.
                self.parts.conversations.finish_turn(turn, &TurnEnd::words("", TurnState::Failed)).await?;
                self.record(AuditEvent {
                    error: Some(error.to_string()),
                    duration_ms: Some(duration_ms),
                    prompt_hash: Some(prompt_hash),
                    ..self.answer_event(asker, conversation, AuditStatus::Failed)
                })
                .await?;
                Ok(Answered::NotBegun(error, turn))
            }
            ended => {
                Ok(Answered::Begun(Box::new(Answer { live, turn, ended, duration_ms, prompt_hash, stands: None })))
            }
        }
    }

    /// Asks the model once more for an answer that came to nothing, in the same message. What it said is on record before it is put
    /// aside.
    pub(super) async fn stream_again(
        &self,
        asker: &Asker,
        conversation: &Conversation,
        answer: &mut Answer,
        request: ChatRequest,
        stop: &CancellationToken,
    ) -> Result<(), Trouble> {
        self.record_answer(asker, conversation, answer).await?;
        let began = self.parts.clock.elapsed();
        answer.prompt_hash = prompt_hash(&request);
        let on_sent = self.on_sent(answer.turn);
        answer.live.put_aside();
        let correcting = signed(asker, &text("correcting").render(asker.user.locale));
        if let Err(error) = answer.live.announce(&correcting, &on_sent).await {
            tracing::warn!(%error, "that an answer is being corrected could not be shown");
        }
        answer.ended = self.heard(&mut answer.live, request, stop, &on_sent).await;
        answer.duration_ms = self.millis_since(began);
        Ok(())
    }

    /// Asks the model and shows what it says until it ends, fails or is stopped.
    async fn heard(
        &self,
        live: &mut LiveMessage,
        request: ChatRequest,
        stop: &CancellationToken,
        on_sent: OnSent<'_>,
    ) -> Streamed {
        select_biased! {
            () = stop.cancelled().fuse() => Streamed::Stopped,
            stream = self.parts.model.chat(request).fuse() => match stream {
                Ok(stream) => live.follow(stream, stop, self.parts.settings.answer, on_sent).await,
                Err(error) => Streamed::Failed(error),
            },
        }
    }

    /// Records what the model said last.
    async fn record_answer(&self, asker: &Asker, conversation: &Conversation, answer: &Answer) -> Result<(), Trouble> {
        let (_, status, _) = answer.ending();
        self.record(AuditEvent {
            detail: Some(self.kept_of(answer.live.text())),
            error: answer.error(),
            duration_ms: Some(answer.duration_ms),
            prompt_hash: Some(answer.prompt_hash.clone()),
            delivery: Some(AuditDelivery::Here),
            ..self.answer_event(asker, conversation, status)
        })
        .await
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
        // The line that says who asked takes its room from what the model wrote.
        let line = signature(asker).map_or(0, |line| line.chars().count() + 1);
        let (locale, max_chars) = (asker.user.locale, asker.platform.capabilities().max_chars.saturating_sub(line));
        let (state, _, ending) = answer.ending();
        let recorded = self.record_answer(asker, conversation, answer).await;
        let mut end = TurnEnd::words(answer.text(), state);
        let (text, mut buttons) = match recorded.and(offer) {
            // What the model wrote around it goes with it: it was written of what not everybody may see.
            Ok(Some(offer)) if offer.is_barred() => {
                let (line, buttons) = self.placed(asker, offer, str::to_owned).await;
                end.text.clone_from(&line);
                (line, buttons)
            }
            Ok(Some(offer)) => {
                end.proposal = Some(offer.proposal.clone());
                offer.within(answer.text(), max_chars)
            }
            Ok(None) => {
                let ending = ending.map(|ending| ending.render(locale)).unwrap_or_default();
                let rated = AnswerId::Turn(conversation.id, answer.turn);
                let buttons =
                    if state == TurnState::Complete { rating_buttons(&rated, locale).into() } else { Vec::new() };
                (around(answer.text(), &ending, "", max_chars), buttons)
            }
            Err(trouble) => {
                end.state = TurnState::Failed;
                let sentence = self.explain_trouble(trouble, self.incident(asker)).await.render(locale);
                (around(answer.text(), &sentence, "", max_chars), Vec::new())
            }
        };
        if end.state == TurnState::Failed {
            buttons.push(retry_button(answer.turn, locale));
        }
        let message = Outgoing { text: signed(asker, &text), buttons, files: Vec::new(), state: OutgoingState::Final };
        let shown = self.settle(asker, &mut answer.live, answer.turn, &message, &end).await?;
        if let (Some(at), Some(proposal)) = (shown, &end.proposal) {
            self.remember_card(proposal, at, &message).await;
        }
        Ok(())
    }

    /// A message that can be stopped while it grows.
    pub(super) fn live_message(&self, asker: &Asker) -> LiveMessage {
        let stop = Button { action: ButtonAction::Stop, label: text("button-stop").render(asker.user.locale) };
        LiveMessage::new(Arc::clone(&asker.platform), Arc::clone(&self.parts.clock), asker.place.clone(), vec![stop])
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

    /// Shows the last state of a message and then ends its turn, with what it says for the history. In this order: a
    /// message that people still see as live is found by the next start. One that the platform refuses ends in a
    /// sentence instead. Says where the message itself is shown.
    pub(super) async fn settle(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        turn: TurnId,
        message: &Outgoing,
        end: &TurnEnd,
    ) -> Result<Option<MessageRef>, Trouble> {
        let mut shown = live.finish(message).await;
        let delivered = shown.as_ref().ok().cloned();
        if let Err(error @ PlatformError::Rejected(_)) = shown {
            let trouble = Trouble::Broken(format!("the last state of a message: {error}"));
            let sentence = self.explain_trouble(trouble, self.incident(asker)).await;
            shown = live.finish(&Outgoing::text(sentence.render(asker.user.locale))).await;
        }
        match shown {
            Ok(_) | Err(PlatformError::Gone | PlatformError::Rejected(_)) => {
                self.parts.conversations.finish_turn(turn, end).await?;
            }
            Err(error) => {
                tracing::error!(%error, place = asker.place.id, "a message could not be ended; the next start will");
            }
        }
        Ok(delivered)
    }

    /// What the audit keeps of an answer.
    fn kept_of(&self, answer: &str) -> String {
        match self.parts.settings.kept_answers {
            KeptAnswers::Text => answer.to_owned(),
            KeptAnswers::Hash => format!("sha256 {}", sha256(answer)),
        }
    }

    fn incident(&self, asker: &Asker) -> AuditEvent {
        self.event(asker, AuditAction::Incident, AuditStatus::Failed)
    }

    pub(super) fn millis_since(&self, began: std::time::Duration) -> i64 {
        i64::try_from(self.parts.clock.elapsed().saturating_sub(began).as_millis()).unwrap_or(i64::MAX)
    }

    fn answer_event(&self, asker: &Asker, conversation: &Conversation, status: AuditStatus) -> AuditEvent {
        let event = self.event(asker, AuditAction::Answer, status);
        AuditEvent { model: Some(self.parts.model.name().to_owned()), ..within(event, conversation) }
    }
}
