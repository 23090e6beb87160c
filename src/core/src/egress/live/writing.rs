//! One write of an answer: what it does to which message, and what is known after it.

use std::sync::Arc;

use super::{Lag, LiveMessage, OnSent};
use crate::domain::{MessageRef, Outgoing, OutgoingState, sha256};
use crate::egress::deliver::emptied;
use crate::egress::scheduler::Turn;
use crate::ports::{PlatformError, SendKey};

/// What people see of one message.
pub(super) struct Shown {
    pub(super) at: MessageRef,
    shows: Shows,
    /// Whether it shows that for sure: a change may have arrived of which that is not known.
    pub(super) sure: bool,
    /// How often it was changed, those counted that may have arrived.
    pub(super) changes: u32,
}

enum Shows {
    All(Arc<Outgoing>),
    /// The hash of a text that never changes again, and stands alone.
    Full(String),
}

impl Shown {
    /// Whether it shows this text, as one that is full or as one that grows.
    pub(super) fn shows(&self, text: &str, is_full: bool) -> bool {
        let shows = match &self.shows {
            Shows::All(message) => message.text == text && is_full == (message.state == OutgoingState::Final),
            Shows::Full(hash) => is_full && *hash == sha256(text),
        };
        self.sure && shows
    }

    /// Whether it is this message.
    pub(super) fn is(&self, message: &Outgoing) -> bool {
        let is = match &self.shows {
            Shows::All(shown) => **shown == *message,
            Shows::Full(hash) => {
                let is_text = message.state == OutgoingState::Final;
                is_text && message.buttons.is_empty() && message.files.is_empty() && *hash == sha256(&message.text)
            }
        };
        self.sure && is
    }

    /// Its text, but of one that is full.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.shows {
            Shows::All(message) => Some(&message.text),
            Shows::Full(_) => None,
        }
    }

    /// Keeps the hash of a text that never changes again: there are many of them, and what was said is kept once.
    pub(super) fn keep_hash(&mut self) {
        if let Shows::All(message) = &self.shows {
            self.shows = Shows::Full(sha256(&message.text));
        }
    }
}

/// A message that is to be: tried again, it is the same with the same key, for it may stand there already.
#[derive(Clone)]
pub(super) struct Sending {
    pub(super) key: SendKey,
    pub(super) message: Arc<Outgoing>,
}

/// What a write does.
pub(super) enum Deed {
    /// There is one message more.
    Send(Sending),
    /// The message that stands there, of this number, shows this.
    Show(MessageRef, usize, Arc<Outgoing>),
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
        async move {
            let result = match &deed {
                Deed::Show(at, _, message) => {
                    turn.carrying(message).spend(platform.edit(at, message)).await.map(|()| at.clone())
                }
                Deed::Send(Sending { key, message }) => {
                    let sent = turn.carrying(message).spend(platform.send(*key, &place, message)).await;
                    if let Ok(at) = &sent {
                        on_sent(at.clone()).await;
                    }
                    sent
                }
                Deed::TakeBack { at, stays } => {
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
            (Deed::Send(Sending { message, .. }), Ok(at)) => self.sent_as(at, message),
            (Deed::Show(_, index, message), Ok(at)) => self.keep(index, at, message),
            (Deed::TakeBack { .. }, Ok(_)) => drop(self.shown.pop()),
            (_, Err(PlatformError::Gone)) => self.deleted = true,
            (Deed::Send(sending), Err(PlatformError::Unavailable(_))) => self.unsent = Some(sending),
            (Deed::Send(_), Err(PlatformError::Rejected(_))) => self.unsent = None,
            (Deed::Show(_, index, _), Err(PlatformError::Unavailable(_))) => {
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

    /// Remembers a message that was sent, and where it stands.
    pub(super) fn sent_as(&mut self, at: &MessageRef, message: Arc<Outgoing>) {
        self.unsent = None;
        self.keep(self.shown.len(), at, message);
    }

    /// Remembers what a message shows, and where.
    pub(super) fn keep(&mut self, index: usize, at: &MessageRef, message: Arc<Outgoing>) {
        let kept = self.shown.get(index).filter(|shown| shown.at == *at);
        let changes = kept.map_or(0, |shown| shown.changes.saturating_add(1));
        let shown = Shown { at: at.clone(), shows: Shows::All(message), sure: true, changes };
        match self.shown.get_mut(index) {
            Some(kept) => *kept = shown,
            None => self.shown.push(shown),
        }
    }
}
