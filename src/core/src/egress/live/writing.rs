//! One write of an answer: which is due and when, what it does to which message, and what is known after it.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, Fuse, FutureExt as _};

use super::{Lag, LiveMessage, OnSent};
use crate::domain::{MessageRef, Outgoing, OutgoingState, sha256};
use crate::egress::deliver::{SHORTEST_WAIT, emptied};
use crate::egress::scheduler::Turn;
use crate::egress::write_queue::Urgency;
use crate::ports::{PlatformError, SendKey};

/// The state of one message as people see it.
pub(super) struct Shown {
    pub(super) at: MessageRef,
    shows: Shows,
    /// True if it certainly shows that: an edit of unknown result may have arrived.
    pub(super) sure: bool,
    /// The number of edits, including those that may have arrived.
    pub(super) changes: u32,
}

enum Shows {
    All(Arc<Outgoing>),
    /// The hash of a text that never changes again, and stands alone.
    Full(String),
}

impl Shown {
    /// Checks whether it shows this text, as a full or as a growing message.
    pub(super) fn shows(&self, text: &str, is_full: bool) -> bool {
        let shows = match &self.shows {
            Shows::All(message) => message.text == text && is_full == (message.state == OutgoingState::Final),
            Shows::Full(hash) => is_full && *hash == sha256(text),
        };
        self.sure && shows
    }

    /// Checks whether it shows this message.
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

/// The effect of a write.
pub(super) enum WriteOp {
    /// There is one message more.
    Send(Sending),
    /// The message that stands there, of this number, shows this.
    Show(MessageRef, usize, Arc<Outgoing>),
    /// A message goes, the last one; the one before it stays.
    TakeBack { at: MessageRef, stays: MessageRef },
}

/// A write and what came of it: where its message stands.
pub(super) struct Written {
    pub(super) deed: WriteOp,
    /// In which round it was begun.
    pub(super) round: u32,
    result: Result<MessageRef, PlatformError>,
}

impl LiveMessage {
    /// The removal of a message that is left of what was put aside.
    pub(super) fn take_back(&self) -> Option<WriteOp> {
        match self.shown.as_slice() {
            [.., stays, last] if !self.speaks => {
                Some(WriteOp::TakeBack { at: last.at.clone(), stays: stays.at.clone() })
            }
            _ => None,
        }
    }

    /// Carries out a write as a future that borrows nothing, so that the text can grow while it is on its way.
    pub(super) fn write<'a>(
        &self,
        turn: Turn,
        deed: WriteOp,
        on_sent: OnSent<'a>,
    ) -> impl Future<Output = Written> + Send + use<'a> {
        let (platform, place) = (Arc::clone(&self.platform), self.place.clone());
        let (keeps_all, round) = (self.keeps_all, self.round);
        async move {
            let result = match &deed {
                WriteOp::Show(at, _, message) => {
                    turn.carrying(message).spend(platform.edit(at, message)).await.map(|()| at.clone())
                }
                WriteOp::Send(Sending { key, message }) => {
                    let sent = turn.carrying(message).spend(platform.send(*key, &place, message)).await;
                    if let Ok(at) = &sent {
                        on_sent(at.clone()).await;
                    }
                    sent
                }
                WriteOp::TakeBack { at, stays } => {
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
            (WriteOp::Send(Sending { message, .. }), Ok(at)) => self.sent_as(at, message),
            (WriteOp::Show(_, index, message), Ok(at)) => self.keep(index, at, message),
            (WriteOp::TakeBack { .. }, Ok(_)) => drop(self.shown.pop()),
            (_, Err(PlatformError::Gone)) => self.deleted = true,
            (WriteOp::Send(sending), Err(PlatformError::Unavailable(_))) => self.unsent = Some(sending),
            (WriteOp::Send(_), Err(PlatformError::Rejected(_))) => self.unsent = None,
            (WriteOp::Show(_, index, _), Err(PlatformError::Unavailable(_))) => {
                if let Some(shown) = self.shown.get_mut(index) {
                    (shown.sure, shown.changes) = (false, shown.changes.saturating_add(1));
                }
            }
            (WriteOp::TakeBack { .. }, Err(PlatformError::Rejected(_))) => {
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

/// Before a platform that failed is tried with another interim text.
pub(super) const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The next write, once it may be made, and one that is under way.
pub(super) type Next = Fuse<BoxFuture<'static, Turn>>;
pub(super) type Write<'a> = Fuse<BoxFuture<'a, Written>>;

impl LiveMessage {
    /// Waits until the next write may be made; for ever while there is none.
    pub(super) fn next(&self) -> Next {
        let Some((wait, urgency)) = self.due() else { return Fuse::terminated() };
        let turn = self.outlet.turn(urgency);
        if wait.is_zero() {
            return turn.boxed().fuse();
        }
        let due = self.outlet.clock().sleep(wait);
        async move {
            due.await;
            turn.await
        }
        .boxed()
        .fuse()
    }

    /// Returns the wait before the next write, and its urgency.
    fn due(&self) -> Option<(Duration, Urgency)> {
        if self.lag == Lag::Spent || !self.platform.capabilities().edits {
            return None;
        }
        let now = self.outlet.clock().elapsed();
        if self.take_back().is_some() {
            return Some((self.pacing.pause(now), Urgency::First));
        }
        if self.lag == Lag::None {
            return None;
        }
        // What is full is closed at once: text goes on after it.
        let is_full = self.speaks && self.said.parts() >= self.shown.len();
        let wait = if is_full { self.pacing.pause(now) } else { self.pacing.wait(now)? };
        Some((wait, if self.speaks { Urgency::Interim } else { Urgency::First }))
    }

    pub(super) fn begin_write<'a>(&mut self, turn: Turn, on_sent: OnSent<'a>) -> Write<'a> {
        match self.take_back().or_else(|| self.stale()) {
            Some(deed) => self.write(turn, deed, on_sent).boxed().fuse(),
            None => Fuse::terminated(),
        }
    }

    /// Returns the text of the first message that is out of date.
    fn stale(&mut self) -> Option<WriteOp> {
        let (passed, full, open) = (self.said.passed(), self.said.full(), self.said.open());
        let last = (self.said.parts() + open.len()).saturating_sub(1);
        let texts = (passed..).zip(full.iter().map(|full| &full.text).chain(&open));
        let stale = texts
            .map(|(index, text)| (index, text, self.shown.get(index)))
            .find(|(index, text, shown)| shown.is_none_or(|shown| !shown.shows(text, *index < last)));
        let Some((index, text, _)) = stale else {
            self.lag = Lag::None;
            return None;
        };
        let message = match full.get(index - passed) {
            Some(full) if index < last => Arc::clone(full),
            _ if index < last => Arc::new(Outgoing::text(text.clone())),
            _ => Arc::new(self.streaming(text.clone())),
        };
        self.lag = if index < last { Lag::Behind } else { Lag::None };
        // One change is kept for the last state.
        if self.left(index) <= 1 {
            self.lag = Lag::Spent;
            return None;
        }
        Some(match self.shown.get(index) {
            Some(shown) => WriteOp::Show(shown.at.clone(), index, message),
            None => WriteOp::Send(self.sending(message)),
        })
    }

    /// The next message: the one that may stand there already, if any, which then shows what is said now.
    pub(super) fn sending(&mut self, message: Arc<Outgoing>) -> Sending {
        match &self.unsent {
            Some(unsent) => {
                self.lag = Lag::Behind;
                unsent.clone()
            }
            None => Sending { key: self.outlet.key(), message },
        }
    }

    /// Counts the changes that a message may still have.
    fn left(&self, index: usize) -> u32 {
        let changes = self.shown.get(index).map_or(0, |shown| shown.changes);
        if index < self.shown.len() { self.platform.capabilities().max_edits.saturating_sub(changes) } else { u32::MAX }
    }

    /// Notes how a write ended; `false` when the message is gone, which ends the stream.
    pub(super) fn wrote(&mut self, written: Written) -> bool {
        let now = self.outlet.clock().elapsed();
        let shows = match &written.deed {
            WriteOp::Send(_) => Some(self.shown.len()),
            WriteOp::Show(_, index, _) => Some(*index),
            WriteOp::TakeBack { .. } => None,
        };
        let is_of_now = written.round == self.round;
        let begins = !self.speaks || shows == Some(self.shown.len());
        let noted = self.note(written);
        let left = self.left(self.shown.len().saturating_sub(1));
        match noted {
            Ok(()) => {
                if shows.is_some() && is_of_now {
                    self.speaks = true;
                    self.pass();
                    if begins { self.pacing.begins(now, left) } else { self.pacing.wrote(now, left) }
                }
                return true;
            }
            Err(PlatformError::Gone) => return false,
            // The budget knows how long.
            Err(PlatformError::RateLimited { retry_after }) => {
                self.pacing.failed(now, retry_after.max(SHORTEST_WAIT));
            }
            // The same text may be refused again; a longer one may not be.
            Err(PlatformError::Rejected(_)) => self.pacing.failed(now, AFTER_FAILURE),
            // For all that is known, it was a change.
            Err(PlatformError::Unavailable(_)) => {
                self.pacing.wrote(now, left);
                self.pacing.failed(now, AFTER_FAILURE);
            }
        }
        // What was not shown is due again, with what came since.
        if shows.is_some() && is_of_now {
            self.falls_behind();
        }
        true
    }

    /// Forgets the texts of full messages that are shown.
    fn pass(&mut self) {
        while let (Some(full), Some(shown)) = (self.said.full().front(), self.shown.get_mut(self.said.passed()))
            && shown.shows(&full.text, true)
        {
            shown.keep_hash();
            self.said.pass();
        }
    }

    pub(super) fn falls_behind(&mut self) {
        if self.lag == Lag::None {
            self.lag = Lag::Behind;
        }
    }
}
