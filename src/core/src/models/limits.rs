//! The limits of the queue for the model.

use std::time::Duration;

/// The maximum numbers of waiting questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Questions that wait, of everybody together; 0 lets nobody wait.
    pub waiting: usize,
    /// Questions of one person that wait, as they may ask in several places.
    pub each: usize,
}

/// The reason why a question cannot join the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// As many wait as may.
    #[error("{waiting} questions wait already")]
    Queue {
        /// The number of waiting questions.
        waiting: usize,
        /// The expected wait of the last of them, judging by recent answers.
        wait: Duration,
    },
    /// As many of the person's own questions wait as may.
    #[error("{waiting} questions of this person wait already")]
    Person {
        /// The number of the person's waiting questions.
        waiting: usize,
    },
}
