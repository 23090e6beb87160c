//! A model server that speaks as Ollama does, with a script: tokens at their times, faults where they are wanted.

mod answer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::clock::Micros;
use crate::options::{Fault, Speech};

/// The name of the model.
pub(crate) const MODEL: &str = "scripted";
/// Stands before the number of the answer in a question.
pub(crate) const MARK: char = '#';

/// The times at which the tokens of an answer were sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// Each token, as it was handed to its connection.
    pub(crate) times: Vec<Micros>,
    /// The end of an answer that is whole.
    pub(crate) done: Option<Micros>,
}

/// The state that its connections share.
#[derive(Debug)]
struct Model {
    speech: Speech,
    sent: Mutex<HashMap<usize, Sent>>,
}

/// Serves for ever on a port of its own, which is told in a line.
pub(crate) async fn announce(speech: Speech) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    serve(listener, speech).await
}

/// Serves for ever.
pub(crate) async fn serve(listener: TcpListener, speech: Speech) -> anyhow::Result<()> {
    let model = Arc::new(Model { speech, sent: Mutex::default() });
    let routes = Router::new()
        .route("/api/chat", post(chat))
        .route("/api/tags", get(tags))
        .route("/api/show", post(show))
        .route("/sent/{answer}", get(sent))
        .with_state(model);
    // A token that waits for the next to fill a packet would be measured as a slow one.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    Ok(axum::serve(listener, routes).await?)
}

/// A question, whose last message names the answer.
#[derive(Deserialize)]
struct Question {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

async fn chat(State(model): State<Arc<Model>>, Json(question): Json<Question>) -> Response {
    let Some(answer) = question.messages.last().and_then(|message| number(&message.content)) else {
        return failure(StatusCode::BAD_REQUEST, "the question has no number");
    };
    match model.speech.fault_of(answer) {
        Some(Fault::Busy) => failure(
            StatusCode::SERVICE_UNAVAILABLE,
            "server busy, please try again.  maximum pending requests exceeded",
        ),
        fault => answer::body(model, answer, fault).into_response(),
    }
}

/// The number behind the last mark.
fn number(question: &str) -> Option<usize> {
    let (_, after) = question.rsplit_once(MARK)?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn failure(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

async fn tags() -> Json<Value> {
    Json(json!({ "models": [{ "name": MODEL, "model": MODEL, "size": 1_929_912_432_u64 }] }))
}

async fn show() -> Json<Value> {
    Json(json!({
        "capabilities": ["completion"],
        "model_info": { "general.architecture": MODEL, "scripted.context_length": 32_768 },
    }))
}

async fn sent(State(model): State<Arc<Model>>, Path(answer): Path<usize>) -> Json<Sent> {
    Json(model.sent().get(&answer).cloned().unwrap_or_default())
}

impl Model {
    fn sent(&self) -> MutexGuard<'_, HashMap<usize, Sent>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
