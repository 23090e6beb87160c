//! What a person sees until the model says something: their place in the queue, then that the model is thinking.

use std::time::Duration;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{BoxFuture, Either, Fuse, FusedFuture as _, FutureExt as _, select};
use futures::stream::{self, StreamExt as _};
use futures::{pin_mut, select_biased};

use super::Pipeline;
use super::asker::Asker;
use super::audience::signed;
use super::running::Stop;
use crate::domain::Locale;
use crate::egress::{LiveMessage, OnSent, Streamed, THOUGHTS, ThinkingFilter};
use crate::models::{Asking, Stage};
use crate::ports::{Clock, Delta, ModelError, ModelStream, PlatformError};
use crate::text::{Text, text};

/// How long nothing is said of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notes {
    /// Of waiting in the queue.
    pub queued: Duration,
    /// Of a model that has the question and says nothing yet.
    pub thinking: Duration,
    /// The least time between two states of such a note.
    pub apart: Duration,
}

impl Default for Notes {
    fn default() -> Self {
        Self { queued: Duration::from_secs(1), thinking: Duration::from_secs(3), apart: Duration::from_secs(1) }
    }
}

/// What came of waiting.
pub(super) enum Heard {
    /// The answer, whose first words are there.
    Words(Words),
    /// There will be none.
    Nothing(Streamed),
}

/// An answer whose first words are there.
pub(super) struct Words {
    pub(super) stream: ModelStream,
    /// How long it had to come to them since it began.
    pub(super) took: Duration,
    /// The spaces before them, which are not shown.
    pub(super) spaces: String,
    /// How many bytes were thought before them.
    pub(super) thought: usize,
}

impl Pipeline {
    /// Waits for the first words of an answer. What is said meanwhile is the message of the answer already, and the
    /// words take its place.
    pub(super) async fn first_words(
        &self,
        asker: &Asker,
        live: &mut LiveMessage,
        asking: Asking,
        stop: &Stop,
        on_sent: OnSent<'_>,
    ) -> Heard {
        let (notes, shown) = unbounded();
        let waiting = Waiting {
            clock: &*self.parts.clock,
            notes: Wall { asker, notes, locale: asker.user.locale, said: false },
            delays: self.parts.settings.notes,
            longest: self.parts.settings.answer.time,
            thoughts: self.parts.settings.answer.bytes.saturating_mul(THOUGHTS),
        };
        let (clock, most) = (waiting.clock, waiting.thoughts);
        let (waiting, showing) = (waiting.hear(asking, stop), self.show_notes(live, shown, on_sent));
        pin_mut!(waiting, showing);
        // A message on its way must be known before it is changed.
        match select(waiting, showing).await {
            Either::Left((Heard::Words(words), showing)) => {
                let since = clock.elapsed();
                match words.while_shown(showing, stop, most).await {
                    Heard::Words(words) => {
                        let took = words.took + clock.elapsed().saturating_sub(since);
                        Heard::Words(Words { took, ..words })
                    }
                    nothing @ Heard::Nothing(_) => nothing,
                }
            }
            Either::Left((nothing, showing)) => {
                showing.await;
                nothing
            }
            Either::Right(((), _)) => Heard::Nothing(Streamed::Stopped),
        }
    }

    /// Shows the newest note, one write at a time; ends when there will be no more, or when somebody deleted it.
    async fn show_notes(&self, live: &mut LiveMessage, mut notes: UnboundedReceiver<String>, on_sent: OnSent<'_>) {
        let (clock, apart) = (&self.parts.clock, self.parts.settings.notes.apart);
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

/// Where notes go to be shown.
struct Wall<'a> {
    asker: &'a Asker,
    notes: UnboundedSender<String>,
    locale: Locale,
    /// Whether anything was said.
    said: bool,
}

impl Wall<'_> {
    fn say(&mut self, note: &Text) {
        self.said = true;
        // Nobody reads it where the message is gone.
        let _ = self.notes.unbounded_send(signed(self.asker, &note.render(self.locale)));
    }
}

struct Waiting<'a> {
    clock: &'a dyn Clock,
    notes: Wall<'a>,
    delays: Notes,
    /// How long an answer may take, from its first byte.
    longest: Duration,
    /// How many bytes it may have before its first word.
    thoughts: usize,
}

impl Waiting<'_> {
    async fn hear(mut self, asking: Asking, stop: &Stop) -> Heard {
        let mut stopped = stop.token.cancelled().boxed().fuse();
        let mut thinking = Fuse::terminated();
        let stream = match self.turn(asking, &mut stopped, &mut thinking).await {
            Ok(stream) => stream,
            Err(ended) => return Heard::Nothing(ended),
        };
        self.words(stream, &mut stopped, &mut thinking).await
    }

    /// Until an endpoint begins to answer.
    async fn turn(
        &mut self,
        asking: Asking,
        stopped: &mut Timer<'_>,
        thinking: &mut Timer<'_>,
    ) -> Result<ModelStream, Streamed> {
        let mut asking = asking.fuse();
        let mut queued = self.clock.sleep(self.delays.queued).fuse();
        let mut place = None;
        loop {
            select_biased! {
                () = &mut *stopped => return Err(Streamed::Stopped),
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
                    Some(Stage::Failed(error)) => return Err(Streamed::Failed(error)),
                    None => return Err(Streamed::Failed(ModelError::Interrupted)),
                },
                () = queued => if let Some(position) = place {
                    self.notes.say(&in_queue(position));
                },
                () = &mut *thinking => self.notes.say(&text("model-thinking")),
            }
        }
    }

    /// Until there is something to show: a model that thinks aloud says nothing that people see.
    async fn words(mut self, mut stream: ModelStream, stopped: &mut Timer<'_>, thinking: &mut Timer<'_>) -> Heard {
        let began = self.clock.elapsed();
        let mut late = self.clock.sleep(self.longest).fuse();
        let (mut filter, mut ahead) = (ThinkingFilter::default(), Ahead::default());
        loop {
            select_biased! {
                () = &mut *stopped => return Heard::Nothing(Streamed::Stopped),
                () = late => return Heard::Nothing(Streamed::Failed(ModelError::Timeout { seconds: self.longest.as_secs() })),
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
                    if is_word {
                        let (took, spaces) = (self.clock.elapsed().saturating_sub(began), filter.blanks().to_owned());
                        let thought = ahead.thought;
                        return Heard::Words(Words { stream: ahead.and(stream), took, spaces, thought });
                    }
                    if ahead.bytes() > self.thoughts {
                        return Heard::Nothing(Streamed::TooLong);
                    }
                }
            }
        }
    }
}

impl Words {
    /// Reads on while a note is on its way: neither the model nor whoever stops it waits for the platform.
    async fn while_shown(self, showing: impl Future<Output = ()> + Unpin, stop: &Stop, most: usize) -> Heard {
        let Self { stream, took, spaces, thought } = self;
        let (mut stream, mut ahead) = (stream.fuse(), Ahead::default());
        let (mut showing, mut stopped) = (showing.fuse(), stop.token.cancelled().boxed().fuse());
        let is_stopped = {
            let reading = async {
                while thought + ahead.bytes() <= most
                    && let Some(delta) = stream.next().await
                {
                    ahead.keep(delta);
                }
            };
            let mut reading = reading.boxed().fuse();
            loop {
                select_biased! {
                    () = showing => break false,
                    () = stopped => break true,
                    () = reading => {}
                }
            }
        };
        if is_stopped {
            // The model is free at once.
            drop(stream);
            showing.await;
            return Heard::Nothing(Streamed::Stopped);
        }
        let thought = thought + ahead.thought;
        Heard::Words(Self { stream: ahead.and(stream.boxed()), took, spaces, thought })
    }
}

/// What was heard of a stream that nobody follows yet. Of thoughts, which may be long, only how long they were.
#[derive(Default)]
struct Ahead {
    text: String,
    /// In bytes.
    thought: usize,
    end: Option<Result<Delta, ModelError>>,
}

impl Ahead {
    fn keep(&mut self, delta: Result<Delta, ModelError>) {
        match delta {
            Ok(Delta::Text(text)) => self.text.push_str(&text),
            Ok(Delta::Thinking(thought)) => self.thought += thought.len(),
            end @ (Ok(Delta::Done(_)) | Err(_)) => self.end = Some(end),
        }
    }

    /// All that was heard, thoughts too.
    fn bytes(&self) -> usize {
        self.text.len() + self.thought
    }

    /// It without its thoughts, and then the rest of the stream.
    fn and(self, rest: ModelStream) -> ModelStream {
        let text = (!self.text.is_empty()).then_some(Ok(Delta::Text(self.text)));
        stream::iter([text, self.end].into_iter().flatten()).chain(rest).boxed()
    }
}

type Timer<'a> = Fuse<BoxFuture<'a, ()>>;

fn in_queue(position: usize) -> Text {
    text("model-queued").count("position", position as u64)
}

#[cfg(test)]
mod tests {
    use futures::future;

    use super::*;
    use crate::domain::{Place, UserId};
    use crate::pipeline::running::Running;
    use crate::ports::ModelStats;
    use crate::testkit::chat_platform::FakeChat;

    /// Words of which the first is there.
    fn words(rest: ModelStream) -> Words {
        Words { stream: rest, took: Duration::ZERO, spaces: String::new(), thought: 40 }
    }

    fn pieces(pieces: &[&str]) -> Vec<Result<Delta, ModelError>> {
        pieces.iter().map(|piece| Ok(Delta::Text((*piece).to_owned()))).collect()
    }

    #[tokio::test]
    async fn a_begun_answer_is_read_while_a_note_is_on_its_way() {
        let mut said = pieces(&["They ", "are ", "many."]);
        said.insert(1, Ok(Delta::Thinking("hm".to_owned())));
        said.push(Ok(Delta::Done(ModelStats::default())));
        let (read, mut all) = futures::channel::oneshot::channel::<()>();
        let ended = stream::once(async move {
            drop(read);
            None
        });
        let rest = stream::iter(said).map(Some).chain(ended).filter_map(future::ready).boxed();
        // The note arrives when all was read.
        let showing = async { assert!((&mut all).await.is_err()) }.boxed();
        let Heard::Words(words) = words(rest).while_shown(showing, &Stop::default(), 1000).await else { panic!() };
        assert_eq!(words.thought, 42, "what was thought counts with what follows");
        let heard: Vec<_> = words.stream.map(Result::unwrap).collect().await;
        let text = Delta::Text("They are many.".to_owned());
        assert_eq!(heard, [text, Delta::Done(ModelStats::default())]);
    }

    #[tokio::test]
    async fn a_stop_frees_the_model_while_a_note_is_on_its_way() {
        let running = Running::default();
        let (user, place): (UserId, Place) = (UserId(1), FakeChat::place());
        let work = running.begin(user, &place).unwrap();
        let (model, closed) = futures::channel::oneshot::channel::<()>();
        let rest = stream::once(async move {
            let _held = model;
            future::pending().await
        });
        // The note arrives only after the model was let go.
        let showing = async { assert!(closed.await.is_err()) }.boxed();
        running.stop(user, &place);
        let heard = words(rest.boxed()).while_shown(showing, &work.stop, 1000).await;
        assert!(matches!(heard, Heard::Nothing(Streamed::Stopped)));
    }

    #[tokio::test]
    async fn what_is_read_ahead_has_a_bound() {
        let endless = stream::repeat_with(|| Ok(Delta::Text("a".repeat(100)))).boxed();
        let mut ready = false;
        // The note arrives at the second look.
        let showing = future::poll_fn(move |context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut ready, true) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        });
        let heard = words(endless).while_shown(showing, &Stop::default(), 1000).await;
        let Heard::Words(mut words) = heard else { panic!() };
        let Some(Ok(Delta::Text(first))) = words.stream.next().await else { panic!() };
        assert_eq!(first.len(), 1000, "and with the thoughts before it, more than a thousand");
    }
}
