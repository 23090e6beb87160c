//! Many answers on platforms that count: what the egress scheduler promises, under a clock that nobody waits for.

mod any_platform;
mod away;
mod changes;
mod fair;
mod one_answer;
mod put_aside;
mod server;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};
use pstral_core::domain::{MessageRef, Outgoing, Place, PlatformName};
use pstral_core::egress::{
    AnswerLayout, AnswerLimits, LiveMessage, Scheduler, StreamEnd, Unfinished, lay_out, splitting,
};
use pstral_core::ports::{ChatPlatform as _, Delta, FinishReason, ModelError, ModelStats, ModelStream};
use pstral_core::testkit::clock::FakeClock;
use server::Server;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const MS: fn(u64) -> Duration = Duration::from_millis;
const LIMITS: AnswerLimits = AnswerLimits { bytes: 1_000_000, time: Duration::from_hours(1) };

fn scheduler(server: &Server) -> Scheduler {
    let scheduler = Scheduler::new(Arc::new(FakeClock::at("2026-11-21T10:00:00Z")));
    scheduler.listen(server);
    scheduler
}

fn place(id: &str) -> Place {
    Place { platform: PlatformName("server".to_owned()), id: id.to_owned(), thread: None, private: false }
}

/// A model that says one piece after the other.
fn says(pieces: Vec<String>, every: Duration) -> ModelStream {
    let spoken = stream::iter(pieces).then(move |piece| async move {
        sleep(every).await;
        Ok(Delta::Text(piece))
    });
    spoken.chain(stream::iter([Ok(Delta::Done(whole()))])).boxed()
}

fn whole() -> ModelStats {
    ModelStats { finish: FinishReason::Stop, ..ModelStats::default() }
}

fn words(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("word{number} ")).collect()
}

/// An answer in the place `a`.
fn live(server: &Arc<Server>, scheduler: &Scheduler) -> LiveMessage {
    LiveMessage::new(scheduler, Arc::clone(server) as _, place("a"), None, Vec::new())
}

/// What a restart would know: which message was told of last, and when.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(Duration, usize)>>>);

impl Told {
    fn by(&self, server: &Arc<Server>) -> impl Fn(MessageRef) -> BoxFuture<'static, ()> + Send + Sync + use<> {
        let (told, server) = (Arc::clone(&self.0), Arc::clone(server));
        move |at: MessageRef| {
            told.lock().unwrap().push((server.now(), at.id.parse().unwrap()));
            async {}.boxed()
        }
    }

    fn all(&self) -> Vec<usize> {
        self.0.lock().unwrap().iter().map(|(_, message)| *message).collect()
    }

    fn last(&self, at: Duration) -> Option<usize> {
        self.0.lock().unwrap().iter().rfind(|(told, _)| *told <= at).map(|(_, message)| *message)
    }
}

fn nobody(_: MessageRef) -> BoxFuture<'static, ()> {
    async {}.boxed()
}

/// How one answer went.
struct Went {
    ended: StreamEnd,
    finished: Result<MessageRef, Unfinished>,
    /// When the model had said its last word.
    said: Duration,
    messages: Vec<Outgoing>,
}

/// One answer from its first word to its last state.
async fn answer(server: &Arc<Server>, scheduler: &Scheduler, place: &Place, stream: ModelStream) -> Went {
    answer_after(server, scheduler, place, Vec::new(), stream).await
}

/// The same after others that came to nothing, in its place.
async fn answer_after(
    server: &Arc<Server>,
    scheduler: &Scheduler,
    place: &Place,
    earlier: Vec<ModelStream>,
    stream: ModelStream,
) -> Went {
    let mut live = LiveMessage::new(scheduler, Arc::clone(server) as _, place.clone(), None, Vec::new());
    for stream in earlier {
        live.follow(stream, &CancellationToken::new(), LIMITS, &nobody).await;
        live.put_aside();
        let _ = live.announce("Correcting…", &nobody).await;
    }
    let last = Arc::new(Mutex::new(Duration::ZERO));
    let (heard, watching) = (Arc::clone(&last), Arc::clone(server));
    let stream = stream.inspect(move |_| *heard.lock().unwrap() = watching.now()).boxed();
    let ended = live.follow(stream, &CancellationToken::new(), LIMITS, &nobody).await;
    let said = *last.lock().unwrap();
    let text = live.text().to_owned();
    let messages = last_state(server, &text);
    let finished = live.finish(&messages, &nobody).await;
    Went { ended, finished, said, messages }
}

fn last_state(server: &Server, text: &str) -> Vec<Outgoing> {
    let laid = lay_out(AnswerLayout { before: text, ..AnswerLayout::default() }, splitting(server.capabilities()));
    laid.parts.into_iter().map(Outgoing::text).collect()
}

/// A model that fails after what it has said.
fn breaks_off(pieces: Vec<String>, every: Duration) -> ModelStream {
    let spoken = stream::iter(pieces).then(move |piece| async move {
        sleep(every).await;
        Ok(Delta::Text(piece))
    });
    spoken.chain(stream::iter([Err(ModelError::Interrupted)])).boxed()
}
