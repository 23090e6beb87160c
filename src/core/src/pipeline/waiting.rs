//! Status notes until the model's first word: the place in the queue, then that the model is thinking.

use std::time::Duration;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{BoxFuture, Either, Fuse, FusedFuture as _, FutureExt as _, select};
use futures::stream::StreamExt as _;
use futures::{pin_mut, select_biased};

use crate::asker::Asker;
use crate::domain::Locale;
use crate::egress::{LiveMessage, OnSent, StreamEnd, THOUGHTS, ThinkingFilter};
use crate::models::{Asking, Stage};
use crate::outbox::running::Stop;
use crate::outbox::signature::signed;
use crate::pipeline::prefetch::{Ahead, FirstTokens};
use crate::ports::{Clock, Delta, ModelError, ModelStream, PlatformError};
use crate::settings::{Notes, Settings};
use crate::text::{Text, text};

/// Sends status notes to the person who waits.
struct StatusNotes<'a> {
    asker: &'a Asker,
    notes: UnboundedSender<String>,
    locale: Locale,
    /// True once anything was sent.
    said: bool,
}

impl StatusNotes<'_> {
    fn say(&mut self, note: &Text) {
        self.said = true;
        // Nobody reads it where the message is gone.
        let _ = self.notes.unbounded_send(signed(self.asker, &note.render(self.locale)));
    }
}

struct Waiting<'a> {
    clock: &'a dyn Clock,
    notes: StatusNotes<'a>,
    delays: Notes,
    /// Maximum duration of an answer, from its first byte.
    longest: Duration,
    /// Maximum bytes before the answer's first word.
    thoughts: usize,
}

impl Waiting<'_> {
    async fn hear(mut self, asking: Asking, stop: &Stop) -> Result<FirstTokens, StreamEnd> {
        let mut stopped = stop.token.cancelled().boxed().fuse();
        let mut thinking = Fuse::terminated();
        let stream = self.turn(asking, &mut stopped, &mut thinking).await?;
        self.words(stream, &mut stopped, &mut thinking).await
    }

    /// Until an endpoint begins to answer.
    async fn turn(
        &mut self,
        asking: Asking,
        stopped: &mut Timer<'_>,
        thinking: &mut Timer<'_>,
    ) -> Result<ModelStream, StreamEnd> {
        let mut asking = asking.fuse();
        let mut queued = self.clock.sleep(self.delays.queued).fuse();
        let mut place = None;
        loop {
            select_biased! {
                () = &mut *stopped => return Err(StreamEnd::Stopped),
                stage = asking.next() => match stage {
                    Some(Stage::Waiting(position)) => {
                        place = Some(position);
                        *thinking = Fuse::terminated();
                        if queued.is_terminated() {
                            self.notes.say(&in_queue(position));
                        }
                    }
                    Some(Stage::Asked) => {
                        place = None;
                        // Who was told of the queue is told that it is over.
                        let delay = if self.notes.said { Duration::ZERO } else { self.delays.thinking };
                        *thinking = self.clock.sleep(delay).fuse();
                    }
                    Some(Stage::Begun(stream)) => return Ok(stream),
                    Some(Stage::Failed(error)) => return Err(StreamEnd::Failed(error)),
                    None => return Err(StreamEnd::Failed(ModelError::Interrupted)),
                },
                () = queued => if let Some(position) = place {
                    self.notes.say(&in_queue(position));
                },
                () = &mut *thinking => self.notes.say(&text("model-thinking")),
            }
        }
    }

    /// Until there is something to show: a model that thinks aloud says nothing that people see.
    async fn words(
        mut self,
        mut stream: ModelStream,
        stopped: &mut Timer<'_>,
        thinking: &mut Timer<'_>,
    ) -> Result<FirstTokens, StreamEnd> {
        let began = self.clock.elapsed();
        let mut late = self.clock.sleep(self.longest).fuse();
        let (mut filter, mut ahead) = (ThinkingFilter::default(), Ahead::default());
        loop {
            select_biased! {
                () = &mut *stopped => return Err(StreamEnd::Stopped),
                () = late => return Err(StreamEnd::Failed(ModelError::Timeout { seconds: self.longest.as_secs() })),
                () = &mut *thinking => self.notes.say(&text("model-thinking")),
                delta = stream.next().fuse() => {
                    let is_word = match &delta {
                        Some(Ok(Delta::Text(text))) => !filter.push(text).trim().is_empty(),
                        Some(Ok(Delta::Thinking(_))) => false,
                        // Whoever follows the stream knows what to make of its end.
                        Some(Ok(Delta::Done(_)) | Err(_)) | None => true,
                    };
                    if let Some(delta) = delta {
                        ahead.keep(delta);
                    }
                    // That it thinks too much is found by whoever follows it.
                    if is_word || ahead.bytes() > self.thoughts {
                        let (took, spaces) = (self.clock.elapsed().saturating_sub(began), filter.blanks().to_owned());
                        let thought = ahead.thought;
                        return Ok(FirstTokens { stream: ahead.and(stream), took, spaces, thought });
                    }
                }
            }
        }
    }
}

type Timer<'a> = Fuse<BoxFuture<'a, ()>>;

/// The wait of an asker for an answer.
pub(crate) struct Wait<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) settings: &'a Settings,
    pub(crate) asker: &'a Asker,
}

impl Wait<'_> {
    /// Waits for the first words of an answer. What is said meanwhile is the message of the answer already, and the
    /// words take its place. An error says how the answer ended before any.
    pub(crate) async fn first_tokens(
        &self,
        live: &mut LiveMessage,
        asking: Asking,
        stop: &Stop,
        on_sent: OnSent<'_>,
    ) -> Result<FirstTokens, StreamEnd> {
        let (notes, shown) = unbounded();
        let waiting = Waiting {
            clock: self.clock,
            notes: StatusNotes { asker: self.asker, notes, locale: self.asker.user.locale, said: false },
            delays: self.settings.notes,
            longest: self.settings.answer.time,
            thoughts: self.settings.answer.bytes.saturating_mul(THOUGHTS),
        };
        let (clock, most) = (waiting.clock, waiting.thoughts);
        let (waiting, showing) = (waiting.hear(asking, stop), self.show_notes(live, shown, on_sent));
        pin_mut!(waiting, showing);
        // A message on its way must be known before it is changed.
        match select(waiting, showing).await {
            Either::Left((Ok(first), showing)) => {
                let since = clock.elapsed();
                let first = first.while_shown(showing, stop, most).await?;
                let took = first.took + clock.elapsed().saturating_sub(since);
                Ok(FirstTokens { took, ..first })
            }
            Either::Left((Err(ended), showing)) => {
                showing.await;
                Err(ended)
            }
            Either::Right(((), _)) => Err(StreamEnd::Stopped),
        }
    }

    /// Shows the newest note, one write at a time; ends when there will be no more, or when somebody deleted it.
    async fn show_notes(&self, live: &mut LiveMessage, mut notes: UnboundedReceiver<String>, on_sent: OnSent<'_>) {
        let (clock, apart) = (self.clock, self.settings.notes.apart);
        let (mut newest, mut pause): (Option<String>, Fuse<BoxFuture<'static, ()>>) = (None, Fuse::terminated());
        loop {
            if pause.is_terminated()
                && let Some(note) = newest.take()
            {
                let wait = match live.announce(&note, on_sent).await {
                    Ok(()) | Err(PlatformError::Rejected(_)) => apart,
                    Err(PlatformError::Gone) => return,
                    Err(PlatformError::RateLimited { retry_after }) => {
                        newest = Some(note);
                        retry_after
                    }
                    Err(PlatformError::Unavailable(_)) => {
                        newest = Some(note);
                        apart.max(Duration::from_secs(1))
                    }
                };
                pause = clock.sleep(wait).fuse();
            }
            select_biased! {
                note = notes.next() => match note {
                    Some(note) => newest = Some(note),
                    None => return,
                },
                () = pause => {}
            }
        }
    }
}

fn in_queue(position: usize) -> Text {
    text("model-queued").count("position", position as u64)
}
