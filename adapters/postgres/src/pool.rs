//! A bounded number of connections, each forgotten by the server between two uses.

use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use pstral_core::ports::TargetError;
use pstral_reading::{Brake, Turn, Turns};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::cancelling::cancel_and_wait;
use crate::fault::{is_gone, not_begun};
use crate::session::{Session, Terms};

/// Time to make a connection fit for the next one; nobody waits for it.
const SETTLING: Duration = Duration::from_secs(5);

/// Most statements that are planned at once. A planner cannot be stopped: this many at most outlive their deadline.
const PLANNINGS: usize = 2;

/// The part of the time for all that beginning may take.
const TO_BEGIN: f64 = 0.8;

/// A bounded number of connections to one database.
pub(crate) struct Pool {
    options: PgConnectOptions,
    connect_time: Duration,
    turns: Turns,
    plannings: Turns,
    idle: Mutex<Vec<Session>>,
}

/// The result of work in a transaction.
pub(crate) struct Done<T> {
    pub(crate) value: T,
    /// True if the server has completed everything for it, so that its connection can be reused.
    pub(crate) whole: bool,
}

impl<T> Done<T> {
    pub(crate) fn whole(value: T) -> Self {
        Self { value, whole: true }
    }
}

/// Waits for the result of work on a task of its own.
pub(crate) async fn outcome<T>(waiting: oneshot::Receiver<Result<T, TargetError>>) -> Result<T, TargetError> {
    waiting.await.unwrap_or_else(|_| Err(TargetError::Failed("the reading task broke down".to_owned())))
}

impl Pool {
    /// Opens nothing yet.
    pub(crate) fn new(options: PgConnectOptions, most: usize, connect_time: Duration) -> Self {
        let (turns, plannings) = (Turns::new(most), Turns::new(PLANNINGS));
        Self { options, connect_time, turns, plannings, idle: Mutex::default() }
    }

    /// Waits for the right to use one of the connections.
    pub(crate) async fn turn(&self, patience: Duration, cancel: &CancellationToken) -> Result<Turn, TargetError> {
        self.turns.next(patience, cancel).await
    }

    /// A connection of its own, for what must not wait for a turn.
    pub(crate) async fn connect(&self) -> Result<Session, TargetError> {
        let late = |_| TargetError::Unavailable("the server does not answer".to_owned());
        timeout(self.connect_time, Session::open(&self.options)).await.map_err(late)?
    }

    /// Does the work in a transaction of its own, on a task of its own: the connection is put in order even where
    /// nobody waits for the outcome any more, and who waits has it before that. The turns are held until the server has
    /// finished with it.
    pub(crate) fn start<T: Send + 'static>(
        self: &Arc<Self>,
        turns: Vec<Turn>,
        terms: Terms,
        brake: Brake,
        work: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<Done<T>, TargetError>> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, TargetError>> {
        let (outcome, waiting) = oneshot::channel();
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let mut held = None;
            let working = async {
                // Before the deadline of the whole: a server that does not answer is not a statement that takes too long.
                let patience = terms.time.mul_f64(TO_BEGIN);
                let late = |_| TargetError::Unavailable("the server does not answer".to_owned());
                let (session, begun) = timeout(patience, pool.begun(&terms)).await.map_err(late)??;
                let session = held.insert(session);
                begun?;
                work(&mut session.connection).await
            };
            let done = brake.over(working).await;
            // What a statement or a role is refused for leaves its connection as sound as a result does.
            let refused = matches!(done, Err(TargetError::Rejected(_) | TargetError::NoAccount { .. }));
            let sound = refused || matches!(done, Ok(Done { whole: true, .. }));
            let _ = outcome.send(done.map(|done| done.value));
            if let Some(session) = held {
                pool.settle(session, sound).await;
            }
            drop(turns);
        });
        waiting
    }

    /// Runs work that nobody follows, within `time`.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        terms: Terms,
        work: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, TargetError>> + Send + 'static,
    ) -> Result<T, TargetError> {
        let turn = self.turn(terms.time, &CancellationToken::new()).await?;
        self.read_in(vec![turn], terms, work).await
    }

    /// Does the work of a plan, as [`Self::read`] does. Busy while planners that outlived their deadline hold every
    /// place.
    pub(crate) async fn plan<T: Send + 'static>(
        self: &Arc<Self>,
        terms: Terms,
        work: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, TargetError>> + Send + 'static,
    ) -> Result<T, TargetError> {
        let planning =
            self.plannings.next(terms.time, &CancellationToken::new()).await.map_err(|error| match error {
                TargetError::Busy(_) => TargetError::Busy("other statements are still being planned".to_owned()),
                other => other,
            })?;
        let turn = self.turn(terms.time, &CancellationToken::new()).await?;
        self.read_in(vec![planning, turn], terms, work).await
    }

    async fn read_in<T: Send + 'static>(
        self: &Arc<Self>,
        turns: Vec<Turn>,
        terms: Terms,
        work: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, TargetError>> + Send + 'static,
    ) -> Result<T, TargetError> {
        let brake = Brake::new(terms.time, CancellationToken::new());
        let _stop = brake.pull_on_drop();
        let waiting = self
            .start(turns, terms, brake, |connection| Box::pin(async move { work(connection).await.map(Done::whole) }));
        outcome(waiting).await
    }

    /// A connection that was kept or a new one, and whether a transaction began on it. One that was kept may have died
    /// meanwhile, and then the others that were kept have died with it; one that is told no is alive.
    async fn begun(&self, terms: &Terms) -> Result<(Session, Result<(), TargetError>), TargetError> {
        let kept = self.idle().pop();
        if let Some(mut session) = kept {
            match self.begin(&mut session, terms).await {
                Err(error) if is_gone(&error) => self.idle().clear(),
                begun => return Ok((session, may_run(begun, terms))),
            }
        }
        let mut session = self.connect().await?;
        let begun = self.begin(&mut session, terms).await;
        Ok((session, may_run(begun, terms)))
    }

    async fn begin(&self, session: &mut Session, terms: &Terms) -> Result<Option<String>, sqlx::Error> {
        let late = |_| sqlx::Error::Io(ErrorKind::TimedOut.into());
        timeout(self.connect_time, session.begin(terms)).await.map_err(late)?
    }

    /// Keeps a connection that can be kept, and sees out the others with what runs on them.
    async fn settle(&self, mut session: Session, sound: bool) {
        if sound && matches!(timeout(SETTLING, session.forget()).await, Ok(Ok(()))) {
            self.idle().push(session);
        } else {
            cancel_and_wait(session, &self.options, self.connect_time).await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says whether a statement may run in a transaction: it began, and the account may do no more than it may.
fn may_run(begun: Result<Option<String>, sqlx::Error>, terms: &Terms) -> Result<(), TargetError> {
    let Some(excess) = begun.map_err(|error| not_begun(&error, terms))? else { return Ok(()) };
    tracing::error!(excess, "the account has become a superuser; statement refused");
    Err(TargetError::Privileged(excess))
}
