//! A one-line health report of a server that has the model.

use std::time::Duration;

use pstral_core::text::{Text, text};

use crate::size::size;

/// A server that has the model.
#[derive(Debug)]
pub struct Found<'a> {
    /// The kind of server, such as `Ollama`.
    pub server: &'a str,
    /// The time the server took to list its models.
    pub took: Duration,
    /// The model.
    pub model: &'a str,
    /// Its size, when the server says it.
    pub bytes: Option<u64>,
    /// The context window that is used, in tokens.
    pub context: usize,
    /// The context length of the model in tokens, if the server states it.
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
