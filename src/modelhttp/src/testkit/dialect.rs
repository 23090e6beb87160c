//! The protocol of a kind of model server.

use std::fmt;

use serde_json::Value as Json;

use super::{Answer, Ending, Piece, Request};

/// The protocol of a kind of server, as that server speaks it.
pub trait Dialect: fmt::Debug + Send + Sync + 'static {
    /// The type of a streamed body.
    fn content_type(&self) -> &'static str;

    /// The bytes that say a text or a thought in an answer of that model.
    fn piece(&self, piece: &Piece, model: &str) -> Vec<u8>;

    /// The last bytes of an answer, when its ending has some. Counts are 15 and 5 tokens, so that a test knows them.
    fn ending(&self, ending: &Ending, model: &str) -> Option<Vec<u8>>;

    /// The body of a failure.
    fn failure(&self, message: &str) -> Json;

    /// The body of an answer that holds vectors.
    fn embeddings(&self, vectors: &[Vec<f32>]) -> Json;

    /// The body that says of a model that it is not there.
    fn missing(&self, model: &str) -> Json;

    /// Checks whether a request is a question, which a script answers.
    fn asks(&self, request: &Request) -> bool;

    /// Returns the response format that a question requests, if any.
    fn form<'a>(&self, question: &'a Json) -> Option<&'a Json>;

    /// Checks whether a question is for a model that must be installed.
    fn needs_model(&self, _: &Request) -> bool {
        true
    }

    /// Returns the server's own answer to requests such as the list of its models.
    fn tells(&self, request: &Request, installed: &Installed) -> Option<Answer>;
}

/// The models that the server has.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    /// Names and sizes in bytes.
    pub models: Vec<(String, u64)>,
    /// Their context length, in tokens.
    pub context: Option<u64>,
    /// Their capabilities.
    pub capabilities: Vec<String>,
}

impl Installed {
    /// Creates one chat model, with the size and the context length of `qwen2.5-coder:3b`.
    pub(super) fn one(model: &str) -> Self {
        Self {
            models: vec![(model.to_owned(), 1_929_912_432)],
            context: Some(32_768),
            capabilities: vec!["completion".to_owned()],
        }
    }

    /// Checks whether that model is installed; `:latest` may be omitted.
    pub fn has(&self, model: &str) -> bool {
        let tagged = format!("{model}:latest");
        self.models.iter().any(|(name, _)| name == model || *name == tagged)
    }
}
