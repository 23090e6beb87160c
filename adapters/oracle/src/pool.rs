//! Sessions that are kept for the next statement, where nothing speaks against it.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pstral_core::ports::TargetError;
use pstral_reading::Brake;
use tokio::runtime::Handle;

use crate::calls::BoundedSession;
use crate::error::{ErrorClass, Phase, classify, is_clean, to_target_error};
use crate::session::{Driver, Login, Session};
use crate::setup::{out_of_reach, set_up};

/// The time-out for ending the use of a session: the person no longer waits, but a thread does.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(2);

/// The maximum ages of sessions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ages {
    /// Idle time after which a session is pinged before use: a round trip, so that a restart of the database between
    /// two questions causes no error.
    pub(crate) fresh: Duration,
    /// Idle time after which a session is closed when the next one is requested.
    pub(crate) idle: Duration,
    /// Time since login after which a session is closed at that point too, so that changed rights and settings take
    /// effect.
    pub(crate) old: Duration,
}

impl Default for Ages {
    fn default() -> Self {
        Self { fresh: Duration::from_secs(2), idle: Duration::from_mins(10), old: Duration::from_hours(1) }
    }
}

/// The purpose of a session; none serves two purposes or two persons' accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reading, through the proxy of this account or as our own.
    Reading(Option<String>),
    /// Plans, which the database writes into a table of the session; the account is as for reading.
    Plans(Option<String>),
}

/// Opens sessions and keeps those that are in order. The driver has a pool too; this one stands over the trait, so that
/// what is kept and what is not can be shown without a database. How many are open at once is bounded by the threads.
pub(crate) struct Pool {
    driver: Arc<dyn Driver>,
    login: Login,
    schema: String,
    kept: usize,
    ages: Ages,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    purpose: Purpose,
    session: Arc<dyn Session>,
    opened: Instant,
    since: Instant,
}

impl Pool {
    /// Opens nothing yet; keeps `kept` sessions at most. `login` is that of our own account, and `schema` the one in
    /// which names without one are looked up, as it is stored.
    pub(crate) fn new(driver: Arc<dyn Driver>, login: Login, schema: String, kept: usize, ages: Ages) -> Self {
        Self { driver, login, schema, kept, ages, idle: Mutex::default() }
    }

    /// The schema in which names without one are looked up.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    /// Does work on a session, and ends its transaction, however the work ends. The brake breaks what it waits for.
    pub(crate) fn with<T>(
        &self,
        purpose: Purpose,
        brake: &Brake,
        work: impl FnOnce(&mut BoundedSession<'_>) -> Result<T, TargetError>,
    ) -> Result<T, TargetError> {
        let (session, opened) = self.session(&purpose, brake)?;
        let handle = BreakHandle::attach(&session, brake);
        let mut bounded = BoundedSession::new(&*session, brake);
        let done = work(&mut bounded);
        let (broken, discard) = (handle.detach(), bounded.discard);
        let clean = !broken && !discard && done.as_ref().err().is_none_or(is_clean);
        if reset_session(&*session) && clean {
            self.keep(Idle { purpose, session, opened, since: Instant::now() });
        } else {
            tracing::debug!(discard, "closed a session that is in doubt or may hold large objects");
        }
        done
    }

    fn session(&self, purpose: &Purpose, brake: &Brake) -> Result<(Arc<dyn Session>, Instant), TargetError> {
        while let Some(Idle { session, opened, since, .. }) = self.take(purpose) {
            let answers = || {
                session.call_timeout(CLEANUP_TIMEOUT.min(brake.left()).max(Duration::from_millis(1))).is_ok()
                    && session.ping().is_ok()
            };
            if since.elapsed() < self.ages.fresh || answers() {
                return Ok((session, opened));
            }
        }
        self.open(purpose, brake)
    }

    fn open(&self, purpose: &Purpose, brake: &Brake) -> Result<(Arc<dyn Session>, Instant), TargetError> {
        if let Some(pulled) = brake.pulled() {
            return Err(pulled);
        }
        let (Purpose::Reading(through) | Purpose::Plans(through)) = purpose;
        let login = Login { through: through.clone(), ..self.login.clone() };
        let session: Arc<dyn Session> = match self.driver.open(&login) {
            Ok(session) => session.into(),
            Err(error) if login.through.is_some() && classify(error.code) == ErrorClass::NoAccount => {
                let person = login.through.unwrap_or_default();
                return Err(TargetError::NoAccount { person });
            }
            Err(error) => return Err(out_of_reach(to_target_error(&error, brake, Phase::BeforeRows))),
        };
        set_up(&mut BoundedSession::new(&*session, brake), &self.schema)?;
        Ok((session, Instant::now()))
    }

    /// The session that was used last. Those that lay too long are closed, outside the lock.
    fn take(&self, purpose: &Purpose) -> Option<Idle> {
        let mut idle = self.idle();
        let (stale, good) = mem::take(&mut *idle)
            .into_iter()
            .partition(|one| one.since.elapsed() >= self.ages.idle || one.opened.elapsed() >= self.ages.old);
        *idle = good;
        let found = idle.iter().rposition(|one| one.purpose == *purpose).map(|at| idle.remove(at));
        drop(idle);
        drop::<Vec<Idle>>(stale);
        found
    }

    /// Returns a session to the pool. If there are too many, the one idle for longest is closed.
    fn keep(&self, one: Idle) {
        let mut idle = self.idle();
        idle.push(one);
        let oldest = (idle.len() > self.kept).then(|| idle.remove(0));
        drop(idle);
        drop(oldest);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        // Nothing panics while it is held.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the person and ends the transaction, in one round trip; says whether it ended. Where the name is not
/// forgotten, the next statement names its own.
fn reset_session(session: &dyn Session) -> bool {
    if let Err(error) = session.call_timeout(CLEANUP_TIMEOUT).and_then(|()| session.identify("")) {
        tracing::debug!(code = ?error.code, "the client identifier of a session could not be cleared");
    }
    session.rollback().is_ok()
}

/// The handle by which the brake interrupts a session, valid only while the session is in use: a late stop must not
/// reach the next person's statement on the same session.
struct BreakHandle {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    session: Option<Arc<dyn Session>>,
    broken: bool,
}

impl BreakHandle {
    fn attach(session: &Arc<dyn Session>, brake: &Brake) -> Arc<Self> {
        let handle = Arc::new(Self { held: Mutex::new(Held { session: Some(Arc::clone(session)), broken: false }) });
        let watched = Arc::clone(&handle);
        brake.hold(move || Self::break_in_background(&watched));
        handle
    }

    /// Interrupts the session from another thread: a signal also goes through a network that may be stuck.
    fn break_in_background(handle: &Arc<Self>) {
        if handle.held.try_lock().is_ok_and(|held| held.session.is_none()) {
            return;
        }
        let handle = Arc::clone(handle);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || handle.break_now())),
            Err(_) => handle.break_now(),
        }
    }

    /// Interrupts the session under the lock, so that it is not released in between; the call itself only sends a
    /// signal.
    fn break_now(&self) {
        let mut held = self.lock();
        if let Some(session) = held.session.clone() {
            held.broken = true;
            session.break_execution();
        }
    }

    /// Releases the session, and returns true if it was interrupted: it may then still answer its next call with the
    /// break.
    fn detach(&self) -> bool {
        let mut held = self.lock();
        held.session = None;
        held.broken
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
