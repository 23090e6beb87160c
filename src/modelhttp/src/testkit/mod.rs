//! A scripted model server for tests: real HTTP on the loopback interface, and every way in which such servers fail.

mod answer;
mod bench;
mod connections;
mod dialect;
mod failures;
mod outcome;
mod recording;
pub mod replay;
mod request;
mod serve;

pub use answer::{Answer, Ending, Piece};
pub use bench::Bench;
pub use connections::connections;
pub use dialect::{Dialect, Installed};
pub use failures::failure_table;
pub use outcome::{Outcome, kind, outcome, question, sentence};
pub use recording::Recording;
pub use request::Request;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A server that answers each question with the next scripted answer, and by itself what its dialect tells. It stops when
/// dropped, cutting every connection. A question without a script gets status 500 and is counted.
#[derive(Debug)]
pub struct ScriptedServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// The state that the server shares with its connections.
#[derive(Debug)]
struct Shared {
    dialect: Box<dyn Dialect>,
    state: Mutex<State>,
    /// Ticks whenever `state` has changed.
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    installed: Installed,
    answers: VecDeque<Answer>,
    tags: VecDeque<Answer>,
    requests: Vec<Request>,
    unscripted: usize,
}

impl ScriptedServer {
    /// Starts a server on a free port that speaks this dialect, with one model and no scripted answer yet.
    ///
    /// # Panics
    /// Panics if the loopback interface has no free port.
    pub async fn start(dialect: impl Dialect, model: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("invariant: tests may listen on a free port");
        let address = listener.local_addr().expect("invariant: a listening socket has an address");
        let state = State { installed: Installed::one(model), ..State::default() };
        let dialect = Box::new(dialect);
        let shared = Arc::new(Shared { dialect, state: Mutex::new(state), changed: watch::Sender::new(()) });
        let accepting = tokio::spawn(serve::accept(listener, shared.clone()));
        Self { address, shared, accepting }
    }

    /// Returns its base URL, as `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Queues the answer to one more question.
    pub fn answer(&self, answer: Answer) {
        self.shared.change(|state| state.answers.push_back(answer));
    }

    /// Queues an answer to one more `GET`, before the list of models is given again.
    pub fn answer_tags(&self, answer: Answer) {
        self.shared.change(|state| state.tags.push_back(answer));
    }

    /// Replaces the installed models: names and sizes in bytes. Questions to others get a 404.
    pub fn install(&self, models: &[(&str, u64)]) {
        let models = models.iter().map(|(name, bytes)| ((*name).to_owned(), *bytes)).collect();
        self.shared.change(|state| state.installed.models = models);
    }

    /// Says from now on that its models read at most so many tokens, `None` that it does not know.
    pub fn reads(&self, tokens: Option<u64>) {
        self.shared.change(|state| state.installed.context = tokens);
    }

    /// Says from now on that its models can do this: `completion`, `embedding`, `thinking`.
    pub fn can(&self, capabilities: &[&str]) {
        let capabilities = capabilities.iter().map(|one| (*one).to_owned()).collect();
        self.shared.change(|state| state.installed.capabilities = capabilities);
    }

    /// Returns every question so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// Counts the questions for which no answer was scripted.
    pub fn unscripted(&self) -> usize {
        self.shared.state().unscripted
    }

    /// Counts the scripted answers that were not requested yet.
    pub fn unused(&self) -> usize {
        let state = self.shared.state();
        state.answers.len() + state.tags.len()
    }

    /// Fails the test unless every scripted answer was asked for and every question found one.
    ///
    /// # Panics
    /// Panics if answers are left over or were missing.
    pub fn assert_consumed(&self) {
        assert_eq!(self.unscripted(), 0, "requests without a scripted answer: {:#?}", self.requests());
        assert_eq!(self.unused(), 0, "scripted answers that nobody asked for");
    }

    /// Resolves when what has come so far is as wanted, for example
    /// `|requests| requests.iter().any(|request| request.closed_early)`.
    pub async fn wait_for(&self, wanted: impl Fn(&[Request]) -> bool) {
        let mut changed = self.shared.changed.subscribe();
        while !wanted(&self.shared.state().requests) {
            changed.changed().await.expect("invariant: the sender lives as long as this server");
        }
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A test that fails while holding it must still be able to say why.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.changed.send_replace(());
        changed
    }
}
