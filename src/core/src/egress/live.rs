//! One message that grows while the model speaks, and always ends in a final state.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, Fuse, FusedFuture as _, FutureExt as _};
use futures::{StreamExt as _, select_biased};
use tokio_util::sync::CancellationToken;

use super::{PATIENT, Pacing, ThinkingFilter, deliver, disarmed, fit};
use crate::domain::{Button, MessageRef, Outgoing, OutgoingState, Place};
use crate::ports::{ChatPlatform, Clock, Delta, ModelError, ModelStats, ModelStream, PlatformError};

/// How a stream ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Streamed {
    /// The answer is whole, or cut at the model's own limit when `finish` says so.
    Whole(ModelStats),
    /// The person stopped it, or the message was deleted.
    Stopped,
    /// It grew past what an answer may hold, or took longer than one may take.
    TooLong,
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
const THOUGHTS: usize = 4;

/// Told of the message as soon as it exists, so that a restart can close it.
pub type OnSent<'a> = &'a (dyn Fn(MessageRef) -> BoxFuture<'static, ()> + Send + Sync);

type Write = Fuse<BoxFuture<'static, Result<MessageRef, PlatformError>>>;

/// A message that is being written.
pub struct LiveMessage {
    platform: Arc<dyn ChatPlatform>,
    clock: Arc<dyn Clock>,
    place: Place,
    buttons: Vec<Button>,
    sent: Option<MessageRef>,
    /// Somebody deleted it: it does not come back.
    deleted: bool,
    shown: usize,
    pacing: Pacing,
    text: String,
}

impl LiveMessage {
    /// A message that is not sent yet. `buttons` stand under it while it grows.
    pub fn new(platform: Arc<dyn ChatPlatform>, clock: Arc<dyn Clock>, place: Place, buttons: Vec<Button>) -> Self {
        let pacing = Pacing::new(platform.capabilities().edit_interval);
        Self { platform, clock, place, buttons, sent: None, deleted: false, shown: 0, pacing, text: String::new() }
    }

    /// What the model has said so far, without its thoughts.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Forgets what was said so far: what is said next takes its place in the same message.
    pub fn put_aside(&mut self) {
        self.text.clear();
        self.shown = 0;
    }

    /// Shows a text of ours before there is a stream, such as "running…", or in place of what is shown; nothing where it
    /// could not be changed later.
    pub async fn announce(&mut self, text: &str, on_sent: OnSent<'_>) -> Result<(), PlatformError> {
        if !self.platform.capabilities().edits || self.deleted {
            return Ok(());
        }
        if let Some(at) = &self.sent {
            self.platform.edit(at, &self.streaming(text)).await?;
            self.pacing.wrote(self.clock.elapsed());
            return Ok(());
        }
        let at = self.platform.send(&self.place, &self.streaming(text)).await?;
        self.sent = Some(at.clone());
        on_sent(at).await;
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
        let (mut filter, mut heard) = (ThinkingFilter::default(), 0);
        let mut late = self.clock.sleep(limits.time).fuse();
        let mut stream = stream.fuse();
        let mut stopped = stop.cancelled().boxed().fuse();
        let mut write: Write = Fuse::terminated();
        let ended = loop {
            let mut due = if write.is_terminated() { self.due() } else { Fuse::terminated() };
            // The order matters: a model that is always ahead must not keep its text from being shown.
            select_biased! {
                () = stopped => break Streamed::Stopped,
                () = late => break Streamed::TooLong,
                result = write => if !self.wrote(result, on_sent).await { break Streamed::Stopped },
                () = due => write = self.begin_write(),
                delta = stream.next() => {
                    heard += delta.as_ref().map_or(0, bytes);
                    if let Some(ended) = self.take(delta, &mut filter) {
                        break ended;
                    }
                    if self.text.len() > limits.bytes || heard > limits.bytes.saturating_mul(THOUGHTS) {
                        break Streamed::TooLong;
                    }
                }
            }
        };
        // Closing the stream before the last edit frees the model at once.
        drop(stream);
        self.text.push_str(&filter.finish());
        if !write.is_terminated() {
            let result = write.await;
            self.wrote(result, on_sent).await;
        }
        ended
    }

    /// Brings the message to its last state: an edit, or a new message where there is none; one that was deleted while
    /// it grew stays deleted. Waits and tries
    /// again while the platform is slow or away, for about ten minutes.
    pub async fn finish(&mut self, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        if self.deleted {
            return Err(PlatformError::Gone);
        }
        let Self { platform, clock, place, sent, .. } = self;
        clock.sleep(self.pacing.refused_for(clock.elapsed())).await;
        deliver(&**platform, &**clock, place, sent.clone(), message, PATIENT).await
    }

    fn take(&mut self, delta: Option<Result<Delta, ModelError>>, filter: &mut ThinkingFilter) -> Option<Streamed> {
        match delta {
            Some(Ok(Delta::Text(chunk))) => {
                self.text.push_str(&filter.push(&chunk));
                None
            }
            Some(Ok(Delta::Thinking(_))) => None,
            Some(Ok(Delta::Done(stats))) => Some(Streamed::Whole(stats)),
            Some(Err(error)) => Some(Streamed::Failed(error)),
            None => Some(Streamed::Failed(ModelError::Interrupted)),
        }
    }

    fn due(&mut self) -> Fuse<BoxFuture<'static, ()>> {
        if self.text.len() == self.shown || !self.platform.capabilities().edits {
            return Fuse::terminated();
        }
        match self.pacing.wait(self.clock.elapsed(), self.text.chars().count()) {
            Some(wait) => self.clock.sleep(wait).fuse(),
            None => Fuse::terminated(),
        }
    }

    fn begin_write(&mut self) -> Write {
        self.shown = self.text.len();
        let (platform, place, sent) = (Arc::clone(&self.platform), self.place.clone(), self.sent.clone());
        let message = self.streaming(&disarmed(&self.text));
        let write = async move {
            match sent {
                Some(at) => platform.edit(&at, &message).await.map(|()| at),
                None => platform.send(&place, &message).await,
            }
        };
        write.boxed().fuse()
    }

    /// Notes how a write ended; `false` when the message is gone, which ends the stream.
    async fn wrote(&mut self, result: Result<MessageRef, PlatformError>, on_sent: OnSent<'_>) -> bool {
        let now = self.clock.elapsed();
        match result {
            Ok(at) => {
                self.pacing.wrote(now);
                if self.sent.is_none() {
                    self.sent = Some(at.clone());
                    on_sent(at).await;
                }
            }
            Err(PlatformError::Gone) => {
                self.deleted = true;
                return false;
            }
            // What was refused has not been shown: it is due again, with what came since.
            Err(PlatformError::RateLimited { retry_after }) => {
                self.shown = 0;
                self.pacing.refused(now, retry_after);
            }
            Err(PlatformError::Unavailable(_)) => {
                self.shown = 0;
                self.pacing.refused(now, Duration::from_secs(1));
            }
            // The same text would be refused again; a longer one may not be.
            Err(PlatformError::Rejected(_)) => self.pacing.refused(now, Duration::from_secs(1)),
        }
        true
    }

    fn streaming(&self, text: &str) -> Outgoing {
        Outgoing {
            text: fit(text, self.platform.capabilities().max_chars),
            buttons: self.buttons.clone(),
            files: Vec::new(),
            state: OutgoingState::Streaming,
        }
    }
}

/// What a piece adds to what was heard, shown or not.
fn bytes(delta: &Result<Delta, ModelError>) -> usize {
    match delta {
        Ok(Delta::Text(text) | Delta::Thinking(text)) => text.len(),
        Ok(Delta::Done(_)) | Err(_) => 0,
    }
}
