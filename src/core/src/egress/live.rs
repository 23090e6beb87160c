//! One answer that grows while the model speaks, in as many messages as it takes, and always ends in a final state.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, Fuse, FusedFuture as _, FutureExt as _};
use futures::{StreamExt as _, select_biased};
use tokio_util::sync::CancellationToken;

use super::deliver::SHORTEST_WAIT;
use super::fence::closed;
use super::lane::{Owed, Urgency};
use super::scheduler::{Outlet, Scheduler, Turn};
use super::split::Splitter;
use super::{Aim, Disarmer, Pacing, Patience, ThinkingFilter, splitting};
use crate::domain::{Button, MessageRef, Outgoing, OutgoingState, Place};
use crate::ports::{ChatPlatform, Clock, Delta, ModelError, ModelStats, ModelStream, PlatformError};

/// How a stream ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Streamed {
    /// The answer is whole, or cut at the model's own limit when `finish` says so.
    Whole(ModelStats),
    /// The person stopped it, or the message was deleted.
    Stopped,
    /// It grew past what an answer may hold.
    TooLong,
    /// It took longer than an answer may take.
    TooSlow,
    /// The model failed; the text so far stands.
    Failed(ModelError),
}

/// What an answer may be at most, whatever its model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes of visible text; a model may think aloud four times as much.
    pub bytes: usize,
    /// From the first byte to the last.
    pub time: Duration,
}

/// Thoughts take this many times the room of what is shown.
pub(crate) const THOUGHTS: usize = 4;
/// Before a platform that failed is tried with another interim text.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Why an answer does not show its last state.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// Somebody deleted its last message: it does not come back.
    Deleted,
    /// The platform does not take it, or there is no such place any more.
    Refused(PlatformError),
    /// The platform has been away for too long: it may still look live.
    Away(PlatformError),
}

/// Told of each message as soon as it exists, so that a restart can close it.
pub type OnSent<'a> = &'a (dyn Fn(MessageRef) -> BoxFuture<'static, ()> + Send + Sync);

/// What people see of one message.
struct Shown {
    at: MessageRef,
    message: Arc<Outgoing>,
}

type Write<'a> = Fuse<BoxFuture<'a, Result<(usize, Shown), PlatformError>>>;
type Next = Fuse<BoxFuture<'static, Turn>>;

/// An answer that is being written.
pub struct LiveMessage {
    platform: Arc<dyn ChatPlatform>,
    clock: Arc<dyn Clock>,
    outlet: Outlet,
    place: Place,
    heading: String,
    buttons: Vec<Button>,
    /// Its messages, in order: all but the last are full.
    shown: Vec<Shown>,
    /// Whether the last of them shows text of the model, and whether somebody deleted it: then it does not come back.
    speaks: bool,
    deleted: bool,
    /// Keeps a write for the last text.
    owed: Vec<Owed>,
    pacing: Pacing,
    text: String,
    disarmer: Disarmer,
    splitter: Splitter,
    /// The texts of full messages.
    full: Vec<String>,
    /// Whether there is text that was not shown yet.
    is_behind: bool,
    /// Pieces of the last stream that were thoughts, those in its text as one.
    thoughts: usize,
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
        let (capabilities, outlet) = (platform.capabilities(), scheduler.outlet(&*platform, &place));
        let (pacing, splitter) = (Pacing::new(capabilities.max_edits), Splitter::new(splitting(capabilities)));
        Self {
            clock: Arc::clone(&outlet.clock),
            platform,
            outlet,
            place,
            heading: heading.unwrap_or_default(),
            buttons,
            shown: Vec::new(),
            speaks: false,
            deleted: false,
            owed: Vec::new(),
            pacing,
            text: String::new(),
            disarmer: Disarmer::default(),
            splitter,
            full: Vec::new(),
            is_behind: false,
            thoughts: 0,
        }
    }

    /// What the model has said so far, without its thoughts.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the model thought, and said nothing.
    pub fn is_only_thought(&self) -> bool {
        self.thoughts > 0 && self.text.trim().is_empty()
    }

    /// Where its last message stands, once one was sent.
    pub fn sent(&self) -> Option<&MessageRef> {
        self.shown.last().map(|shown| &shown.at)
    }

    /// Forgets what was said so far: what is said next takes its place, in the same message.
    pub fn put_aside(&mut self) {
        self.text.clear();
        self.full.clear();
        self.disarmer = Disarmer::default();
        self.splitter = Splitter::new(splitting(self.platform.capabilities()));
        (self.speaks, self.is_behind) = (false, false);
    }

    /// Keeps room in the budget for the last text from now on, as [`follow`](Self::follow) does: what comes may come at
    /// any moment.
    pub fn reserve(&mut self) {
        if self.owed.is_empty() {
            self.owed = self.outlet.owe();
        }
    }

    /// Shows a text of ours before there is a stream, such as "running…", or another in its place; nothing where it could
    /// not be changed later. It is not worth that others wait for it: where they would have to, it is not shown
    /// ([`PlatformError::RateLimited`]).
    pub async fn announce(&mut self, text: &str, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        if !self.platform.capabilities().edits || self.deleted {
            return Ok(());
        }
        self.fold(on_sent).await?;
        let message = self.streaming(text.to_owned());
        if self.shown.last().is_some_and(|shown| *shown.message == message) {
            return Ok(());
        }
        let Some(turn) = self.outlet.turn_at_once(Urgency::First) else {
            return Err(PlatformError::RateLimited { retry_after: AFTER_FAILURE });
        };
        let written = self.write(turn, 0, message, on_sent).await;
        self.deleted |= matches!(written, Err(PlatformError::Gone));
        let (index, shown) = written?;
        self.keep(index, shown);
        Ok(())
    }

    /// Leaves one message of those that showed what was put aside: only one may look live.
    async fn fold(&mut self, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        while self.shown.len() > 1 {
            self.remove_last().await?;
            if let Some(last) = self.sent() {
                on_sent(last.clone()).await;
            }
        }
        Ok(())
    }

    async fn remove_last(&mut self) -> Result<(), PlatformError> {
        if let Some(last) = self.shown.last() {
            self.outlet.remove(&*self.platform, &last.at, Patience::LONG).await?;
        }
        self.shown.pop();
        Ok(())
    }

    /// Reads the stream to its end and shows the text as it grows: one write at a time, always of the latest text,
    /// while reading goes on. Past its limits it stops reading.
    pub async fn follow(
        &mut self,
        stream: ModelStream,
        stop: &CancellationToken,
        limits: AnswerLimits,
        on_sent: OnSent<'_>,
    ) -> Streamed {
        self.reserve();
        if let Err(error) = self.fold(on_sent).await {
            tracing::warn!(%error, "a message of what was put aside stays");
        }
        self.thoughts = 0;
        let (mut filter, mut heard) = (ThinkingFilter::default(), 0);
        let mut late = self.clock.sleep(limits.time).fuse();
        let mut stream = stream.fuse();
        let mut stopped = stop.cancelled().boxed().fuse();
        let (mut next, mut write): (Next, Write<'_>) = (Fuse::terminated(), Fuse::terminated());
        let ended = loop {
            if next.is_terminated() && write.is_terminated() {
                next = self.next();
            }
            // The order matters: a model that is always ahead must not keep its text from being shown.
            select_biased! {
                () = stopped => break Streamed::Stopped,
                () = late => break Streamed::TooSlow,
                result = write => if !self.wrote(result) { break Streamed::Stopped },
                turn = next => write = self.begin_write(turn, on_sent),
                delta = stream.next() => {
                    heard += delta.as_ref().map_or(0, bytes);
                    match self.take(delta, &mut filter) {
                        Ok(true) => next = Fuse::terminated(),
                        Ok(false) => {}
                        Err(ended) => break ended,
                    }
                    if self.text.len() > limits.bytes || heard > limits.bytes.saturating_mul(THOUGHTS) {
                        break Streamed::TooLong;
                    }
                }
            }
        };
        // Closing the stream before the last edit frees the model at once.
        drop(stream);
        self.thoughts += usize::from(filter.is_only_thought());
        self.push(&filter.finish());
        if !write.is_terminated() {
            let result = write.await;
            self.wrote(result);
        }
        ended
    }

    /// Brings the answer to its last state, a message after the other: an edit, or a new message where there is none yet;
    /// messages that it takes no more are removed. One that was deleted stays deleted. Waits and tries again while the
    /// platform is slow or away, for about ten minutes. Says where the last message stands.
    pub async fn finish(&mut self, messages: &[Outgoing]) -> Result<MessageRef, Unfinished> {
        let last = self.end_all(messages).await;
        // Whatever came of it, others need not wait for it any more.
        self.owed.clear();
        last
    }

    /// Its messages as people see them, without their buttons; none where they show nothing that the model said.
    pub fn kept(&self) -> Vec<Outgoing> {
        let kept = |shown: &Shown| Outgoing::text(closed(&shown.message.text));
        if self.speaks { self.shown.iter().map(kept).collect() } else { Vec::new() }
    }

    async fn end_all(&mut self, messages: &[Outgoing]) -> Result<MessageRef, Unfinished> {
        if self.deleted {
            return Err(Unfinished::Deleted);
        }
        let mut last = Err(Unfinished::Deleted);
        for (index, message) in messages.iter().enumerate() {
            last = match self.end(index, message).await {
                Ok(at) => Ok(at),
                Err(PlatformError::Gone) if index < self.shown.len() && self.has_place().await => {
                    Err(Unfinished::Deleted)
                }
                Err(error @ (PlatformError::Gone | PlatformError::Rejected(_))) => {
                    return Err(Unfinished::Refused(error));
                }
                Err(error) => return Err(Unfinished::Away(error)),
            }
        }
        while self.shown.len() > messages.len() {
            self.remove_last().await.map_err(Unfinished::Away)?;
        }
        last
    }

    /// Whether the place is still there, where a message is not: then somebody deleted that.
    async fn has_place(&self) -> bool {
        !matches!(self.platform.live(&self.place, None).await, Err(PlatformError::Gone | PlatformError::Rejected(_)))
    }

    async fn end(&mut self, index: usize, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        let aim = match self.shown.get(index) {
            Some(shown) if *shown.message == *message => return Ok(shown.at.clone()),
            Some(shown) if self.speaks => Aim::Only(shown.at.clone()),
            Some(shown) => Aim::OrNew(shown.at.clone()),
            None => Aim::New,
        };
        let at = self.outlet.deliver(&*self.platform, &self.place, aim, message, Patience::LONG).await?;
        self.keep(index, Shown { at: at.clone(), message: Arc::new(message.clone()) });
        Ok(at)
    }

    /// Takes a piece of the stream; whether a text that would have waited is to be shown at once.
    fn take(
        &mut self,
        delta: Option<Result<Delta, ModelError>>,
        filter: &mut ThinkingFilter,
    ) -> Result<bool, Streamed> {
        match delta {
            Some(Ok(Delta::Text(chunk))) => {
                let visible = filter.push(&chunk);
                // What was said before was a thought.
                if filter.retracts() {
                    self.put_aside();
                }
                self.push(&visible);
                Ok(!visible.is_empty() && self.pacing.heard(self.clock.elapsed(), &visible))
            }
            Some(Ok(Delta::Thinking(_))) => {
                self.thoughts += 1;
                Ok(false)
            }
            Some(Ok(Delta::Done(stats))) => Err(Streamed::Whole(stats)),
            Some(Err(error)) => Err(Streamed::Failed(error)),
            None => Err(Streamed::Failed(ModelError::Interrupted)),
        }
    }

    fn push(&mut self, visible: &str) {
        let mut chunk = visible;
        if self.text.trim_start().is_empty() {
            chunk = chunk.trim_start();
            if !chunk.is_empty() && !self.heading.is_empty() {
                self.full.extend(self.splitter.push(&format!("{}\n", self.heading)));
            }
        }
        self.text.push_str(visible);
        // What comes after the last message that an answer may have is for a file.
        if !chunk.is_empty() && !self.splitter.is_full() {
            self.full.extend(self.splitter.push(&self.disarmer.push(chunk)));
            self.is_behind = true;
        }
    }

    /// Waits until the next text may be shown; for ever while there is none.
    fn next(&self) -> Next {
        if !self.is_behind || !self.platform.capabilities().edits {
            return Fuse::terminated();
        }
        // What is full is closed at once: text goes on after it.
        let is_full = self.speaks && self.full.len() >= self.shown.len();
        let now = self.clock.elapsed();
        let wait = if is_full { Some(self.pacing.pause(now)) } else { self.pacing.wait(now) };
        let Some(wait) = wait else { return Fuse::terminated() };
        let turn = self.outlet.turn(if self.speaks { Urgency::Interim } else { Urgency::First });
        if wait.is_zero() {
            return turn.boxed().fuse();
        }
        let due = self.clock.sleep(wait);
        async move {
            due.await;
            turn.await
        }
        .boxed()
        .fuse()
    }

    /// Writes the first message that does not show what it should.
    fn begin_write<'a>(&mut self, turn: Turn, on_sent: OnSent<'a>) -> Write<'a> {
        let open = self.splitter.open();
        let last = (self.full.len() + open.len()).saturating_sub(1);
        let mut texts = self.full.iter().chain(&open).enumerate();
        let stale = texts.find(|(index, text)| {
            let shown = self.shown.get(*index).map(|shown| &shown.message);
            shown.is_none_or(|shown| {
                shown.text != **text || (*index < last) == (shown.state == OutgoingState::Streaming)
            })
        });
        let Some((index, text)) = stale.map(|(index, text)| (index, text.clone())) else {
            self.is_behind = false;
            return Fuse::terminated();
        };
        self.is_behind = index < last;
        let message = if index < last { Outgoing::text(text) } else { self.streaming(text) };
        self.write(turn, index, message, on_sent).boxed().fuse()
    }

    fn write<'a>(
        &self,
        turn: Turn,
        index: usize,
        message: Outgoing,
        on_sent: OnSent<'a>,
    ) -> impl Future<Output = Result<(usize, Shown), PlatformError>> + Send + use<'a> {
        let (platform, place) = (Arc::clone(&self.platform), self.place.clone());
        let sent = self.shown.get(index).map(|shown| shown.at.clone());
        async move {
            let message = Arc::new(message);
            if let Some(at) = sent {
                turn.spend(platform.edit(&at, &message)).await?;
                return Ok((index, Shown { at, message }));
            }
            let at = turn.spend(platform.send(&place, &message)).await?;
            on_sent(at.clone()).await;
            Ok((index, Shown { at, message }))
        }
    }

    /// Notes how a write ended; `false` when the message is gone, which ends the stream.
    fn wrote(&mut self, result: Result<(usize, Shown), PlatformError>) -> bool {
        let now = self.clock.elapsed();
        match result {
            Ok((index, shown)) => {
                if index > 0 && index == self.shown.len() {
                    self.pacing.turned_over(now);
                } else {
                    self.pacing.wrote(now);
                }
                self.speaks = true;
                self.keep(index, shown);
                return true;
            }
            Err(PlatformError::Gone) => {
                self.deleted = true;
                return false;
            }
            // The budget knows how long. What was refused has not been shown: it is due again, with what came since.
            Err(PlatformError::RateLimited { retry_after }) => {
                self.pacing.failed(now, retry_after.max(SHORTEST_WAIT));
            }
            // The same text may be refused again; a longer one may not be.
            Err(PlatformError::Unavailable(_) | PlatformError::Rejected(_)) => self.pacing.failed(now, AFTER_FAILURE),
        }
        self.is_behind = true;
        true
    }

    fn keep(&mut self, index: usize, shown: Shown) {
        match self.shown.get_mut(index) {
            Some(kept) => *kept = shown,
            None => self.shown.push(shown),
        }
    }

    fn streaming(&self, text: String) -> Outgoing {
        Outgoing { buttons: self.buttons.clone(), ..Outgoing::streaming(text) }
    }
}

/// What a piece adds to what was heard, shown or not.
fn bytes(delta: &Result<Delta, ModelError>) -> usize {
    match delta {
        Ok(Delta::Text(text) | Delta::Thinking(text)) => text.len(),
        Ok(Delta::Done(_)) | Err(_) => 0,
    }
}
