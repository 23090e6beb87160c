//! How many may wait for the model.

use std::time::Duration;

/// How many may wait for the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Questions that wait, of everybody together; 0 lets nobody wait.
    pub waiting: usize,
    /// Questions of one person that wait, as they may ask in several places.
    pub each: usize,
}

/// Why a question does not join the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// As many wait as may.
    #[error("{waiting} questions wait already")]
    Queue {
        /// How many that is.
        waiting: usize,
        /// How long the last of them will wait, as answers have taken of late.
        wait: Duration,
    },
    /// As many of the person's own questions wait as may.
    #[error("{waiting} questions of this person wait already")]
    Person {
        /// How many that is.
        waiting: usize,
    },
}
