//! Model servers that speak OpenAI's API, as a language model: vLLM, llama.cpp's server, Ollama's own `/v1`, and others.
//!
//! `/v1/chat/completions` as a stream of events, `/v1/embeddings`, `/v1/models`. Facts of the protocol come from
//! <https://platform.openai.com/docs/api-reference/chat>, <https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html>,
//! <https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md> and exchanges recorded with Ollama 0.33.

mod answer;
mod client;
mod config;
mod events;
#[cfg(feature = "testkit")]
pub mod testkit;
mod wire;

pub use client::OpenAi;
pub use config::OpenAiConfig;
pub use pstral_modelhttp::InvalidUrl;
