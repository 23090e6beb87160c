//! A bounded number of connections, each forgotten by the server between two uses.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use pstral_core::ports::TargetError;
use pstral_reading::Brake;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::fault::fault;
use crate::session::{Session, Terms};

/// Time to make a connection fit for the next one, or to stop what it is doing; nobody waits for it.
const SETTLING: Duration = Duration::from_secs(5);

/// A bounded number of connections to one database.
pub(crate) struct Pool {
    options: PgConnectOptions,
    connect_time: Duration,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Session>>,
}

/// What work in a transaction leaves.
pub(crate) struct Done<T> {
    pub(crate) value: T,
    /// Whether the server has nothing left to do for it, so that its connection can serve again.
    pub(crate) whole: bool,
}

impl<T> Done<T> {
    pub(crate) fn whole(value: T) -> Self {
        Self { value, whole: true }
    }
}

/// What came of work on a task of its own.
pub(crate) async fn outcome<T>(waiting: oneshot::Receiver<Result<T, TargetError>>) -> Result<T, TargetError> {
    waiting.await.unwrap_or_else(|_| Err(TargetError::Failed("the reading task broke down".to_owned())))
}

impl Pool {
    /// Opens nothing yet.
    pub(crate) fn new(options: PgConnectOptions, most: usize, connect_time: Duration) -> Self {
        let turns = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        Self { options, connect_time, turns, idle: Mutex::default() }
    }

    /// Waits for the right to use one of the connections.
    pub(crate) async fn turn(&self, patience: Duration) -> Result<OwnedSemaphorePermit, TargetError> {
        match timeout(patience, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(turn) => Ok(turn.expect("invariant: the semaphore is never closed")),
            Err(_) => Err(TargetError::Busy("all connections are in use".to_owned())),
        }
    }

    /// A connection of its own, for what must not wait for a turn.
    pub(crate) async fn connect(&self) -> Result<Session, TargetError> {
        let late = |_| TargetError::Unavailable("the server does not answer".to_owned());
        timeout(self.connect_time, Session::open(&self.options)).await.map_err(late)?
    }

    /// Does the work in a transaction of its own, on a task of its own: the connection is put in order even where nobody
    /// waits for the outcome any more, and who waits has it before that.
    pub(crate) fn start<T: Send + 'static>(
        self: &Arc<Self>,
        turn: OwnedSemaphorePermit,
        terms: Terms,
        brake: Brake,
        work: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<Done<T>, TargetError>> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, TargetError>> {
        let (outcome, waiting) = oneshot::channel();
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let mut held = None;
            let working = async {
                let session = held.insert(pool.begun(&terms).await?);
                work(&mut session.connection).await
            };
            let done = brake.over(working).await;
            // What the statement is refused for leaves its connection as sound as a result does.
            let sound = matches!(done, Ok(Done { whole: true, .. }) | Err(TargetError::Rejected(_)));
            let _ = outcome.send(done.map(|done| done.value));
            if let Some(session) = held {
                pool.settle(session, sound).await;
            }
            drop(turn);
        });
        waiting
    }

    /// The same for what nobody wants to follow, within `time`.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        terms: Terms,
        work: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, TargetError>> + Send + 'static,
    ) -> Result<T, TargetError> {
        let turn = self.turn(terms.time).await?;
        let brake = Brake::new(terms.time, CancellationToken::new());
        let _stop = brake.pull_on_drop();
        let waiting = self
            .start(turn, terms, brake, |connection| Box::pin(async move { work(connection).await.map(Done::whole) }));
        outcome(waiting).await
    }

    /// A connection in a fresh transaction. One that was kept may have died meanwhile, and then the others that were kept
    /// have died with it.
    async fn begun(&self, terms: &Terms) -> Result<Session, TargetError> {
        let kept = self.idle().pop();
        if let Some(mut session) = kept {
            if matches!(timeout(self.connect_time, session.begin(terms)).await, Ok(Ok(()))) {
                return Ok(session);
            }
            drop(mem::take(&mut *self.idle()));
        }
        let mut session = self.connect().await?;
        session.begin(terms).await.map_err(|error| fault(&error, false))?;
        Ok(session)
    }

    /// Keeps a connection that can be kept, and ends the others with what runs on them. It stays open until the server has
    /// been told to stop: its number cannot be another's by then.
    async fn settle(&self, mut session: Session, sound: bool) {
        if sound && matches!(timeout(SETTLING, session.forget()).await, Ok(Ok(()))) {
            self.idle().push(session);
            return;
        }
        let told = timeout(SETTLING.min(self.connect_time), session.cancel(&self.options)).await;
        if !matches!(told, Ok(Ok(()))) {
            tracing::warn!("the server could not be told to stop a statement; its own time limit ends it");
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
