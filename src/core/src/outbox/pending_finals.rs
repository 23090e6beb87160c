//! Last states that a platform did not take for so long that nobody waits for them any more: they are tried again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::asker::Asker;
use crate::domain::{ButtonAction, ConversationId, MessageRef, Turn, TurnEnd, TurnId};
use crate::egress::LiveMessage;
use crate::error::PipelineError;
use crate::outbox::finalize::{Finals, Messages};
use crate::ports::StoreError;

/// Last states that are kept at most.
const MOST: usize = 1_000;

/// What is left of an answer whose message could not be ended.
pub(crate) struct Ending {
    pub(crate) asker: Asker,
    pub(crate) live: LiveMessage,
    pub(crate) messages: Messages,
    pub(crate) end: TurnEnd,
    pub(crate) seen: Seen,
}

/// Whether people see a last state.
pub(crate) enum Seen {
    NotYet,
    /// With its last message there, or nowhere where somebody deleted it: it only is to be noted down.
    There(Option<MessageRef>),
}

impl Ending {
    fn is_seen(&self) -> bool {
        matches!(self.seen, Seen::There(_))
    }
}

/// Such answers by their turns, and the turns that somebody is closing at this moment.
#[derive(Default, Clone)]
pub(crate) struct PendingFinals(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    endings: HashMap<TurnId, Ending>,
    closing: HashSet<TurnId>,
}

/// A turn that is being closed, with its last state where that is known. Dropping it ends that, and keeps a last state that
/// was not taken.
pub(crate) struct Closing {
    pending_finals: PendingFinals,
    turn: TurnId,
    ending: Option<Ending>,
}

impl PendingFinals {
    /// Keeps what the next minute tries again. Beyond the most that are kept, a message is closed as one that was
    /// interrupted.
    pub(crate) fn keep(&self, turn: TurnId, ending: Ending) {
        let mut state = self.state();
        if state.endings.len() < MOST {
            state.endings.insert(turn, ending);
        } else {
            tracing::error!(turn = turn.0, "too many answers wait for their platforms: this one is not kept");
        }
    }

    /// Whether the last state of a turn waits to be tried again.
    pub(crate) fn holds(&self, turn: TurnId) -> bool {
        self.state().endings.contains_key(&turn)
    }

    /// How many last states wait to be tried again, or are being tried.
    pub(crate) fn len(&self) -> usize {
        let state = self.state();
        state.endings.len() + state.closing.len()
    }

    /// Begins to close a turn; `None` while somebody else does.
    pub(crate) fn begin(&self, turn: TurnId) -> Option<Closing> {
        let mut state = self.state();
        if !state.closing.insert(turn) {
            return None;
        }
        let ending = state.endings.remove(&turn);
        Some(Closing { pending_finals: self.clone(), turn, ending })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("invariant: nothing panics while the lock is held")
    }
}

impl Closing {
    /// Whether its last state is known.
    pub(crate) fn is_known(&self) -> bool {
        self.ending.is_some()
    }

    /// The last state, once.
    pub(crate) fn take(&mut self) -> Option<Ending> {
        self.ending.take()
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        let mut state = self.pending_finals.state();
        state.closing.remove(&self.turn);
        if let Some(ending) = self.ending.take() {
            state.endings.insert(self.turn, ending);
        }
    }
}

impl Finals {
    /// Tries the last state of an answer again, and does what belongs to it once it is shown.
    pub(crate) async fn settle_again(&self, turn: TurnId, ending: Ending) -> Result<(), PipelineError> {
        let Ending { asker, mut live, mut messages, end, seen } = ending;
        let at = match seen {
            Seen::NotYet => self.settle(&asker, &mut live, turn, &mut messages, &end).await?,
            Seen::There(at) => {
                self.note_end(&asker, &mut live, turn, &messages, &end, Seen::There(at.clone())).await?;
                at
            }
        };
        if let Some(at) = at {
            self.outbox.forget_files(&asker, &messages.last.files).await;
            for button in &messages.last.buttons {
                if let ButtonAction::Execute(proposal) = &button.action {
                    self.cards.remember_card(proposal, at.clone(), &messages.last).await;
                }
            }
        }
        Ok(())
    }

    /// The same when nobody waits for it any more; whether it has ended so. What may not be shown any more is given up: it
    /// is closed as one that was interrupted.
    pub(crate) async fn settle_late(&self, closing: &mut Closing) -> Result<bool, PipelineError> {
        let is_wanted = match &closing.ending {
            Some(ending) => ending.is_seen() || self.is_wanted(&ending.asker).await?,
            None => false,
        };
        match closing.take().filter(|_| is_wanted) {
            Some(ending) => {
                self.settle_again(closing.turn, ending).await.map(|()| !self.pending_finals.holds(closing.turn))
            }
            None => Ok(false),
        }
    }

    /// Whether who asked is still who they were, and has not taken the question back.
    async fn is_wanted(&self, asker: &Asker) -> Result<bool, StoreError> {
        let linked = self.people.linked(&asker.actor).await?;
        let is_theirs = linked.is_some_and(|user| {
            let (id, role, disabled) = (user.id, &user.role, user.disabled);
            id == asker.user.id && *role == asker.user.role && !disabled
        });
        Ok(is_theirs && !self.running.was_taken_back(&asker.actor.platform, &asker.event))
    }

    /// Notes down at once, for who goes on from it, an end that is shown and could not be noted down.
    pub(crate) async fn note_down(&self, turn: TurnId) -> Result<(), PipelineError> {
        let Some(mut closing) = self.pending_finals.begin(turn) else { return Ok(()) };
        match closing.ending.take_if(|ending| ending.is_seen()) {
            Some(ending) => self.settle_again(turn, ending).await,
            None => Ok(()),
        }
    }

    /// The last turns of a conversation, the oldest first, the last of them as it is shown.
    pub(crate) async fn noted_turns(
        &self,
        conversation: ConversationId,
        limit: u32,
    ) -> Result<Vec<Turn>, PipelineError> {
        let turns = self.conversations.turns(conversation, limit).await?;
        match turns.last() {
            Some(last) if self.pending_finals.holds(last.id) => {
                self.note_down(last.id).await?;
                Ok(self.conversations.turns(conversation, limit).await?)
            }
            _ => Ok(turns),
        }
    }
}
