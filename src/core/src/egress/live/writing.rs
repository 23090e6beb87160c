//! One write of an answer: what it does to which message, and what is known after it.

use std::sync::Arc;

use super::{Lag, LiveMessage, OnSent};
use crate::domain::{MessageRef, Outgoing, OutgoingState};
use crate::egress::deliver::emptied;
use crate::egress::scheduler::Turn;
use crate::ports::PlatformError;

/// What people see of one message.
pub(super) struct Shown {
    pub(super) at: MessageRef,
    pub(super) message: Arc<Outgoing>,
    /// Whether it shows that for sure: a change may have arrived of which that is not known.
    pub(super) sure: bool,
    /// How often it was changed, those counted that may have arrived.
    pub(super) changes: u32,
}

impl Shown {
    /// Whether it shows this text, as one that is full or as one that grows.
    pub(super) fn shows(&self, text: &str, is_full: bool) -> bool {
        self.sure && self.message.text == text && is_full == (self.message.state == OutgoingState::Final)
    }
}

/// What a write does.
pub(super) enum Deed {
    /// The message of this number shows this.
    Show(usize, Arc<Outgoing>),
    /// A message goes, the last one; the one before it stays.
    TakeBack { at: MessageRef, stays: MessageRef },
}

/// A write and what came of it: where its message stands.
pub(super) struct Written {
    pub(super) deed: Deed,
    /// In which round it was begun.
    pub(super) round: u32,
    result: Result<MessageRef, PlatformError>,
}

impl LiveMessage {
    /// The removal of a message that is left of what was put aside.
    pub(super) fn take_back(&self) -> Option<Deed> {
        match self.shown.as_slice() {
            [.., stays, last] if !self.speaks => Some(Deed::TakeBack { at: last.at.clone(), stays: stays.at.clone() }),
            _ => None,
        }
    }

    pub(super) fn write<'a>(
        &self,
        turn: Turn,
        deed: Deed,
        on_sent: OnSent<'a>,
    ) -> impl Future<Output = Written> + Send + use<'a> {
        let (platform, place) = (Arc::clone(&self.platform), self.place.clone());
        let (keeps_all, round) = (self.keeps_all, self.round);
        let sent = match &deed {
            Deed::Show(index, _) => self.shown.get(*index).map(|shown| shown.at.clone()),
            Deed::TakeBack { at, .. } => Some(at.clone()),
        };
        async move {
            let result = match (&deed, sent) {
                (Deed::Show(_, message), Some(at)) => turn.spend(platform.edit(&at, message)).await.map(|()| at),
                (Deed::Show(_, message), None) => {
                    let sent = turn.spend(platform.send(&place, message)).await;
                    if let Ok(at) = &sent {
                        on_sent(at.clone()).await;
                    }
                    sent
                }
                (Deed::TakeBack { at, stays }, _) => {
                    let gone = if keeps_all {
                        // One that somebody else removed is gone as well.
                        let done = turn.spend(platform.edit(at, &emptied())).await;
                        done.or_else(|error| if error == PlatformError::Gone { Ok(()) } else { Err(error) })
                    } else {
                        turn.spend(platform.delete(at)).await
                    };
                    if gone.is_ok() {
                        on_sent(stays.clone()).await;
                    }
                    gone.map(|()| at.clone())
                }
            };
            Written { deed, round, result }
        }
    }

    /// Notes what came of a write.
    pub(super) fn note(&mut self, written: Written) -> Result<(), PlatformError> {
        let Written { deed, result, .. } = written;
        match (deed, &result) {
            (Deed::Show(index, message), Ok(at)) => self.keep(index, at, message),
            (Deed::TakeBack { .. }, Ok(_)) => drop(self.shown.pop()),
            (_, Err(PlatformError::Gone)) => self.deleted = true,
            (Deed::Show(index, _), Err(PlatformError::Unavailable(_))) => {
                if let Some(shown) = self.shown.get_mut(index) {
                    (shown.sure, shown.changes) = (false, shown.changes.saturating_add(1));
                }
            }
            (Deed::TakeBack { .. }, Err(PlatformError::Rejected(_))) => {
                // Where it cannot be emptied either, nothing more is shown before the last state.
                if self.keeps_all {
                    self.lag = Lag::Spent;
                }
                self.keeps_all = true;
            }
            (_, Err(_)) => {}
        }
        result.map(drop)
    }

    /// Remembers what a message shows, and where.
    pub(super) fn keep(&mut self, index: usize, at: &MessageRef, message: Arc<Outgoing>) {
        let kept = self.shown.get(index).filter(|shown| shown.at == *at);
        let changes = kept.map_or(0, |shown| shown.changes.saturating_add(1));
        let shown = Shown { at: at.clone(), message, sure: true, changes };
        match self.shown.get_mut(index) {
            Some(kept) => *kept = shown,
            None => self.shown.push(shown),
        }
    }
}
