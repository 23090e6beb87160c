//! Where models are asked: the servers that have the one of the configuration.

use std::fmt;
use std::sync::Arc;

use crate::ports::LanguageModel;

/// A server that has the model, and how much may be asked of it at once.
#[derive(Clone)]
pub struct Endpoint {
    /// Its host and port, such as `gpu.intern:8000`, for logs and administrators; people in chats never read it.
    pub name: String,
    /// The model there.
    pub model: Arc<dyn LanguageModel>,
    /// Answers that it writes at the same time at most.
    pub slots: u32,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("name", &self.name).field("slots", &self.slots).finish_non_exhaustive()
    }
}
