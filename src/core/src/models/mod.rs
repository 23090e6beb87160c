//! One model on several servers: who is asked, in whose turn, and what happens while one of them is away.
//!
//! [`ModelPool::ask`] joins the queue ([`line`]: round-robin between people). A turn comes with a slot of the endpoint
//! that has the least to do ([`queue`]) and is not resting after failures ([`breaker`]). Until the first token a
//! question goes on to another endpoint when one fails ([`asking`]); afterwards what was said was said.

mod asking;
mod breaker;
mod held;
mod limits;
mod line;
mod pool;
mod queue;
mod ticket;

use std::sync::Arc;

pub use asking::{Asking, Stage};
pub use limits::{Full, QueueLimits};
pub use pool::{Load, ModelPool};

use crate::ports::LanguageModel;

/// A server that has the model.
#[derive(Clone)]
pub struct Endpoint {
    /// What administrators call it, such as its host and port.
    pub name: String,
    /// The model there.
    pub model: Arc<dyn LanguageModel>,
    /// Answers it writes at the same time; 0 counts as 1.
    pub slots: u32,
}
