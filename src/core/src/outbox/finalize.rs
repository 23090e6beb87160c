//! The last state of what is shown: in its place, in private where the place does not take it, and later where the
//! platform is away.

use std::sync::Arc;

use futures::FutureExt as _;

use crate::asker::Asker;
use crate::domain::{
    AuditDelivery, AuditEvent, ButtonAction, ConversationId, Length, MessageRef, NewTurn, Outgoing, ProposalId,
    Speaker, Turn, TurnEnd, TurnId, TurnState,
};
use crate::egress::{Destination, LiveMessage, RetryPolicy, Scheduler, Unfinished};
use crate::error::PipelineError;
use crate::outbox::buttons::retry_button;
use crate::outbox::cards::Cards;
use crate::outbox::messages::Messages;
use crate::outbox::pending_finals::{ClosingTurn, Ending, PendingFinals, Seen};
use crate::outbox::result_pages::ResultPages;
use crate::outbox::running::Running;
use crate::outbox::send::Outbox;
use crate::outbox::signature::signed;
use crate::ports::{Clock, Conversations, Entropy, People, PlatformError, Proposals, ResultFiles, StoreError};
use crate::recorder::Recorder;
use crate::text::text;

/// A question, with the target that was chosen for it.
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) target: Option<String>,
}

/// Brings messages that grow to their last state, and notes that down.
pub(crate) struct Finalizer {
    pub(crate) running: Running,
    pub(crate) pending: PendingFinals,
    pub(crate) scheduler: Scheduler,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) pages: Arc<ResultPages>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) files: Arc<dyn ResultFiles>,
}

impl Finalizer {
    /// Records a turn of ours that is being written: after a restart it is known to be left over.
    pub(crate) async fn begin_turn(
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
            at: self.clock.now(),
            aside,
            target: None,
        };
        Ok(self.conversations.add_turn(&turn).await?)
    }

    /// Remembers the message of a turn.
    pub(crate) fn on_sent(
        &self,
        turn: TurnId,
    ) -> impl Fn(MessageRef) -> futures::future::BoxFuture<'static, ()> + Send + Sync + use<> {
        let conversations = Arc::clone(&self.conversations);
        move |message| {
            let conversations = Arc::clone(&conversations);
            async move {
                if let Err(error) = conversations.set_message(turn, &message).await {
                    tracing::error!(%error, "message not recorded; after a crash it may still look live");
                }
            }
            .boxed()
        }
    }

    /// The question that a turn of ours answers; nothing where a statement was written without one.
    pub(crate) async fn question_of(&self, turn: &Turn) -> Result<Option<Asked>, StoreError> {
        let asked = if let Some(proposal) = &turn.proposal {
            let Some(proposal) = self.proposals.get(proposal).await? else { return Ok(None) };
            let mut target = None;
            // What was chosen last counts.
            for turn in proposal.asked.iter().rev() {
                target = target.or(self.conversations.turn(*turn).await?.and_then(|turn| turn.target));
            }
            Some(Asked { text: proposal.question, target })
        } else {
            let asked = self.conversations.question_before(turn.id).await?;
            asked.map(|asked| Asked { text: asked.text, target: asked.target })
        };
        Ok(asked.filter(|asked| !asked.text.trim().is_empty()))
    }

    /// Shows the last state of an answer or a result and then ends its turn, with what it says for the history. In this
    /// order: a message that people still see as live is found by the next start, and where the platform was away for too
    /// long each minute tries again. One that the platform refuses ends in a sentence instead, and where even that is
    /// refused the person is told in private.
    pub(crate) async fn finalize(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        turn: TurnId,
        messages: &mut Messages,
        end: &TurnEnd,
    ) -> Result<(), PipelineError> {
        let delivered = self.deliver_final(asker, live, turn, messages, end).await;
        let at = delivered.as_ref().ok().and_then(Option::as_ref);
        self.after_delivery(asker, turn, messages, end, at).await;
        delivered.map(drop)
    }

    /// Does what belongs to a last state that is shown: its pages can be turned, its card can be changed, and files that the
    /// platform has are not kept.
    async fn after_delivery(
        &self,
        asker: &Asker,
        turn: TurnId,
        messages: &Messages,
        end: &TurnEnd,
        at: Option<&MessageRef>,
    ) {
        let Some(at) = at else {
            // People will see it later, or see it already: its pages can be turned all the same.
            if !self.pending.holds(turn) {
                self.pages.kept.forget(turn);
            }
            return;
        };
        self.pages.kept.shown_at(turn, at);
        self.outbox.release_uploaded_files(asker, &messages.last.files).await;
        let executed = messages.last.buttons.iter().find_map(|button| match &button.action {
            ButtonAction::Execute(proposal) => Some(proposal),
            _ => None,
        });
        if let Some(proposal) = end.proposal.as_ref().or(executed) {
            self.cards.remember_card(proposal, at.clone(), &messages.last).await;
        }
    }

    /// Shows a last state and ends its turn; says where its last message is shown.
    async fn deliver_final(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        turn: TurnId,
        messages: &mut Messages,
        end: &TurnEnd,
    ) -> Result<Option<MessageRef>, PipelineError> {
        let (mut otherwise, on_sent) = (None, self.on_sent(turn));
        let mut shown = live.finish(&messages.all(), &on_sent).await;
        let is_refused = matches!(shown, Err(Unfinished::Refused(PlatformError::Rejected(_))));
        if is_refused && asker.place.private && live.is_over().boxed().await {
            // What is shown beside what somebody did takes no changes after a while.
            shown = Err(Unfinished::Refused(PlatformError::Gone));
        }
        if matches!(shown, Err(Unfinished::Refused(PlatformError::Rejected(_)))) && !messages.last.files.is_empty() {
            // Many places take words and no files: what can be read is not lost with what cannot.
            let without = messages.without_files(asker.user.locale, asker.platform.capabilities().length);
            shown = live.finish(&without, &on_sent).await;
            if messages.has_statement_file() {
                otherwise = Some(TurnEnd { proposal: None, ..end.clone() });
                messages.last.buttons = without.last().map(|last| last.buttons.clone()).unwrap_or_default();
            }
        }
        let delivered = shown.as_ref().ok().cloned();
        if let Err(Unfinished::Refused(error @ PlatformError::Rejected(_))) = shown {
            let ended = self.finalize_with_error(asker, live, turn, end.clone(), &error).boxed().await?;
            (shown, otherwise) = (ended.0, Some(ended.1));
        }
        if matches!(shown, Err(Unfinished::Deleted)) {
            // Nobody looks at what it offers.
            otherwise = Some(TurnEnd { proposal: None, ..end.clone() });
        }
        let ended = otherwise.as_ref().unwrap_or(end);
        match shown {
            Ok(_) | Err(Unfinished::Deleted) => {
                messages.release_shown();
                self.record_end(asker, live, turn, messages, ended, Seen::There(delivered.clone())).await?;
            }
            Err(Unfinished::Refused(error)) => {
                tracing::warn!(%error, turn = turn.0, place = asker.place.path(), "answer refused in its place; sending it in private");
                let elsewhere = self.finalize_in_private(asker, messages).await;
                self.conversations.finish_turn(turn, ended).await?;
                return elsewhere;
            }
            Err(Unfinished::Away(error)) => {
                tracing::error!(%error, turn = turn.0, place = asker.place.path(), "answer not finished; retrying every minute");
                self.finalize_later(asker, live, turn, messages, end, Seen::NotYet);
            }
        }
        Ok(delivered)
    }

    /// Ends the turn of what people see; tried again later where it cannot be noted down now: else it would be taken for one
    /// that was interrupted.
    async fn record_end(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        turn: TurnId,
        messages: &Messages,
        end: &TurnEnd,
        seen: Seen,
    ) -> Result<(), PipelineError> {
        let noted = self.conversations.finish_turn(turn, end).await;
        noted.map_err(|error| {
            self.finalize_later(asker, live, turn, messages, end, seen);
            PipelineError::Unnoted(error)
        })
    }

    fn finalize_later(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        turn: TurnId,
        messages: &Messages,
        end: &TurnEnd,
        seen: Seen,
    ) {
        let live = std::mem::replace(live, self.outbox.live_message(asker));
        let (asker, messages, end) = (asker.clone(), messages.clone(), end.clone());
        self.pending.keep(turn, Ending { asker, live, messages, end, seen });
    }

    /// Ends in a sentence what the platform refuses as it is: below what people read already, where that was the answer,
    /// else alone. The question can be asked again.
    async fn finalize_with_error(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        turn: TurnId,
        end: TurnEnd,
        error: &PlatformError,
    ) -> Result<(Result<MessageRef, Unfinished>, TurnEnd), PipelineError> {
        let locale = asker.user.locale;
        let trouble = PipelineError::Broken(format!("the last state of a message: {error}"));
        let sentence = self.recorder.explain_error(trouble, self.recorder.incident(asker)).await.render(locale);
        let mut buttons = Vec::new();
        if let Some(held) = self.conversations.turn(turn).await?
            && self.question_of(&held).await?.is_some()
        {
            buttons.push(retry_button(turn, locale));
        }
        let alone = Outgoing { buttons, ..Outgoing::text(signed(asker, &sentence)) };
        // What a last state takes back, or shows to fewer, is not kept.
        let is_the_answer = !live.text().trim().is_empty() && end.text.contains(live.text());
        let kept = if is_the_answer { live.kept() } else { Vec::new() };
        let (end, on_sent) =
            (TurnEnd { state: TurnState::Failed, cut: false, proposal: None, ..end }, self.on_sent(turn));
        if !kept.is_empty() {
            let messages = below(kept, &sentence, &alone, asker.platform.capabilities().length);
            let shown = live.finish(&messages, &on_sent).await;
            if !matches!(shown, Err(Unfinished::Refused(PlatformError::Rejected(_)))) {
                return Ok((shown, end));
            }
        }
        Ok((live.finish(&[alone], &on_sent).await, end))
    }

    /// Sends to the person alone what the place does not take: recorded before it is done.
    async fn finalize_in_private(
        &self,
        asker: &Asker,
        messages: &Messages,
    ) -> Result<Option<MessageRef>, PipelineError> {
        let reader = match self.outbox.open_private(asker).await {
            Ok(reader) if reader.place != asker.place => reader,
            // What was shown to them alone, beside what they did, is over: what has to last is elsewhere. It may be the same
            // place, which is shown in another way.
            Ok(reader) => match reader.platform.open_dm(&reader.actor).await {
                Ok(place) => Asker { place, ..reader },
                Err(_) => return Ok(None),
            },
            Err(_) => return Ok(None),
        };
        let detail = Some("it could not be shown where it was asked for".to_owned());
        self.recorder
            .record(AuditEvent { detail, delivery: Some(AuditDelivery::Private), ..self.recorder.incident(asker) })
            .await?;
        let mut last = None;
        let lacks_permission = asker.platform.lacks_permission(&asker.place);
        let why = text(if lacks_permission { "place-closed" } else { "answer-elsewhere" });
        let why = (!asker.place.private).then(|| Outgoing::text(why.render(reader.user.locale)));
        for message in why.iter().chain(messages.all()) {
            let sent = self
                .scheduler
                .deliver(&*reader.platform, &reader.place, Destination::New, message, RetryPolicy::LONG)
                .await;
            match sent {
                Ok(at) => last = Some(at),
                Err(error) => {
                    tracing::warn!(%error, actor = reader.actor.id, "answer not sent in private either; it is lost");
                    return Ok(None);
                }
            }
        }
        Ok(last)
    }

    /// Tries the last state of an answer again, and does what belongs to it once it is shown.
    async fn retry_final(&self, turn: TurnId, ending: Ending) -> Result<(), PipelineError> {
        let Ending { asker, mut live, mut messages, end, seen } = ending;
        let at = match seen {
            Seen::NotYet => return self.finalize(&asker, &mut live, turn, &mut messages, &end).await,
            Seen::There(at) => at,
        };
        self.record_end(&asker, &mut live, turn, &messages, &end, Seen::There(at.clone())).await?;
        self.after_delivery(&asker, turn, &messages, &end, at.as_ref()).await;
        Ok(())
    }

    /// Retries the final state of an answer that nobody waits for any more; true if it is final now. An answer that is
    /// no longer wanted is given up, to be closed as interrupted.
    pub(crate) async fn retry_if_wanted(&self, closing: &mut ClosingTurn) -> Result<bool, PipelineError> {
        let is_wanted = match &closing.ending {
            Some(ending) => ending.is_seen() || self.is_wanted(&ending.asker).await?,
            None => false,
        };
        match closing.take().filter(|_| is_wanted) {
            Some(ending) => self.retry_final(closing.turn, ending).await.map(|()| !self.pending.holds(closing.turn)),
            None => Ok(false),
        }
    }

    /// True if the asker's user, role and status are unchanged and the question was not withdrawn.
    async fn is_wanted(&self, asker: &Asker) -> Result<bool, StoreError> {
        let linked = self.people.linked(&asker.actor).await?;
        let is_theirs = linked.is_some_and(|user| {
            let (id, role, disabled) = (user.id, &user.role, user.disabled);
            id == asker.user.id && *role == asker.user.role && !disabled
        });
        Ok(is_theirs && !self.running.was_taken_back(&asker.actor.platform, &asker.event))
    }

    /// Notes down at once, for who goes on from it, an end that is shown and could not be noted down.
    pub(crate) async fn record_shown_end(&self, turn: TurnId) -> Result<(), PipelineError> {
        let Some(mut closing) = self.pending.begin(turn) else { return Ok(()) };
        match closing.ending.take_if(|ending| ending.is_seen()) {
            Some(ending) => self.retry_final(turn, ending).await,
            None => Ok(()),
        }
    }

    /// The last turns of a conversation, the oldest first, the last of them as it is shown.
    pub(crate) async fn recorded_turns(
        &self,
        conversation: ConversationId,
        limit: u32,
    ) -> Result<Vec<Turn>, PipelineError> {
        let turns = self.conversations.turns(conversation, limit).await?;
        match turns.last() {
            Some(last) if self.pending.holds(last.id) => {
                self.record_shown_end(last.id).await?;
                Ok(self.conversations.turns(conversation, limit).await?)
            }
            _ => Ok(turns),
        }
    }
}

/// Adds a sentence below the shown messages: in the last one if it has room, else in one of its own.
fn below(mut kept: Vec<Outgoing>, sentence: &str, alone: &Outgoing, length: Length) -> Vec<Outgoing> {
    let together = kept.last().map(|last| format!("{}\n\n{sentence}", last.text)).filter(|text| length.holds(text));
    match (kept.last_mut(), together) {
        (Some(last), Some(text)) => *last = Outgoing { text, ..alone.clone() },
        _ => kept.push(alone.clone()),
    }
    kept
}
