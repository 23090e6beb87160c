//! Final texts that a platform did not accept in time, or that could not be recorded: they are retried.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use crate::asker::Asker;
use crate::domain::{MessageRef, TurnEnd, TurnId};
use crate::egress::LiveMessage;
use crate::lock::lock;
use crate::outbox::messages::Messages;

/// Last states that are kept at most.
const MOST: usize = 1_000;

/// An answer whose message could not be finalized yet.
pub(crate) struct Ending {
    pub(crate) asker: Asker,
    pub(crate) live: LiveMessage,
    pub(crate) messages: Messages,
    pub(crate) end: TurnEnd,
    pub(crate) seen: Seen,
}

/// Visibility of a final state.
pub(crate) enum Seen {
    NotYet,
    /// People see it; `None` if somebody deleted its last message. It only has to be recorded.
    There(Option<MessageRef>),
}

impl Ending {
    pub(crate) fn is_seen(&self) -> bool {
        matches!(self.seen, Seen::There(_))
    }
}

/// Pending final texts by turn, and the turns that are being closed.
#[derive(Default, Clone)]
pub(crate) struct PendingFinals(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    endings: HashMap<TurnId, Ending>,
    closing: HashSet<TurnId>,
}

/// A turn that is being closed, with its final text if that is known. Dropping it puts back a final text that was not taken.
pub(crate) struct ClosingTurn {
    pending_finals: PendingFinals,
    pub(crate) turn: TurnId,
    pub(crate) ending: Option<Ending>,
}

impl PendingFinals {
    /// Keeps a final text for the next retry. If too many are pending, the message will be closed as interrupted instead.
    pub(crate) fn keep(&self, turn: TurnId, ending: Ending) {
        let mut state = lock(&self.0);
        if state.endings.len() < MOST {
            state.endings.insert(turn, ending);
        } else {
            tracing::error!(
                turn = turn.0,
                "too many finished answers wait for their platforms; closing this one as interrupted"
            );
        }
    }

    /// True if the final state of the turn waits for a retry.
    pub(crate) fn holds(&self, turn: TurnId) -> bool {
        lock(&self.0).endings.contains_key(&turn)
    }

    /// The number of final states that are pending or being retried.
    pub(crate) fn len(&self) -> usize {
        let state = lock(&self.0);
        state.endings.len() + state.closing.len()
    }

    /// Begins to close a turn; `None` while somebody else does.
    pub(crate) fn begin(&self, turn: TurnId) -> Option<ClosingTurn> {
        let mut state = lock(&self.0);
        if !state.closing.insert(turn) {
            return None;
        }
        let ending = state.endings.remove(&turn);
        Some(ClosingTurn { pending_finals: self.clone(), turn, ending })
    }
}

impl ClosingTurn {
    /// True if the final state is known.
    pub(crate) fn is_known(&self) -> bool {
        self.ending.is_some()
    }

    /// The last state, once.
    pub(crate) fn take(&mut self) -> Option<Ending> {
        self.ending.take()
    }
}

impl Drop for ClosingTurn {
    fn drop(&mut self) {
        let mut state = lock(&self.pending_finals.0);
        state.closing.remove(&self.turn);
        if let Some(ending) = self.ending.take() {
            state.endings.insert(self.turn, ending);
        }
    }
}
