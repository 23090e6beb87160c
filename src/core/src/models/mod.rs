//! One model on several servers: who is asked, in whose turn, and what happens while one of them is away.
//!
//! [`ModelPool::ask`] joins the queue ([`line`]: round-robin between people). A turn comes with a slot of the endpoint
//! that has the least to do ([`calling`]) and is not resting after failures ([`breaker`]). Until the first token a
//! question goes on to another endpoint when one fails ([`asking`]); afterwards what was said was said. An answer in JSON
//! is decoded on the way ([`json_answer`]).

mod asking;
mod begun_answer;
mod breaker;
mod calling;
mod faults;
pub(crate) mod json_answer;
mod limits;
mod pool;
mod queue;
mod round_robin;
#[cfg(test)]
mod tests;
mod ticket;

use std::fmt;
use std::sync::Arc;

pub use asking::{Asking, Stage};
pub use limits::{Full, QueueLimits};
pub use pool::{Load, ModelPool};

use crate::ports::LanguageModel;

/// A server that has the model, and how much may be asked of it at once.
#[derive(Clone)]
pub struct Endpoint {
    /// Its host and port, such as `gpu.intern:8000`, for logs and administrators; people in chats never read it.
    pub name: String,
    /// The model there.
    pub model: Arc<dyn LanguageModel>,
    /// Answers that it writes at the same time at most; 0 counts as 1.
    pub slots: u32,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("name", &self.name).field("slots", &self.slots).finish_non_exhaustive()
    }
}
