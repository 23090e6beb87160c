//! A message on a server, and what can go wrong with it.

use std::time::Duration;

use pstral_core::domain::{Outgoing, OutgoingState, Place};
use pstral_core::ports::{PlatformError, SendKey};

/// What can be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::egress) enum Asked {
    Send,
    Edit,
    Delete,
}

/// What becomes of what is asked of it.
#[derive(Debug, Clone)]
pub(in crate::egress) enum Fault {
    Refused(PlatformError),
    /// There is no answer, even where it is done.
    Hangs {
        done: bool,
    },
}

/// Until when something goes wrong, for one message or for all.
pub(super) struct Spoilt {
    pub(super) asked: Asked,
    pub(super) message: Option<usize>,
    pub(super) until: Duration,
    pub(super) fault: Fault,
}

#[derive(Debug, Clone)]
pub(in crate::egress) struct Message {
    pub(in crate::egress) key: SendKey,
    pub(in crate::egress) place: Place,
    /// When each was shown.
    pub(in crate::egress) states: Vec<(Duration, Outgoing)>,
    pub(in crate::egress) deleted: Option<Duration>,
}

impl Message {
    /// Whether it looked as if it were being written.
    pub(in crate::egress) fn was_live(&self, at: Duration) -> bool {
        let shown = self.states.iter().rfind(|(since, _)| *since <= at);
        self.deleted.is_none_or(|deleted| deleted > at)
            && shown.is_some_and(|(_, shown)| shown.state == OutgoingState::Streaming)
    }
}
