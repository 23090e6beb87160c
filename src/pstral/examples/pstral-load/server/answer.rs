//! One answer as a body that is sent token by token, each at its time.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::{MODEL, Model, Sent};
use crate::clock::now;
use crate::options::Fault;
use crate::words::token;

/// Ten times as slow is a slow first token.
const SLOW: u32 = 10;

/// The body of an answer, its times noted when it ends or is dropped.
pub(super) fn body(model: Arc<Model>, answer: usize, fault: Option<Fault>) -> Response {
    let first = model.speech.first * if fault == Some(Fault::Slow) { SLOW } else { 1 };
    let speaking =
        Speaking { model, answer, fault, begins: Instant::now() + first, sent: Sent::default(), ended: false };
    let lines = stream::unfold(speaking, |mut speaking| async move {
        let line = speaking.next().await?;
        Some((line, speaking))
    });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

struct Speaking {
    model: Arc<Model>,
    answer: usize,
    fault: Option<Fault>,
    /// The time at which the first token is due.
    begins: Instant,
    sent: Sent,
    ended: bool,
}

impl Speaking {
    /// The next line at its time; an error cuts the connection, and nothing ends the body.
    async fn next(&mut self) -> Option<io::Result<String>> {
        let (index, speech) = (self.sent.times.len(), self.model.speech);
        if self.ended {
            return None;
        }
        let place = u32::try_from(index).unwrap_or(u32::MAX);
        // Each from the beginning, so that being late once does not make the rest late.
        sleep_until(self.begins + speech.gap * place.min(u32::try_from(speech.tokens).unwrap_or(u32::MAX) - 1)).await;
        if index == speech.tokens / 2 {
            match self.fault {
                Some(Fault::Cut) => return Some(Err(io::Error::other("cut as asked"))),
                Some(Fault::Wedge) => std::future::pending().await,
                Some(Fault::Error) => {
                    self.ended = true;
                    return Some(Ok(json!({ "error": "an error was encountered while running the model" })
                        .to_string()
                        + "\n"));
                }
                Some(Fault::Busy | Fault::Slow) | None => {}
            }
        }
        if index == speech.tokens {
            self.ended = true;
            self.sent.done = Some(now());
            return Some(Ok(self.last_line()));
        }
        let line = line(&token(self.answer, index));
        self.sent.times.push(now());
        Some(Ok(line))
    }

    fn last_line(&self) -> String {
        let line = json!({
            "model": MODEL,
            "created_at": jiff::Timestamp::now().to_string(),
            "message": { "role": "assistant", "content": "" },
            "done": true,
            "done_reason": "stop",
            "prompt_eval_count": 100,
            "eval_count": self.sent.times.len(),
        });
        line.to_string() + "\n"
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        self.model.sent().insert(self.answer, std::mem::take(&mut self.sent));
    }
}

/// As Ollama writes it. The words of the script need no escaping but for the line feed.
fn line(token: &str) -> String {
    let time = jiff::Timestamp::now();
    let content = token.replace('\n', "\\n");
    format!(
        "{{\"model\":\"{MODEL}\",\"created_at\":\"{time}\",\"message\":{{\"role\":\"assistant\",\"content\":\"{content}\"}},\"done\":false}}\n"
    )
}
