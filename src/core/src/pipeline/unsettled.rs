//! Last states that a platform did not take for so long that nobody waits for them any more: they are tried again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use super::Pipeline;
use super::asker::Asker;
use super::settling::Messages;
use crate::domain::{ButtonAction, TurnEnd, TurnId};
use crate::egress::LiveMessage;

/// Last states that are kept at most.
const MOST: usize = 1_000;

/// What is left of an answer whose message could not be ended.
pub(super) struct Ending {
    pub(super) asker: Asker,
    pub(super) live: LiveMessage,
    pub(super) messages: Messages,
    pub(super) end: TurnEnd,
}

/// Such answers by their turns, and the turns that somebody is closing at this moment.
#[derive(Default, Clone)]
pub(super) struct Unsettled(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    endings: HashMap<TurnId, Ending>,
    closing: HashSet<TurnId>,
}

/// A turn that is being closed, with its last state where that is known. Dropping it ends that, and keeps a last state that
/// was not taken.
pub(super) struct Closing {
    unsettled: Unsettled,
    turn: TurnId,
    ending: Option<Ending>,
}

impl Unsettled {
    /// Keeps what the next minute tries again. Beyond the most that are kept, a message is closed as one that was
    /// interrupted.
    pub(super) fn keep(&self, turn: TurnId, ending: Ending) {
        let mut state = self.state();
        if state.endings.len() < MOST {
            state.endings.insert(turn, ending);
        } else {
            tracing::error!(turn = turn.0, "too many answers wait for their platforms: this one is not kept");
        }
    }

    /// Whether the last state of a turn waits to be tried again.
    pub(super) fn holds(&self, turn: TurnId) -> bool {
        self.state().endings.contains_key(&turn)
    }

    /// Begins to close a turn; `None` while somebody else does.
    pub(super) fn begin(&self, turn: TurnId) -> Option<Closing> {
        let mut state = self.state();
        if !state.closing.insert(turn) {
            return None;
        }
        let ending = state.endings.remove(&turn);
        Some(Closing { unsettled: self.clone(), turn, ending })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("invariant: nothing panics while the lock is held")
    }
}

impl Closing {
    /// Whether its last state is known.
    pub(super) fn is_known(&self) -> bool {
        self.ending.is_some()
    }

    /// The last state, once.
    pub(super) fn take(&mut self) -> Option<Ending> {
        self.ending.take()
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        let mut state = self.unsettled.state();
        state.closing.remove(&self.turn);
        if let Some(ending) = self.ending.take() {
            state.endings.insert(self.turn, ending);
        }
    }
}

impl Pipeline {
    /// Tries the last state of an answer again, and does what belongs to it once it is shown.
    pub(super) async fn settle_again(&self, turn: TurnId, ending: Ending) {
        let Ending { asker, mut live, messages, end } = ending;
        match self.settle(&asker, &mut live, turn, &messages, &end).await {
            Ok(Some(at)) => {
                self.forget_files(&asker, &messages.last.files).await;
                for button in &messages.last.buttons {
                    if let ButtonAction::Execute(proposal) = &button.action {
                        self.remember_card(proposal, at.clone(), &messages.last).await;
                    }
                }
            }
            Ok(None) => {}
            Err(trouble) => {
                tracing::error!(?trouble, turn = turn.0, "an answer whose message has ended is tried again");
            }
        }
    }
}
