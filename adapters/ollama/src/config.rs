//! Where the Ollama server is, which model is asked, and how long to wait for it.

use std::time::Duration;

use secrecy::SecretString;

/// How Ollama is reached and asked.
#[derive(Debug, Clone)]
pub struct OllamaConfig {
    /// The server, such as `http://127.0.0.1:11434`. Plain HTTP only.
    pub url: String,
    /// The model's name, such as `qwen2.5-coder:3b`.
    pub model: String,
    /// The context window in tokens: prompt and answer together.
    pub num_ctx: usize,
    /// How long the model stays in memory after an answer, in whole seconds.
    pub keep_alive: Duration,
    /// Whether a model that can think aloud does; `None` leaves it to the model.
    pub think: Option<bool>,
    /// 0 for the likeliest word each time, higher for more variety.
    pub temperature: f64,
    /// The most tokens of an answer (`num_predict`).
    pub max_answer_tokens: u32,
    /// Processor threads of the server; `None` leaves it to the server.
    pub num_thread: Option<u32>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long the first byte of an answer may take. Ollama sends nothing, not even headers, while the request is
    /// queued, the model loads and the prompt is read: minutes on a processor.
    pub first_token_timeout: Duration,
    /// How long may pass between two pieces of an answer.
    pub silence_timeout: Duration,
    /// Sent as a bearer token, for a proxy in front of the server: Ollama itself asks for none.
    pub api_key: Option<SecretString>,
}

impl OllamaConfig {
    /// That model on that server, with values that suit a small model on a processor.
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
        }
    }
}

/// Why an address is no address of an Ollama server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// It is no URL at all.
    #[error("{url:?} is not an address such as http://127.0.0.1:11434: {fault}")]
    Malformed {
        /// What was given.
        url: String,
        /// What is wrong with it.
        fault: String,
    },
    /// It asks for something other than plain HTTP.
    #[error("{url:?} does not begin with http://: the model server is reached in plain HTTP on your own network")]
    NotHttp {
        /// What was given.
        url: String,
    },
    /// It holds a name or a password, which would end up in logs.
    #[error("the address of the model server holds a user name or a password: use the API key instead")]
    Credentials,
}
