//! Prefetch of an answer: its first words have arrived while a status note may still be on its way.

use std::time::Duration;

use futures::future::FutureExt as _;
use futures::stream::StreamExt as _;
use futures::{select_biased, stream};

use crate::egress::StreamEnd;
use crate::outbox::running::Stop;
use crate::ports::{Delta, ModelError, ModelStream};

/// An answer whose first words are there.
pub(crate) struct FirstTokens {
    pub(crate) stream: ModelStream,
    /// Time from the start to the first words.
    pub(crate) took: Duration,
    /// The spaces before them, which are not shown.
    pub(crate) spaces: String,
    /// Bytes of reasoning before the first words.
    pub(crate) thought: usize,
}

impl FirstTokens {
    /// Keeps reading the stream while a status note is being sent, so that neither the model nor a stop waits for the
    /// platform. An error says how the stream ended.
    pub(crate) async fn while_shown(
        self,
        showing: impl Future<Output = ()> + Unpin,
        stop: &Stop,
        most: usize,
    ) -> Result<Self, StreamEnd> {
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
            return Err(StreamEnd::Stopped);
        }
        let thought = thought + ahead.thought;
        Ok(Self { stream: ahead.and(stream.boxed()), took, spaces, thought })
    }
}

/// Text prefetched from a stream that nobody follows yet. Reasoning may be long, so only its length is kept.
#[derive(Default)]
pub(crate) struct Ahead {
    text: String,
    /// In bytes.
    pub(crate) thought: usize,
    end: Option<Result<Delta, ModelError>>,
}

impl Ahead {
    pub(crate) fn keep(&mut self, delta: Result<Delta, ModelError>) {
        match delta {
            Ok(Delta::Text(text)) => self.text.push_str(&text),
            Ok(Delta::Thinking(thought)) => self.thought += thought.len(),
            end @ (Ok(Delta::Done(_)) | Err(_)) => self.end = Some(end),
        }
    }

    /// The number of bytes read, reasoning included.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.thought
    }

    /// The prefetched text without reasoning, then the rest of the stream.
    pub(crate) fn and(self, rest: ModelStream) -> ModelStream {
        let text = (!self.text.is_empty()).then_some(Ok(Delta::Text(self.text)));
        stream::iter([text, self.end].into_iter().flatten()).chain(rest).boxed()
    }
}

#[cfg(test)]
mod tests {
    use futures::future;

    use super::*;
    use crate::domain::{Place, UserId};
    use crate::outbox::running::Running;
    use crate::ports::ModelStats;
    use crate::testkit::chat_platform::FakeChat;

    /// The answer, once its first words have arrived.
    fn words(rest: ModelStream) -> FirstTokens {
        FirstTokens { stream: rest, took: Duration::ZERO, spaces: String::new(), thought: 40 }
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
        let Ok(words) = words(rest).while_shown(showing, &Stop::default(), 1000).await else { panic!() };
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
        assert!(matches!(heard, Err(StreamEnd::Stopped)));
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
        let Ok(mut words) = heard else { panic!() };
        let Some(Ok(Delta::Text(first))) = words.stream.next().await else { panic!() };
        assert_eq!(first.len(), 1000, "and with the thoughts before it, more than a thousand");
    }
}
