//! The growth of an answer: a text of ours where it will stand, then the words of the model, read to their end.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{Fuse, FusedFuture as _, FutureExt as _};
use futures::{StreamExt as _, select_biased};
use tokio_util::sync::CancellationToken;

use super::writing::{AFTER_FAILURE, Next, Write, WriteOp};
use super::{LiveMessage, OnSent};
use crate::egress::ThinkingFilter;
use crate::egress::write_queue::Urgency;
use crate::ports::{Delta, ModelError, ModelStats, ModelStream, PlatformError};

/// The end of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEnd {
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

/// The limits of an answer, whatever its model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes of visible text; a model may think aloud four times as much.
    pub bytes: usize,
    /// From the first byte to the last.
    pub time: Duration,
}

/// Thoughts take this many times the room of what is shown.
pub(crate) const THOUGHTS: usize = 4;

impl LiveMessage {
    /// Counts so many bytes of thoughts with the stream that is followed next: they were heard before it.
    pub fn has_thought(&mut self, bytes: usize) {
        self.thought_before = bytes;
    }

    /// Reads the stream to its end and shows the text as it grows: one write at a time, always of the latest text,
    /// while reading goes on. Past its limits it stops reading.
    pub async fn follow(
        &mut self,
        stream: ModelStream,
        stop: &CancellationToken,
        limits: AnswerLimits,
        on_sent: OnSent<'_>,
    ) -> StreamEnd {
        self.reserve();
        self.thoughts = std::mem::take(&mut self.thought_before);
        let (mut filter, mut heard) = (ThinkingFilter::default(), self.thoughts);
        let mut late = self.outlet.clock().sleep(limits.time).fuse();
        let mut stream = stream.fuse();
        let mut stopped = stop.cancelled().boxed().fuse();
        let (mut next, mut write): (Next, Write<'_>) = (Fuse::terminated(), Fuse::terminated());
        let ended = loop {
            if self.text().len() > limits.bytes || heard > limits.bytes.saturating_mul(THOUGHTS) {
                break StreamEnd::TooLong;
            }
            if next.is_terminated() && write.is_terminated() {
                next = self.next();
            }
            // The order matters: a model that is always ahead must not keep its text from being shown.
            select_biased! {
                () = stopped => break StreamEnd::Stopped,
                () = late => break StreamEnd::TooSlow,
                written = write => if !self.wrote(written) { break StreamEnd::Stopped },
                turn = next => write = self.begin_write(turn, on_sent),
                delta = stream.next() => {
                    heard += delta.as_ref().map_or(0, bytes);
                    match self.take(delta, &mut filter) {
                        Ok(true) => next = Fuse::terminated(),
                        Ok(false) => {}
                        Err(ended) => break ended,
                    }
                }
            }
        };
        // Closing the stream before the last edit frees the model at once.
        drop(stream);
        let last = filter.finish();
        self.hear(&last, &mut filter);
        self.thoughts += usize::from(filter.is_only_thought());
        if !write.is_terminated() {
            let written = write.await;
            self.wrote(written);
        }
        self.said.end();
        ended
    }

    /// Takes a piece of the stream; whether a text that would have waited is to be shown at once.
    fn take(
        &mut self,
        delta: Option<Result<Delta, ModelError>>,
        filter: &mut ThinkingFilter,
    ) -> Result<bool, StreamEnd> {
        match delta {
            Some(Ok(Delta::Text(chunk))) => {
                let visible = filter.push(&chunk);
                self.hear(&visible, filter);
                Ok(!visible.is_empty() && self.pacing.heard(self.outlet.clock().elapsed(), &visible))
            }
            Some(Ok(Delta::Thinking(thought))) => {
                self.thoughts += thought.len();
                Ok(false)
            }
            Some(Ok(Delta::Done(stats))) => Err(StreamEnd::Whole(stats)),
            Some(Err(error)) => Err(StreamEnd::Failed(error)),
            None => Err(StreamEnd::Failed(ModelError::Interrupted)),
        }
    }

    fn hear(&mut self, visible: &str, filter: &mut ThinkingFilter) {
        // What was said before was a thought.
        if filter.retracts() {
            self.put_aside();
        }
        if self.said.push(visible) {
            self.falls_behind();
        }
    }
}

/// Returns the number of bytes that a piece adds, shown or not.
fn bytes(delta: &Result<Delta, ModelError>) -> usize {
    match delta {
        Ok(Delta::Text(text) | Delta::Thinking(text)) => text.len(),
        Ok(Delta::Done(_)) | Err(_) => 0,
    }
}

impl LiveMessage {
    /// Shows a text of ours before there is a stream, such as "running…", or another in its place; nothing where it could
    /// not be changed later, nor once about half of the changes are spent that its message may have: the others are for
    /// the answer. It is not worth that others wait for it: where they would have to, it is not shown
    /// ([`PlatformError::RateLimited`]).
    pub async fn announce(&mut self, text: &str, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        if self.deleted || !self.may_be_noted() {
            return Ok(());
        }
        // Two may not look live.
        while let Some(deed) = self.take_back() {
            self.write_at_once(deed, on_sent).await?;
        }
        let note = Arc::new(self.streaming(text.to_owned()));
        if self.shown.is_empty() {
            let sending = self.sending(Arc::clone(&note));
            self.write_at_once(WriteOp::Send(sending), on_sent).await?;
        }
        match self.shown.first() {
            Some(shown) if !shown.is(&note) => {
                let deed = WriteOp::Show(shown.at.clone(), 0, note);
                self.write_at_once(deed, on_sent).await
            }
            _ => Ok(()),
        }
    }

    async fn write_at_once(&mut self, deed: WriteOp, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        let Some(turn) = self.outlet.turn_at_once(Urgency::First) else {
            return Err(PlatformError::RateLimited { retry_after: AFTER_FAILURE });
        };
        let written = self.write(turn, deed, on_sent).boxed().await;
        self.note(written)
    }

    fn may_be_noted(&self) -> bool {
        let capabilities = self.platform.capabilities();
        let spared = capabilities.max_edits.saturating_sub(1);
        capabilities.edits && self.shown.first().map_or(spared > 0, |shown| shown.changes < spared / 2)
    }
}
