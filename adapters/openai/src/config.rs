//! The server, the model, and the time-outs.

use std::time::Duration;

use pstral_modelhttp::Server;
use secrecy::SecretString;

/// The connection to a server and the parameters of the model.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// The server, such as `http://gpu.intern:8000`, with or without `/v1` at its end.
    pub url: String,
    /// The model's name as the server has it.
    pub model: String,
    /// The context window in tokens, prompt and answer together, as far as the server's own is not smaller.
    pub context_tokens: usize,
    /// True if a thinking model should think; `None` leaves it to the model.
    pub think: Option<bool>,
    /// The sampling temperature: 0 for the likeliest word each time, higher for more variety.
    pub temperature: f64,
    /// The most tokens of an answer.
    pub max_answer_tokens: u32,
    /// The time-out for establishing a connection.
    pub connect_timeout: Duration,
    /// The time-out for the first piece of an answer, while the request is queued and the prompt is read.
    pub first_token_timeout: Duration,
    /// The time-out between two pieces of an answer.
    pub silence_timeout: Duration,
    /// The bearer token.
    pub api_key: Option<SecretString>,
    /// If true, the server may have a public address, outside the company's network.
    pub allow_public: bool,
}

impl OpenAiConfig {
    /// Creates a configuration for that model and server, with values that suit a small model.
    pub fn new(url: &str, model: &str) -> Self {
        Self {
            url: url.to_owned(),
            model: model.to_owned(),
            context_tokens: 8192,
            think: None,
            temperature: 0.1,
            max_answer_tokens: 1024,
            connect_timeout: Duration::from_secs(5),
            first_token_timeout: Duration::from_mins(5),
            silence_timeout: Duration::from_mins(1),
            api_key: None,
            allow_public: false,
        }
    }

    /// The server without `/v1`, which each path has.
    pub(crate) fn server(&self) -> Server {
        let root = self.url.trim_end_matches('/');
        Server {
            url: root.strip_suffix("/v1").unwrap_or(root).to_owned(),
            api_key: self.api_key.clone(),
            connect_timeout: self.connect_timeout,
            allow_public: self.allow_public,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_end_in_v1() {
        for (url, expected) in [
            ("http://gpu:8000", "http://gpu:8000"),
            ("http://gpu:8000/", "http://gpu:8000"),
            ("http://gpu:8000/v1", "http://gpu:8000"),
            ("http://gpu:8000/v1/", "http://gpu:8000"),
            ("http://gateway/models/v1", "http://gateway/models"),
            ("http://gateway/models", "http://gateway/models"),
        ] {
            assert_eq!(OpenAiConfig::new(url, "m").server().url, expected);
        }
    }
}
