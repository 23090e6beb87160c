//! A model that answers in text.

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::domain::Speaker;

/// What a model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRequest {
    /// Instructions and context.
    pub system: String,
    /// The exchange so far, the question last.
    pub messages: Vec<ModelMessage>,
}

/// One message of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelMessage {
    /// Who said it.
    pub speaker: Speaker,
    /// What.
    pub text: String,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Visible text.
    Text(String),
    /// The model thinking aloud: not shown.
    Thinking(String),
    /// The answer is whole. A stream that ends without this was cut.
    Done(ModelStats),
}

/// What the model says of an answer it has finished.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelStats {
    /// Why it ended.
    pub finish: FinishReason,
    /// Tokens of the prompt the model really read.
    pub prompt_tokens: Option<u64>,
    /// Tokens it wrote.
    pub answer_tokens: Option<u64>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FinishReason {
    /// The model had nothing more to say.
    #[default]
    Stop,
    /// It reached its length limit: the answer is cut.
    Length,
}

/// What is known of a model that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name to ask for it by.
    pub name: String,
    /// Its size on disk in bytes, when known.
    pub bytes: Option<u64>,
}

/// Why there is no answer, or no more of it. Each is a sentence with a remedy in `locales/`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The server cannot be reached.
    #[error("the model server cannot be reached: {0}")]
    Unavailable(String),
    /// The server does not have the model.
    #[error("model {model} is not installed")]
    ModelMissing {
        /// Its name.
        model: String,
    },
    /// Too many requests are waiting.
    #[error("the model server is busy")]
    Busy,
    /// The prompt is longer than the context window.
    #[error("the prompt does not fit the context window")]
    PromptTooLong,
    /// The server refuses requests from here.
    #[error("the model server refuses this program")]
    Forbidden,
    /// Nothing came for too long.
    #[error("the model server said nothing for {seconds} s")]
    Timeout {
        /// How long was waited.
        seconds: u64,
    },
    /// The stream ended although the answer was not whole.
    #[error("the connection to the model was lost in the middle of the answer")]
    Interrupted,
    /// The server gave an error of its own.
    #[error("the model server failed: {0}")]
    Failed(String),
    /// What came is not what the protocol says.
    #[error("the model server sent something that is not understood: {0}")]
    Protocol(String),
}

/// An answer as it is written. Dropping it stops the work on the server.
pub type ModelStream = BoxStream<'static, Result<Delta, ModelError>>;

/// A model that answers in text.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// The model's name, for the audit.
    fn name(&self) -> &str;

    /// The context window in tokens: prompt and answer together.
    fn context_tokens(&self) -> usize;

    /// Begins an answer.
    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError>;

    /// A vector for each text, all of one length.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError>;

    /// The models that can be used now.
    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError>;

    /// Whether a question asked now would be answered; the measured fact as text.
    async fn health(&self) -> Result<String, ModelError>;
}
