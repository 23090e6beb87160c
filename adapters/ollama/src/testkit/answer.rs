//! What the scripted server answers to one request: pieces, pauses and an end.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::Recording;

/// The answer to one request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status line and headers, with the blank line after them; empty to send the pieces as they are.
    pub(super) head: String,
    /// What is sent, each after its pause.
    pub(super) pieces: Vec<(Duration, Piece)>,
    pub(super) first_after: Duration,
    pub(super) ending: Ending,
    pub(super) framing: Framing,
}

/// Something that is sent.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// A line that says some text.
    Text(String),
    /// A line that thinks aloud.
    Thinking(String),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// How bytes become a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Each piece is a chunk.
    Chunked,
    /// The head says how long the body is, or there is no head.
    Plain,
}

/// How an answer ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// `done: true`, `done_reason: "stop"`.
    Done,
    /// `done: true`, `done_reason: "length"`.
    DoneLength,
    /// `done: true` with that reason, such as `load`.
    DoneReason(String),
    /// The body ends in good order, and no line said `done: true`.
    CleanEndWithoutDone,
    /// The last line is `{"error": …}`.
    ErrorLine(String),
    /// The connection is closed in the middle of the body.
    CutConnection,
    /// Nothing more is sent and the connection stays open.
    Hang,
}

/// The head of a streamed answer, as Ollama sends it.
const STREAMED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

impl Answer {
    /// An answer that says nothing and ends whole.
    pub fn silent() -> Self {
        Self {
            head: STREAMED.to_owned(),
            pieces: Vec::new(),
            first_after: Duration::ZERO,
            ending: Ending::Done,
            framing: Framing::Chunked,
        }
    }

    /// A whole answer, one piece a word.
    pub fn text(text: &str) -> Self {
        Self::pieces(text.split_inclusive(' '))
    }

    /// A whole answer in these pieces.
    pub fn pieces<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts.into_iter().fold(Self::silent(), Self::then)
    }

    /// An answer whose body is these bytes, a chunk each, and that ends without an end of its own.
    pub fn bytes(pieces: &[&[u8]]) -> Self {
        let pieces = pieces.iter().map(|piece| (Duration::ZERO, Piece::Bytes(piece.to_vec()))).collect();
        Self { pieces, ending: Ending::CleanEndWithoutDone, ..Self::silent() }
    }

    /// These bytes instead of an HTTP answer; then the connection is closed.
    pub fn raw(bytes: &[u8]) -> Self {
        Self { head: String::new(), framing: Framing::Plain, ..Self::bytes(&[bytes]) }
    }

    /// A status with a whole body, as Ollama's failures are.
    pub fn status(code: u16, body: &str) -> Self {
        let kind = if body.starts_with('{') { "application/json" } else { "text/plain" };
        let head = format!(
            "HTTP/1.1 {code} Scripted\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        Self { head, ..Self::raw(body.as_bytes()) }
    }

    /// A failure with that status and message.
    pub fn failure(code: u16, message: &str) -> Self {
        Self::status(code, &json!({ "error": message }).to_string())
    }

    /// The answer to `/api/embed`.
    pub fn embeddings(vectors: &[Vec<f32>]) -> Self {
        Self::status(200, &json!({ "embeddings": vectors }).to_string())
    }

    /// What a real server sent, byte for byte and ending as it did, each line as long after the one before as it was
    /// then, divided by `speed`.
    pub fn recorded(recording: &Recording, speed: f64) -> Self {
        recording.answer(speed)
    }

    /// Then it says a piece.
    #[must_use]
    pub fn then(mut self, text: &str) -> Self {
        self.pieces.push((Duration::ZERO, Piece::Text(text.to_owned())));
        self
    }

    /// Then it thinks aloud.
    #[must_use]
    pub fn thinking(mut self, text: &str) -> Self {
        self.pieces.push((Duration::ZERO, Piece::Thinking(text.to_owned())));
        self
    }

    /// Nothing at all is sent before that long, as while the model loads.
    #[must_use]
    pub fn first_after(mut self, time: Duration) -> Self {
        self.first_after = time;
        self
    }

    /// Each piece so far but the first comes that long after the one before.
    #[must_use]
    pub fn every(mut self, time: Duration) -> Self {
        for (pause, _) in self.pieces.iter_mut().skip(1) {
            *pause = time;
        }
        self
    }

    /// How it ends.
    #[must_use]
    pub fn ends(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }
}

impl Piece {
    /// The bytes of it in an answer of that model.
    pub(super) fn encode(&self, model: &str) -> Vec<u8> {
        match self {
            Self::Text(text) => {
                line(model, &json!({ "role": "assistant", "content": text }), &json!({ "done": false }))
            }
            Self::Thinking(text) => {
                let message = json!({ "role": "assistant", "content": "", "thinking": text });
                line(model, &message, &json!({ "done": false }))
            }
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

impl Ending {
    /// The last line, when it has one. Counts are small and fixed so that a test recognises them.
    pub(super) fn encode(&self, model: &str) -> Option<Vec<u8>> {
        let done = |reason: &str| {
            let message = json!({ "role": "assistant", "content": "" });
            let members = json!({ "done": true, "done_reason": reason, "prompt_eval_count": 15, "eval_count": 5 });
            Some(line(model, &message, &members))
        };
        match self {
            Self::Done => done("stop"),
            Self::DoneLength => done("length"),
            Self::DoneReason(reason) => done(reason),
            Self::ErrorLine(message) => Some(format!("{}\n", json!({ "error": message })).into_bytes()),
            Self::CleanEndWithoutDone | Self::CutConnection | Self::Hang => None,
        }
    }
}

/// A line of `/api/chat` with the members that Ollama sends.
fn line(model: &str, message: &Json, members: &Json) -> Vec<u8> {
    let mut line = json!({ "model": model, "created_at": "2026-11-21T10:00:00.000000000Z", "message": message });
    if let (Some(line), Some(members)) = (line.as_object_mut(), members.as_object()) {
        line.extend(members.clone());
    }
    format!("{line}\n").into_bytes()
}
