//! What of a growing answer is to be shown next, and when.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, Fuse, FutureExt as _};

use super::writing::{Deed, Sending, Written};
use super::{Lag, LiveMessage, OnSent};
use crate::domain::Outgoing;
use crate::egress::deliver::SHORTEST_WAIT;
use crate::egress::lane::Urgency;
use crate::egress::scheduler::Turn;
use crate::ports::PlatformError;

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

    /// How long to wait before the next write, and how urgent it is.
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

    /// What the first message should show that does not show it.
    fn stale(&mut self) -> Option<Deed> {
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
            Some(shown) => Deed::Show(shown.at.clone(), index, message),
            None => Deed::Send(self.sending(message)),
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

    /// How often a message may still be changed.
    fn left(&self, index: usize) -> u32 {
        let changes = self.shown.get(index).map_or(0, |shown| shown.changes);
        if index < self.shown.len() { self.platform.capabilities().max_edits.saturating_sub(changes) } else { u32::MAX }
    }

    /// Notes how a write ended; `false` when the message is gone, which ends the stream.
    pub(super) fn wrote(&mut self, written: Written) -> bool {
        let now = self.outlet.clock().elapsed();
        let shows = match &written.deed {
            Deed::Send(_) => Some(self.shown.len()),
            Deed::Show(_, index, _) => Some(*index),
            Deed::TakeBack { .. } => None,
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
