//! Ollama as a language model.
//!
//! Speaks Ollama's native API over plain HTTP: `/api/chat` as a stream of JSON lines, `/api/embed`, `/api/tags`.
//! Facts of the protocol come from <https://docs.ollama.com/api> and from exchanges recorded with Ollama 0.33.

mod answer;
mod client;
mod config;
mod fault;
mod http;
mod lines;
#[cfg(feature = "testkit")]
pub mod testkit;
mod wire;

pub use client::Ollama;
pub use config::{InvalidUrl, OllamaConfig};
