//! A record that the homeserver rate-limited an account configured as unlimited. `pstral doctor` reads it, as only
//! admins of a homeserver can query its limits.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::time::Instant;

/// The interval at which a refusal is recorded.
const RECORD_INTERVAL: Duration = Duration::from_mins(10);
/// Time for which a refusal is reported: by then somebody may have lifted the limit.
const TOLD: SignedDuration = SignedDuration::from_hours(24);

/// The file of the record.
#[derive(Debug)]
pub(crate) struct Refusals {
    file: PathBuf,
    noted: Mutex<Option<Instant>>,
}

impl Refusals {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { file: folder.join("refused-at"), noted: Mutex::default() }
    }

    /// Records a refusal now.
    pub(crate) fn note(&self) {
        let mut noted = self.noted.lock();
        if noted.is_some_and(|noted| noted.elapsed() < RECORD_INTERVAL) {
            return;
        }
        *noted = Some(Instant::now());
        tracing::warn!("the homeserver limits the account, although events_per_second = 0 says that it does not");
        if let Err(error) = std::fs::write(&self.file, Timestamp::now().to_string()) {
            tracing::warn!(%error, "the refusal could not be recorded for pstral doctor");
        }
    }

    /// Returns the time of a recent refusal, if there was one.
    pub(crate) fn of_late(&self) -> Option<Timestamp> {
        let at: Timestamp = std::fs::read_to_string(&self.file).ok()?.trim().parse().ok()?;
        (Timestamp::now().duration_since(at) < TOLD).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_known_to_another_process() {
        let folder = tempfile::tempdir().unwrap();
        let refusals = || Refusals::new(folder.path());
        assert_eq!(refusals().of_late(), None);
        refusals().note();
        assert!(refusals().of_late().is_some());
        std::fs::write(folder.path().join("refused-at"), "2020-01-01T00:00:00Z").unwrap();
        assert_eq!(refusals().of_late(), None, "long ago");
    }
}
