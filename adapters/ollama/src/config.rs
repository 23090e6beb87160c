//! The Ollama server, the model, and the time-outs.

use std::time::Duration;

use pstral_modelhttp::Server;
use secrecy::SecretString;

/// The connection to Ollama and the parameters of the model.
#[derive(Debug, Clone)]
pub struct OllamaConfig {
    /// The server, such as `http://127.0.0.1:11434`.
    pub url: String,
    /// The model's name, such as `qwen2.5-coder:3b`.
    pub model: String,
    /// The context window in tokens, prompt and answer together, as far as the model can read so much.
    pub num_ctx: usize,
    /// Time for which the model stays in memory after an answer, in whole seconds.
    pub keep_alive: Duration,
    /// True if a thinking model should think; `None` leaves it to the model.
    pub think: Option<bool>,
    /// The sampling temperature: 0 for the likeliest word each time, higher for more variety.
    pub temperature: f64,
    /// The most tokens of an answer (`num_predict`).
    pub max_answer_tokens: u32,
    /// The number of processor threads of the server; `None` leaves it to the server.
    pub num_thread: Option<u32>,
    /// The time-out for establishing a connection.
    pub connect_timeout: Duration,
    /// The time-out for the first byte of an answer. Ollama sends nothing, not even headers, while the request is
    /// queued, the model loads and the prompt is read: minutes on a processor.
    pub first_token_timeout: Duration,
    /// The time-out between two pieces of an answer.
    pub silence_timeout: Duration,
    /// The bearer token for a proxy in front of the server: Ollama itself asks for none.
    pub api_key: Option<SecretString>,
    /// If true, the server may have a public address, outside the company's network.
    pub allow_public: bool,
}

impl OllamaConfig {
    /// Creates a configuration for that model and server, with values that suit a small model on a processor.
    pub fn new(url: &str, model: &str) -> Self {
        Self {
            url: url.to_owned(),
            model: model.to_owned(),
            num_ctx: 8192,
            keep_alive: Duration::from_mins(30),
            think: None,
            temperature: 0.1,
            max_answer_tokens: 1024,
            num_thread: None,
            connect_timeout: Duration::from_secs(5),
            first_token_timeout: Duration::from_mins(5),
            silence_timeout: Duration::from_mins(1),
            api_key: None,
            allow_public: false,
        }
    }

    pub(crate) fn server(&self) -> Server {
        Server {
            url: self.url.clone(),
            api_key: self.api_key.clone(),
            connect_timeout: self.connect_timeout,
            allow_public: self.allow_public,
        }
    }
}
