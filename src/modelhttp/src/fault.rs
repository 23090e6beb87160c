//! Converts the errors of model servers to [`ModelError`].

use std::error::Error;
use std::iter::successors;

use pstral_core::ports::ModelError;
use reqwest::StatusCode;
use serde_json::Value as Json;

use crate::inside::Outside;

/// The maximum length of a quoted server message, in bytes or characters.
const SHOWN: usize = 200;

/// The failure behind a status that is not a success, with its body.
pub(crate) fn of_status(status: StatusCode, body: &[u8], model: &str) -> ModelError {
    let said = serde_json::from_slice::<Json>(body).ok().and_then(said_by);
    let unknown = || ModelError::Protocol(format!("status {}: {}", status.as_u16(), excerpt(body)));
    match (status.as_u16(), said) {
        // An empty 403 of Ollama: the Host header is not one that OLLAMA_ORIGINS or OLLAMA_HOST allows.
        (401 | 403, _) => ModelError::Forbidden,
        (429 | 503, _) => ModelError::Busy,
        (502 | 504, _) => ModelError::Unavailable(format!("the proxy answered {status}")),
        (413, _) => ModelError::PromptTooLong,
        (400 | 422, Some(said)) => match of_message(&said, model) {
            ModelError::Failed(said) => ModelError::Rejected(said),
            other => other,
        },
        // Without a word on the model it is the path that is not there: another program, or an older one.
        (404, Some(said)) => match of_message(&said, model) {
            missing @ ModelError::ModelMissing { .. } => missing,
            _ => unknown(),
        },
        (_, Some(said)) => of_message(&said, model),
        // Model servers give every failure a JSON body, so this is none, or not this path.
        (_, None) => unknown(),
    }
}

/// The failure that an answer names once it has begun: what its `error` is, or the object that says it is one.
pub fn of_said(error: Json, model: &str) -> ModelError {
    match message_of(error) {
        Some(said) => of_message(&said, model),
        None => ModelError::Failed("no reason given".to_owned()),
    }
}

/// The failure behind a request that got no answer, or not all of one.
pub(crate) fn of_request(error: &(dyn Error + 'static), server: &str) -> ModelError {
    let causes = causes(error);
    if let Some(outside) = causes.iter().find_map(|cause| cause.downcast_ref::<Outside>()) {
        return ModelError::Outside(outside.to_string());
    }
    // The innermost cause says what happened ("Connection refused"), the others which part of the client noticed.
    let cause = causes.last().map(ToString::to_string).unwrap_or_default();
    let fault = format!("{server}: {cause}");
    let mut http_errors = causes.iter().filter_map(|cause| cause.downcast_ref::<hyper::Error>());
    if http_errors.any(hyper::Error::is_parse) { ModelError::Protocol(fault) } else { ModelError::Unavailable(fault) }
}

/// The first part of something that is not understood, for the log.
pub fn excerpt(bytes: &[u8]) -> String {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]);
    let more = if bytes.len() > SHOWN { "…" } else { "" };
    format!("{}{more}", shown.escape_debug())
}

/// The words of a failure: `{"error": …}`, or as vLLM had it before 0.10 `{"object":"error","message": …}`.
fn said_by(body: Json) -> Option<String> {
    let Json::Object(mut members) = body else { return None };
    match members.remove("error") {
        Some(error) if !error.is_null() => message_of(error),
        _ => message_of(Json::Object(members)),
    }
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

/// Classifies an error message, as worded by Ollama (recorded from 0.33), llama.cpp's server and vLLM.
pub fn of_message(said: &str, model: &str) -> ModelError {
    let lower = said.to_lowercase();
    let has = |words: &[&str]| words.iter().all(|word| lower.contains(word));
    if has(&["model", "not found"]) || has(&["the model", "does not exist"]) {
        ModelError::ModelMissing { model: model.to_owned() }
    } else if has(&["server busy"]) || has(&["loading model"]) {
        ModelError::Busy
    } else if is_too_long(&lower) {
        ModelError::PromptTooLong
    } else if has(&["does not support"]) {
        ModelError::Unsupported(short(said))
    } else if has(&["option", "must be of type"]) {
        // Ollama gives this one status 500.
        ModelError::Rejected(short(said))
    } else {
        ModelError::Failed(short(said))
    }
}

/// The first line of what a server says, which goes into the log and the audit. vLLM repeats in it the request that it
/// refuses, with the question of a person: that is left out.
fn short(said: &str) -> String {
    let line = said.trim_start().lines().next().unwrap_or_default();
    let request = ["'input'", "\"input\""].iter().filter_map(|name| line.find(name)).min();
    let own = line[..request.unwrap_or(line.len())].trim_end_matches([' ', ',', '{']);
    let shown: String = own.chars().take(SHOWN).collect();
    let more = if shown.len() < said.trim().len() { "…" } else { "" };
    format!("{shown}{more}")
}

/// Ollama and llama.cpp say "exceeds the available context size" of chats, "exceeds the context length" and "too large
/// to process" of embeddings; vLLM "maximum context length".
fn is_too_long(lower: &str) -> bool {
    let exceeds = lower.contains("exceeds the") && lower.contains("context");
    let told = ["longer than the context length", "maximum context length", "is too large to process"];
    exceeds || told.iter().any(|words| lower.contains(words))
}

/// It and what is behind it, the innermost cause last.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_words_of_a_server_only_its_own_are_kept() {
        let long = "é".repeat(300);
        let cut = format!("{}…", "é".repeat(200));
        for (said, kept) in [
            ("out of memory", "out of memory"),
            ("\nout of memory\n", "out of memory"),
            ("out of memory\nat cuda.c:12\nSELECT", "out of memory…"),
            (long.as_str(), cut.as_str()),
            (
                "[{'type': 'missing', 'msg': 'Field required', 'input': {'messages': [{'content': 'salaries'}]}}]",
                "[{'type': 'missing', 'msg': 'Field required'…",
            ),
            (r#"{"msg": "no", "input": "salaries"}"#, r#"{"msg": "no"…"#),
            ("", ""),
        ] {
            assert_eq!(of_message(said, "m"), ModelError::Failed(kept.to_owned()));
        }
    }

    #[test]
    fn what_is_kept_does_not_decide_what_it_means() {
        let said = format!("{}\nmaximum context length", "é".repeat(300));
        assert_eq!(of_message(&said, "m"), ModelError::PromptTooLong);
    }
}
