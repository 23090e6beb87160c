//! The JSON that goes to the server and comes back.

use pstral_core::ports::ChatRequest;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::config::OpenAiConfig;

/// The body of `POST /v1/chat/completions`.
#[derive(Debug, Serialize)]
pub(crate) struct ChatBody<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    stream_options: StreamOptions,
    max_tokens: u32,
    temperature: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Json>,
    /// The variables of a thinking model's template, under the name that vLLM and llama.cpp use.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_template_kwargs: Option<Json>,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl<'a> ChatBody<'a> {
    /// The body that asks `request`.
    pub(crate) fn new(config: &'a OpenAiConfig, request: &'a ChatRequest) -> Self {
        let system = Some(Message { role: "system", content: &request.system });
        let exchange = request.messages.iter();
        let exchange = exchange.map(|message| Message { role: message.speaker.word(), content: &message.text });
        let in_form = |schema: &Json| {
            let schema = json!({ "name": "answer", "strict": true, "schema": schema });
            json!({ "type": "json_schema", "json_schema": schema })
        };
        Self {
            model: &config.model,
            messages: system.filter(|message| !message.content.is_empty()).into_iter().chain(exchange).collect(),
            stream: true,
            stream_options: StreamOptions { include_usage: true },
            max_tokens: config.max_answer_tokens,
            temperature: request.temperature(config.temperature),
            response_format: request.format.as_ref().map(in_form),
            chat_template_kwargs: config.think.map(|think| json!({ "enable_thinking": think })),
        }
    }
}

/// An event of the answer, or the whole of one that does not stream.
#[derive(Debug, Deserialize)]
pub(crate) struct Chunk {
    #[serde(default)]
    pub(crate) choices: Vec<Choice>,
    /// In an event of its own after the last word.
    pub(crate) usage: Option<Usage>,
    /// Instead of everything else when the answer failed.
    pub(crate) error: Option<Json>,
    /// `error` when the whole object is one, as vLLM had it before 0.10.
    pub(crate) object: Option<String>,
    pub(crate) message: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    #[serde(default, alias = "message")]
    pub(crate) delta: Option<Piece>,
    pub(crate) finish_reason: Option<String>,
}

/// The part of the answer in one event.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Piece {
    pub(crate) content: Option<String>,
    /// The reasoning text, under the name that llama.cpp and vLLM before 0.12 use.
    pub(crate) reasoning_content: Option<String>,
    /// The reasoning text, under the name that vLLM since 0.12, Ollama and others use.
    pub(crate) reasoning: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Usage {
    pub(crate) prompt_tokens: Option<u64>,
    pub(crate) completion_tokens: Option<u64>,
}

/// The body of `POST /v1/embeddings`.
#[derive(Debug, Serialize)]
pub(crate) struct EmbedBody<'a> {
    pub(crate) model: &'a str,
    pub(crate) input: &'a [String],
    pub(crate) encoding_format: &'a str,
}

/// The answer to it.
#[derive(Debug, Deserialize)]
pub(crate) struct Embeddings {
    pub(crate) data: Vec<Embedding>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Embedding {
    /// The index of the text that the vector belongs to.
    #[serde(default)]
    pub(crate) index: usize,
    pub(crate) embedding: Vec<f32>,
}

/// The answer to `GET /v1/models`.
#[derive(Debug, Deserialize)]
pub(crate) struct Models {
    pub(crate) data: Vec<Model>,
}

/// A model that the server has.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) id: String,
    /// `vllm`, `llamacpp`, `library`.
    pub(crate) owned_by: Option<String>,
    /// Tokens of prompt and answer together: vLLM says it.
    max_model_len: Option<usize>,
    meta: Option<Meta>,
}

/// llama.cpp's metadata of its model.
#[derive(Debug, Deserialize)]
struct Meta {
    n_ctx_train: Option<usize>,
    size: Option<u64>,
}

impl Model {
    /// Returns its context length in tokens, if the server states it.
    pub(crate) fn context_length(&self) -> Option<usize> {
        let trained = self.meta.as_ref().and_then(|meta| meta.n_ctx_train);
        self.max_model_len.or(trained).filter(|length| *length > 0)
    }

    /// Its size in bytes, when the server says it.
    pub(crate) fn bytes(&self) -> Option<u64> {
        self.meta.as_ref()?.size
    }
}

/// The answer to llama.cpp's `GET /props`.
#[derive(Debug, Deserialize)]
pub(crate) struct Props {
    default_generation_settings: Option<GenerationSettings>,
}

#[derive(Debug, Deserialize)]
struct GenerationSettings {
    n_ctx: Option<usize>,
}

impl Props {
    /// The context window of one answer, as the server was started with (`--ctx-size` over `--parallel`).
    pub(crate) fn context_length(&self) -> Option<usize> {
        self.default_generation_settings.as_ref()?.n_ctx.filter(|length| *length > 0)
    }
}
