//! The JSON that goes to Ollama and comes back.

use pstral_core::ports::ChatRequest;
use serde::{Deserialize, Serialize};

use serde_json::Value as Json;

use crate::config::OllamaConfig;

/// The body of `POST /api/chat`.
#[derive(Debug, Serialize)]
pub(crate) struct ChatBody<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    /// `false`: a prompt over the context window is an error. Otherwise Ollama leaves out the oldest messages and
    /// answers as if nothing were missing.
    truncate: bool,
    /// `false`: an answer that fills the context window ends as cut by length. Otherwise Ollama forgets the beginning
    /// of the prompt and goes on.
    shift: bool,
    keep_alive: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) think: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'a Json>,
    options: Options,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Debug, Serialize)]
struct Options {
    num_ctx: usize,
    num_predict: u32,
    temperature: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_thread: Option<u32>,
}

impl<'a> ChatBody<'a> {
    /// The body that asks `request` of a model that reads `num_ctx` tokens.
    pub(crate) fn new(config: &'a OllamaConfig, num_ctx: usize, request: &'a ChatRequest) -> Self {
        let system = Some(Message { role: "system", content: &request.system });
        let exchange = request.messages.iter();
        let exchange = exchange.map(|message| Message { role: message.speaker.word(), content: &message.text });
        Self {
            model: &config.model,
            messages: system.filter(|message| !message.content.is_empty()).into_iter().chain(exchange).collect(),
            stream: true,
            truncate: false,
            shift: false,
            keep_alive: keep_alive(config),
            think: config.think,
            format: request.format.as_ref(),
            options: Options {
                num_ctx,
                num_predict: config.max_answer_tokens,
                temperature: request.temperature(config.temperature),
                num_thread: config.num_thread,
            },
        }
    }
}

/// Seconds, which Ollama keeps as nanoseconds in 64 bits: a longer time would overflow there.
fn keep_alive(config: &OllamaConfig) -> u64 {
    config.keep_alive.as_secs().min(u64::from(u32::MAX))
}

/// A line of the answer to `POST /api/chat`.
#[derive(Debug, Deserialize)]
pub(crate) struct ChatLine {
    #[serde(default)]
    pub(crate) message: Piece,
    #[serde(default)]
    pub(crate) done: bool,
    /// `stop`, `length`, or `load` and `unload` when no answer was asked for. Older servers leave it out.
    pub(crate) done_reason: Option<String>,
    pub(crate) prompt_eval_count: Option<u64>,
    pub(crate) eval_count: Option<u64>,
    /// Instead of everything else when the model broke down while answering.
    pub(crate) error: Option<Json>,
}

/// The part of the answer in one line.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Piece {
    #[serde(default)]
    pub(crate) content: String,
    #[serde(default)]
    pub(crate) thinking: String,
}

/// The body of `POST /api/embed`.
#[derive(Debug, Serialize)]
pub(crate) struct EmbedBody<'a> {
    model: &'a str,
    input: &'a [String],
    /// `false`: a text over the context window is an error and not silently cut.
    truncate: bool,
    keep_alive: u64,
}

impl<'a> EmbedBody<'a> {
    /// The body that asks for a vector for each of `texts`.
    pub(crate) fn new(config: &'a OllamaConfig, texts: &'a [String]) -> Self {
        Self { model: &config.model, input: texts, truncate: false, keep_alive: keep_alive(config) }
    }
}

/// The answer to it.
#[derive(Debug, Deserialize)]
pub(crate) struct Embeddings {
    pub(crate) embeddings: Vec<Vec<f32>>,
}

/// The answer to `GET /api/tags`.
#[derive(Debug, Deserialize)]
pub(crate) struct Tags {
    pub(crate) models: Vec<Tag>,
}

/// An installed model.
#[derive(Debug, Deserialize)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) size: Option<u64>,
}

/// The body of `POST /api/show` and of `POST /api/pull`.
#[derive(Debug, Serialize)]
pub(crate) struct Named<'a> {
    pub(crate) model: &'a str,
}

/// The answer to `POST /api/show`.
#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    /// By names such as `qwen2.context_length`, after what `general.architecture` says.
    #[serde(default)]
    model_info: serde_json::Map<String, Json>,
    /// Such as `completion`, `embedding`, `thinking`. Servers before 0.6.4 say nothing.
    #[serde(default)]
    pub(crate) capabilities: Vec<String>,
}

impl Shown {
    /// Returns the context length that the model was trained for, in tokens, if the server states it.
    pub(crate) fn context_length(&self) -> Option<usize> {
        let architecture = self.model_info.get("general.architecture")?.as_str()?;
        let length = self.model_info.get(&format!("{architecture}.context_length"))?.as_u64()?;
        usize::try_from(length).ok().filter(|length| *length > 0)
    }
}

/// A line of the answer to `POST /api/pull`.
#[derive(Debug, Deserialize)]
pub(crate) struct PullLine {
    /// Such as `pulling manifest`, `pulling 4a188102020e`, `verifying sha256 digest`, and at the end `success`.
    #[serde(default)]
    pub(crate) status: String,
    /// Bytes of the part that is fetched.
    pub(crate) total: Option<u64>,
    /// Bytes of it that are there; left out where there are none.
    #[serde(default)]
    pub(crate) completed: u64,
    /// Instead of everything else when it failed.
    pub(crate) error: Option<Json>,
}
