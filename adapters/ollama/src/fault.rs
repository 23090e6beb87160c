//! What Ollama says when it does not answer, as decisions.

use std::error::Error as _;

use pstral_core::ports::ModelError;
use reqwest::StatusCode;
use serde_json::Value as Json;

/// The failure behind a status that is not a success, with its body.
pub(crate) fn of_status(status: StatusCode, body: &[u8], model: &str) -> ModelError {
    let said = serde_json::from_slice::<Json>(body).ok().and_then(|mut body| message_of(body["error"].take()));
    match (status.as_u16(), said) {
        // An empty 403: the Host header is not one that OLLAMA_ORIGINS or OLLAMA_HOST allows. 401: a proxy's key.
        (401 | 403, _) => ModelError::Forbidden,
        (429 | 503, _) => ModelError::Busy,
        (502 | 504, _) => ModelError::Unavailable(format!("the proxy answered {status}")),
        (400, Some(said)) => match of_message(&said, model) {
            ModelError::Failed(said) => ModelError::Rejected(said),
            other => other,
        },
        (_, Some(said)) => of_message(&said, model),
        // Ollama gives every failure a JSON body, so this is not Ollama, or not this path.
        (code, None) => ModelError::Protocol(format!("status {code}: {}", excerpt(body))),
    }
}

/// The failure behind the `error` of a line, once the answer has begun.
pub(crate) fn of_line(error: Json, model: &str) -> ModelError {
    match message_of(error) {
        Some(said) => of_message(&said, model),
        None => ModelError::Failed("no reason given".to_owned()),
    }
}

/// The failure behind a request that got no answer, or not all of its headers.
pub(crate) fn of_request(error: reqwest::Error, server: &str) -> ModelError {
    let error = error.without_url();
    let causes = causes(&error);
    if error.is_decode() || error.is_redirect() || causes.contains("invalid HTTP") {
        return ModelError::Protocol(format!("{server}: {causes}"));
    }
    // The innermost cause says what happened ("Connection refused"), the others which part of the client noticed.
    let cause = causes.rsplit(": ").next().unwrap_or_default();
    ModelError::Unavailable(format!("{server}: {cause}"))
}

/// The first part of something that is not understood, for the log.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 200;
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
    let more = if bytes.len() > SHOWN { "…" } else { "" };
    format!("{}{more}", shown.escape_debug())
}

/// Ollama passes on its runner's errors as JSON inside the text: `{"error":"{\"error\":{\"message\":…}}"}`.
fn message_of(error: Json) -> Option<String> {
    match error {
        Json::String(text) => match serde_json::from_str::<Json>(&text) {
            Ok(mut inner) if inner.is_object() => message_of(inner["error"].take()).or(Some(text)),
            _ => Some(text),
        },
        Json::Object(mut members) => message_of(members.remove("message")?),
        _ => None,
    }
}

/// The words are Ollama's own, recorded from 0.33 but for those that name another source.
fn of_message(said: &str, model: &str) -> ModelError {
    let lower = said.to_lowercase();
    let has = |words: &[&str]| words.iter().all(|word| lower.contains(word));
    if has(&["model", "not found"]) {
        ModelError::ModelMissing { model: model.to_owned() }
    } else if has(&["server busy"]) {
        ModelError::Busy
    } else if has(&["exceeds the", "context"]) || has(&["longer than the context length"]) {
        // The second half of the first form is "available context size" for chats, "context length" for embeddings.
        ModelError::PromptTooLong
    } else if has(&["does not support"]) {
        ModelError::Unsupported(said.to_owned())
    } else if has(&["option", "must be of type"]) {
        // Ollama gives this one status 500.
        ModelError::Rejected(said.to_owned())
    } else {
        ModelError::Failed(said.to_owned())
    }
}

fn causes(error: &reqwest::Error) -> String {
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes = format!("{causes}: {cause}");
        source = cause.source();
    }
    causes
}
