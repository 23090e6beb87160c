//! Ollama as a language model.
//!
//! Speaks Ollama's native API: `/api/chat` as a stream of JSON lines, `/api/embed`, `/api/tags`, `/api/show`, and
//! `/api/pull`. Facts of the protocol come from <https://docs.ollama.com/api> and from exchanges recorded with Ollama
//! 0.33.

mod answer;
mod client;
mod config;
mod pull;
#[cfg(feature = "testkit")]
pub mod testkit;
mod wire;

pub use client::Ollama;
pub use config::OllamaConfig;
pub use pstral_modelhttp::InvalidUrl;
