//! Round trips to the database, each limited by the remaining time.

use std::time::{Duration, Instant};

use pstral_core::ports::TargetError;
use pstral_reading::Brake;

use crate::fault::{Fault, Stage, fault};
use crate::session::Session;

/// The maximum age of a time-out set on the session: rows come faster than it needs to be set again.
const FRESH: Duration = Duration::from_millis(20);

/// The least a call may be given: 0 would mean no bound at all.
const LEAST: Duration = Duration::from_millis(1);

/// Makes calls on a session while there is time.
pub(crate) struct Trips<'t> {
    session: &'t dyn Session,
    brake: &'t Brake,
    told: Option<Instant>,
    /// The progress of the work.
    pub(crate) stage: Stage,
    /// The session is closed after this statement, however it ends.
    pub(crate) spent: bool,
}

impl<'t> Trips<'t> {
    /// Starts before the first row.
    pub(crate) fn new(session: &'t dyn Session, brake: &'t Brake) -> Self {
        Self { session, brake, told: None, stage: Stage::Before, spent: false }
    }

    /// Makes one call: not at all once the brake is pulled, and no longer than there is time.
    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&dyn Session) -> Result<T, Fault>) -> Result<T, TargetError> {
        self.bound()?;
        let session = self.session;
        call(session).map_err(|error| self.decide(&error))
    }

    /// The error for the port.
    pub(crate) fn decide(&self, error: &Fault) -> TargetError {
        tracing::debug!(code = ?error.code, "Oracle returned an error");
        fault(error, self.brake, self.stage)
    }

    fn bound(&mut self) -> Result<(), TargetError> {
        if let Some(pulled) = self.brake.pulled() {
            return Err(pulled);
        }
        if self.told.is_none_or(|told| told.elapsed() >= FRESH) {
            self.session.call_timeout(self.brake.left().max(LEAST)).map_err(|error| self.decide(&error))?;
            self.told = Some(Instant::now());
        }
        Ok(())
    }
}
