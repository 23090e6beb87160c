//! Delays before a status note.

use std::time::Duration;

/// Delays before a status note, by its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notes {
    /// Of waiting in the queue.
    pub queued: Duration,
    /// Of a model that has the question and says nothing yet.
    pub thinking: Duration,
    /// The least time between two states of such a note.
    pub apart: Duration,
}

impl Default for Notes {
    fn default() -> Self {
        Self { queued: Duration::from_secs(1), thinking: Duration::from_secs(3), apart: Duration::from_secs(1) }
    }
}
