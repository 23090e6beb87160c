//! Round trips to the database, each limited by the remaining time.

use std::time::{Duration, Instant};

use pstral_core::ports::TargetError;
use pstral_reading::Brake;

use crate::error::{OracleError, Phase, to_target_error};
use crate::session::Session;

/// The maximum age of a time-out set on the session: rows come faster than it needs to be set again.
const FRESH: Duration = Duration::from_millis(20);

/// The shortest time-out of a call: 0 would mean none at all.
const LEAST: Duration = Duration::from_millis(1);

/// Makes calls on a session while there is time.
pub(crate) struct BoundedSession<'t> {
    session: &'t dyn Session,
    brake: &'t Brake,
    timeout_set_at: Option<Instant>,
    /// The progress of the work.
    pub(crate) phase: Phase,
    /// The session is closed after this statement, however it ends.
    pub(crate) discard: bool,
}

impl<'t> BoundedSession<'t> {
    /// Starts before the first row.
    pub(crate) fn new(session: &'t dyn Session, brake: &'t Brake) -> Self {
        Self { session, brake, timeout_set_at: None, phase: Phase::BeforeRows, discard: false }
    }

    /// Makes one call: not at all once the brake is pulled, and no longer than there is time.
    pub(crate) fn call<T>(
        &mut self,
        call: impl FnOnce(&dyn Session) -> Result<T, OracleError>,
    ) -> Result<T, TargetError> {
        self.bound()?;
        let session = self.session;
        call(session).map_err(|error| self.decide(&error))
    }

    /// The error for the port.
    pub(crate) fn decide(&self, error: &OracleError) -> TargetError {
        tracing::debug!(code = ?error.code, "Oracle returned an error");
        to_target_error(error, self.brake, self.phase)
    }

    fn bound(&mut self) -> Result<(), TargetError> {
        if let Some(pulled) = self.brake.pulled() {
            return Err(pulled);
        }
        if self.timeout_set_at.is_none_or(|at| at.elapsed() >= FRESH) {
            self.session.call_timeout(self.brake.left().max(LEAST)).map_err(|error| self.decide(&error))?;
            self.timeout_set_at = Some(Instant::now());
        }
        Ok(())
    }
}
