//! What was measured of a server that has the model, in one line.

use std::time::Duration;

use pstral_core::text::{Text, text};

use crate::size::size;

/// A server that has the model.
#[derive(Debug)]
pub struct Found<'a> {
    /// What the server is, such as `Ollama`.
    pub server: &'a str,
    /// How long it took to say which models it has.
    pub took: Duration,
    /// The model.
    pub model: &'a str,
    /// Its size, when the server says it.
    pub bytes: Option<u64>,
    /// The context window that is used, in tokens.
    pub context: usize,
    /// What the model could read, when the server says it.
    pub own: Option<usize>,
}

impl Found<'_> {
    /// The measured fact.
    pub fn fact(&self) -> Text {
        let reach = match self.own {
            None => "unknown",
            Some(own) if own > self.context => "part",
            Some(_) => "all",
        };
        let fact = match self.bytes {
            Some(bytes) => text("health-model").with("sized", "yes").said("size", size(bytes)),
            None => text("health-model").with("sized", "no"),
        };
        fact.with("server", self.server)
            .with("millis", self.took.as_millis().to_string())
            .with("model", self.model)
            .with("reach", reach)
            .count("context", self.context as u64)
            .count("own", self.own.unwrap_or_default() as u64)
    }
}
