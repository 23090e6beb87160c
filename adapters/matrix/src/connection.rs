//! How it stands with the homeserver.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pstral_core::ports::PlatformError;

/// How it stands.
#[derive(Clone, Default)]
pub(crate) struct Connection(Arc<Mutex<Standing>>);

/// What is known of it.
#[derive(Default)]
pub(crate) enum Standing {
    /// Nobody listens.
    #[default]
    Idle,
    Connecting,
    Up,
    Down(String),
    LoggedOut,
}

impl Connection {
    /// Whether events come; `None` where nobody listens.
    pub(crate) fn is_up(&self) -> Option<Result<(), PlatformError>> {
        match &*self.standing() {
            Standing::Idle => None,
            Standing::Up => Some(Ok(())),
            Standing::Connecting => Some(Err(PlatformError::Unavailable("not connected yet".to_owned()))),
            Standing::Down(why) => Some(Err(PlatformError::Unavailable(why.clone()))),
            Standing::LoggedOut => Some(Err(PlatformError::Rejected("logged out".to_owned()))),
        }
    }

    pub(crate) fn set(&self, standing: Standing) {
        *self.standing() = standing;
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
