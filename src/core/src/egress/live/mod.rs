//! One answer that grows while the model speaks, in as many messages as it takes, and always ends in a final state.

mod answer_text;
mod growing;
mod writing;

use std::borrow::Borrow;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use answer_text::AnswerText;
pub(crate) use growing::THOUGHTS;
pub use growing::{AnswerLimits, StreamEnd};
use writing::{Sending, Shown};

use super::fence::closed;
use super::scheduler::{PlaceWriter, Scheduler};
use super::write_queue::FinalReservation;
use super::{Destination, Pacing, RetryPolicy, splitting};
use crate::domain::{Button, MessageRef, Outgoing, Place};
use crate::ports::{ChatPlatform, PlatformError};

/// Told of each message as soon as it exists, and of the one that stays where others go, so that a restart can close it.
pub type OnSent<'a> = &'a (dyn Fn(MessageRef) -> BoxFuture<'static, ()> + Send + Sync);

/// The difference between what is shown and what the model has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lag {
    None,
    /// There is text that was not shown yet.
    Behind,
    /// All that follows is for the last state: a message may be changed only so often.
    Spent,
}

/// An answer that is being written.
pub struct LiveMessage {
    platform: Arc<dyn ChatPlatform>,
    outlet: PlaceWriter,
    place: Place,
    buttons: Vec<Button>,
    /// Apart, because an answer is handed from one to the other while it is written.
    said: Box<AnswerText>,
    /// Its messages, in order: all but the last are full.
    shown: Vec<Shown>,
    /// One more of which it is not known whether it stands there.
    unsent: Option<Sending>,
    /// True once the last message shows text of the answer; it is then not sent again, even if somebody deleted it.
    speaks: bool,
    /// The number of times the text was reset: a write in progress meanwhile shows nothing of the current text.
    round: u32,
    deleted: bool,
    lag: Lag,
    /// True if the platform lets no message be removed.
    keeps_all: bool,
    pacing: Pacing,
    /// Keeps a write for the last text.
    owed: Vec<FinalReservation>,
    /// The bytes that were thought in the last stream, and those before it was followed.
    thoughts: usize,
    thought_before: usize,
}

impl LiveMessage {
    /// An answer of which nothing is shown yet. `heading` stands above it and `buttons` under it while it grows.
    pub fn new(
        scheduler: &Scheduler,
        platform: Arc<dyn ChatPlatform>,
        place: Place,
        heading: Option<String>,
        buttons: Vec<Button>,
    ) -> Self {
        let outlet = scheduler.outlet(&*platform, &place);
        let said = Box::new(AnswerText::new(heading.unwrap_or_default(), splitting(platform.capabilities())));
        Self {
            platform,
            outlet,
            place,
            buttons,
            said,
            shown: Vec::new(),
            unsent: None,
            speaks: false,
            round: 0,
            deleted: false,
            lag: Lag::None,
            keeps_all: false,
            pacing: Pacing::default(),
            owed: Vec::new(),
            thoughts: 0,
            thought_before: 0,
        }
    }

    /// Returns the model's text so far, without its thoughts.
    pub fn text(&self) -> &str {
        self.said.text()
    }

    /// Returns the shared text, without a copy.
    pub(crate) fn shared_text(&self) -> Arc<String> {
        Arc::clone(self.said.text())
    }

    /// Checks whether the model thought, and said nothing.
    pub fn is_only_thought(&self) -> bool {
        self.thoughts > 0 && self.text().trim().is_empty()
    }

    /// Returns the location of its last message, once one was sent.
    pub fn sent(&self) -> Option<&MessageRef> {
        self.shown.last().map(|shown| &shown.at)
    }

    /// Its messages as people see them, without their buttons; none where they show nothing that the model said.
    pub fn kept(&self) -> Vec<Outgoing> {
        if !self.speaks {
            return Vec::new();
        }
        let mut full = self.said.rebuild_full_texts().into_iter();
        let texts = self.shown.iter().map(|shown| (full.next(), shown.text()));
        texts.filter_map(|(full, text)| Some(Outgoing::text(closed(text.or(full.as_deref())?)))).collect()
    }

    /// Forgets what was said so far: what is said next takes its place, in the first of its messages. The others go before
    /// anything else is shown: two may not look live.
    pub fn put_aside(&mut self) {
        self.said.forget();
        self.pacing.begin_anew();
        self.round = self.round.wrapping_add(1);
        (self.speaks, self.lag) = (false, Lag::None);
    }

    /// Keeps room in the budget for the last text from now on, as [`follow`](Self::follow) does: what comes may come at
    /// any moment.
    pub fn reserve(&mut self) {
        if self.owed.is_empty() {
            self.owed = self.outlet.owe();
        }
    }

    fn streaming(&self, text: String) -> Outgoing {
        Outgoing { buttons: self.buttons.clone(), ..Outgoing::streaming(text) }
    }
}

/// The reason why an answer does not show its last state.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Somebody deleted its last message: it does not come back.
    Deleted,
    /// The platform does not take it, or there is no such place any more.
    Refused(PlatformError),
    /// The platform has been away for too long: it may still look live.
    Away(PlatformError),
}

impl LiveMessage {
    /// Brings the answer to its last state, a message after the other: an edit, or a new message where there is none yet;
    /// messages that it takes no more are removed. One that was deleted stays deleted. Waits and tries again while the
    /// platform is slow or away, for about ten minutes. Says where the last message stands.
    pub async fn finish<M: Borrow<Outgoing> + Sync>(
        &mut self,
        messages: &[M],
        on_sent: OnSent<'_>,
    ) -> Result<MessageRef, Unfinished> {
        // Whatever answers holds room for what it awaits: this is of use once, at the end.
        let last = self.end_all(messages, on_sent).boxed().await;
        // Whatever came of it, others need not wait for it any more.
        self.owed.clear();
        if last.is_ok() {
            self.shown.iter_mut().for_each(Shown::keep_hash);
        }
        last
    }

    /// Brings each message to its final text and removes those beyond; the error says if it may be tried again.
    async fn end_all<M: Borrow<Outgoing> + Sync>(
        &mut self,
        messages: &[M],
        on_sent: OnSent<'_>,
    ) -> Result<MessageRef, Unfinished> {
        if self.deleted {
            return Err(self.deletion_cause().await);
        }
        let mut last = Err(Unfinished::Deleted);
        for (index, message) in messages.iter().enumerate() {
            last = match self.end(index, message.borrow(), on_sent).await {
                Ok(at) => Ok(at),
                Err(PlatformError::Gone) if index < self.shown.len() => match self.deletion_cause().await {
                    Unfinished::Deleted => Err(Unfinished::Deleted),
                    refused => return Err(refused),
                },
                Err(error @ (PlatformError::Gone | PlatformError::Rejected(_))) => {
                    return Err(Unfinished::Refused(error));
                }
                Err(error) => return Err(Unfinished::Away(error)),
            }
        }
        self.remove_beyond(messages.len(), on_sent).await?;
        last
    }

    /// Tells whether its place is gone.
    pub async fn is_over(&self) -> bool {
        matches!(self.deletion_cause().await, Unfinished::Refused(_))
    }

    /// Tells a deleted message from a place that is gone, as far as that is known now.
    async fn deletion_cause(&self) -> Unfinished {
        match self.outlet.bound.wait(self.platform.live(&self.place, None)).await {
            Err(PlatformError::Gone | PlatformError::Rejected(_)) => Unfinished::Refused(PlatformError::Gone),
            Ok(_) => Unfinished::Deleted,
            Err(error @ (PlatformError::RateLimited { .. } | PlatformError::Unavailable(_))) => Unfinished::Away(error),
        }
    }

    /// Brings one message to its final text, after sending those missing before it; `on_sent` hears of a new one.
    async fn end(
        &mut self,
        index: usize,
        message: &Outgoing,
        on_sent: OnSent<'_>,
    ) -> Result<MessageRef, PlatformError> {
        let before = self.shown.get(index).map(|shown| shown.at.clone());
        while self.shown.len() <= index {
            self.send_next(message, on_sent).await?;
        }
        let Some(shown) = self.shown.get(index) else { return Err(PlatformError::Gone) };
        let at = shown.at.clone();
        if shown.is(message) {
            return Ok(at);
        }
        let destination = if self.speaks { Destination::Only(at) } else { Destination::OrNew(at) };
        let at = self.outlet.deliver(&*self.platform, &self.place, destination, message, RetryPolicy::LONG).await?;
        self.keep(index, &at, Arc::new(message.clone()));
        if before.is_some_and(|before| before != at) {
            on_sent(at.clone()).await;
        }
        Ok(at)
    }

    /// Sends one more message: as long as one may stand there already, that one, to know where.
    async fn send_next(&mut self, message: &Outgoing, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        let key = self.outlet.key();
        let sending = self.unsent.get_or_insert_with(|| Sending { key, message: Arc::new(message.clone()) });
        let Sending { key, message: sent } = sending.clone();
        let delivered =
            self.outlet.deliver_as(key, &*self.platform, &self.place, Destination::New, &sent, RetryPolicy::LONG).await;
        match delivered {
            Ok(at) => {
                self.sent_as(&at, sent);
                on_sent(at).await;
                Ok(())
            }
            Err(PlatformError::Rejected(why)) => {
                self.unsent = None;
                // It stands nowhere; what is to stand there now may be taken.
                if *sent == *message { Err(PlatformError::Rejected(why)) } else { Ok(()) }
            }
            Err(error) => Err(error),
        }
    }

    /// Removes all messages but the first `most`, and tells of the last of those.
    async fn remove_beyond(&mut self, most: usize, on_sent: OnSent<'_>) -> Result<(), Unfinished> {
        let mut removed = false;
        while self.shown.len() > most
            && let Some(last) = self.shown.last()
        {
            match self.outlet.remove(&*self.platform, &last.at, RetryPolicy::LONG).await {
                Ok(()) => {}
                Err(error @ (PlatformError::Gone | PlatformError::Rejected(_))) => {
                    tracing::warn!(%error, place = self.place.path(), "withdrawn message not deleted");
                }
                Err(error) => return Err(Unfinished::Away(error)),
            }
            self.shown.pop();
            removed = true;
        }
        if removed && let Some(stays) = self.sent() {
            on_sent(stays.clone()).await;
        }
        Ok(())
    }
}
