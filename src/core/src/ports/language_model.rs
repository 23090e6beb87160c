//! A model that answers in text.

use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::domain::Speaker;
use crate::text::{Text, text};

/// The temperature of answers that are to differ: what is usual for sampling several and keeping the one that is valid.
const VARIED: f64 = 0.8;

/// A request to a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatRequest {
    /// Instructions and context.
    pub system: String,
    /// The exchange so far, the question last.
    pub messages: Vec<ModelMessage>,
    /// A JSON schema that the answer must fit; `None` for free text. What is cut by its length does not fit it.
    pub format: Option<serde_json::Value>,
    /// 0 for the answer that the configured temperature gives; above, one that varies more, since those before were no good.
    pub variant: u32,
}

impl ChatRequest {
    /// The sampling temperature for this request, where `configured` is that of a first answer.
    pub fn temperature(&self, configured: f64) -> f64 {
        if self.variant == 0 { configured } else { configured.max(VARIED) }
    }
}

/// One message of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelMessage {
    /// The author.
    pub speaker: Speaker,
    /// The text.
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

/// The model's statistics of a finished answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelStats {
    /// The reason why it ended.
    pub finish: FinishReason,
    /// Tokens of the prompt the model really read.
    pub prompt_tokens: Option<u64>,
    /// Tokens it wrote.
    pub answer_tokens: Option<u64>,
    /// Time from the first piece of the answer to its end: measured by whoever reads it, not told by the model.
    pub writing: Option<Duration>,
}

/// The reason why an answer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FinishReason {
    /// The model had nothing more to say.
    #[default]
    Stop,
    /// It reached its length limit: the answer is cut.
    Length,
}

/// The properties of an available model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name to ask for it by.
    pub name: String,
    /// Its size on disk in bytes, when known.
    pub bytes: Option<u64>,
}

/// The progress of fetching a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullProgress {
    /// The server's current step, in its own words.
    Step {
        /// Such as `pulling manifest` or `verifying sha256 digest`.
        said: String,
        /// Bytes there already and bytes in all, of the part it fetches.
        bytes: Option<(u64, u64)>,
    },
    /// The model is installed. A stream that ends without this was cut.
    Done,
}

/// The reason why there is no answer, or no more of it. Each is a sentence with a remedy in `locales/`.
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
        /// The time-out that was exceeded, in seconds.
        seconds: u64,
    },
    /// The stream ended although the answer was not whole.
    #[error("the connection to the model was lost in the middle of the answer")]
    Interrupted,
    /// The connection ended before a word of the answer came.
    #[error("the model server hung up before a word")]
    HungUp,
    /// The server gave an error of its own.
    #[error("the model server failed: {0}")]
    Failed(String),
    /// The answer violates the protocol.
    #[error("the model server sent something that is not understood: {0}")]
    Protocol(String),
    /// The server does not accept the request as it is: asking the same again will not help.
    #[error("the model server rejected the request: {0}")]
    Rejected(String),
    /// The model cannot do this at all, such as make vectors.
    #[error("the model cannot do what was asked: {0}")]
    Unsupported(String),
    /// The server holds back the rest of the answer, because a filter of its own took offence.
    #[error("the model server withheld the answer")]
    Withheld,
    /// The server is outside the company's network, where nothing may be sent. Nothing was.
    #[error("the model server is at a public address: {0}")]
    Outside(String),
}

impl ModelError {
    /// The sentence for the person who asked, with what to do next. What the server itself said stays out of it:
    /// it may name addresses, files or parts of a prompt, and belongs in the log.
    pub fn text(&self) -> Text {
        match self {
            Self::Unavailable(_) => text("model-unavailable"),
            Self::ModelMissing { model } => text("model-missing").with("model", model.as_str()),
            Self::Busy => text("model-busy"),
            Self::PromptTooLong => text("model-prompt-too-long"),
            Self::Forbidden => text("model-forbidden"),
            Self::Timeout { seconds } => text("model-timeout").count("seconds", *seconds),
            Self::Interrupted => text("model-interrupted"),
            Self::HungUp => text("model-hung-up"),
            Self::Failed(_) => text("model-failed"),
            Self::Protocol(_) => text("model-protocol"),
            Self::Rejected(_) => text("model-rejected"),
            Self::Unsupported(_) => text("model-unsupported"),
            Self::Withheld => text("model-withheld"),
            Self::Outside(_) => text("model-outside"),
        }
    }
}

/// An answer as it is written. Dropping it stops the work on the server.
pub type ModelStream = BoxStream<'static, Result<Delta, ModelError>>;

/// The fetching of a model as it goes on. Dropping it stops it; what has been fetched is not fetched again.
pub type PullStream = BoxStream<'static, Result<PullProgress, ModelError>>;

/// A model that answers in text.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// The model's name, for the audit.
    fn name(&self) -> &str;

    /// The context window in tokens, prompt and answer together: what was configured, or what the model itself can
    /// read where that is known to be less. `health` learns it.
    fn context_tokens(&self) -> usize;

    /// Begins an answer.
    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError>;

    /// A vector for each text, all of one length.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError>;

    /// The models that can be used now.
    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError>;

    /// Checks whether a question asked now would be answered, and returns the measured fact.
    async fn health(&self) -> Result<Text, ModelError>;

    /// Has the server fetch the model of that name from where it gets its models. Most servers cannot.
    async fn pull(&self, name: &str) -> Result<PullStream, ModelError> {
        Err(ModelError::Unsupported(format!("this server does not fetch models, so not {name}")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::Locale;

    /// Every error, its own words holding what no person should read.
    fn every_error() -> Vec<ModelError> {
        let inner = || "Post http://127.0.0.1:41233/completion: os error 111".to_owned();
        vec![
            ModelError::Unavailable(inner()),
            ModelError::ModelMissing { model: "qwen2.5-coder:3b".to_owned() },
            ModelError::Busy,
            ModelError::PromptTooLong,
            ModelError::Forbidden,
            ModelError::Timeout { seconds: 180 },
            ModelError::Interrupted,
            ModelError::HungUp,
            ModelError::Failed(inner()),
            ModelError::Protocol(inner()),
            ModelError::Rejected(inner()),
            ModelError::Unsupported(inner()),
            ModelError::Withheld,
            ModelError::Outside(inner()),
        ]
    }

    #[test]
    fn each_error_has_a_sentence_of_its_own_without_the_servers_words() {
        for locale in Locale::ALL {
            let sentences: BTreeSet<String> = every_error().iter().map(|error| error.text().render(locale)).collect();
            assert_eq!(sentences.len(), every_error().len(), "two errors read the same: {sentences:#?}");
            for sentence in sentences {
                assert!(sentence.contains("dministrat"), "no one to tell: {sentence}");
                for inner in ["http", "127.0.0.1", "os error", "model-"] {
                    assert!(!sentence.contains(inner), "{inner:?} is shown: {sentence}");
                }
            }
        }
    }

    #[test]
    fn what_a_remedy_needs_is_filled_in() {
        for (error, expected) in [
            (ModelError::ModelMissing { model: "qwen2.5-coder:3b".to_owned() }, "qwen2.5-coder:3b"),
            (ModelError::ModelMissing { model: "qwen2.5-coder:3b".to_owned() }, "pstral doctor"),
            (ModelError::Timeout { seconds: 180 }, "180 s"),
        ] {
            for locale in Locale::ALL {
                let sentence = error.text().render(locale).replace('\u{a0}', " ");
                assert!(sentence.contains(expected), "no {expected:?} in {sentence}");
            }
        }
    }
}
