//! The scripted answer to one request: pieces, pauses and an end.

use std::time::Duration;

use super::{Dialect, Recording};

/// The answer to one request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) head: Head,
    /// The pieces, each with the pause before it.
    pub(super) pieces: Vec<(Duration, Piece)>,
    pub(super) first_after: Duration,
    pub(super) ending: Ending,
    pub(super) framing: Framing,
}

/// The head of an answer.
#[derive(Debug, Clone)]
pub(super) enum Head {
    /// The head of a streamed answer.
    Streamed,
    /// Status line and headers, with the blank line after them; empty to send the pieces as they are.
    Given(String),
    /// A failure with this status and message, which are the whole answer.
    Failure(u16, String),
    /// Vectors, which are the whole answer.
    Vectors(Vec<Vec<f32>>),
}

/// A piece of an answer.
#[derive(Debug, Clone)]
pub enum Piece {
    /// A piece of text.
    Text(String),
    /// The model thinks aloud.
    Thinking(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
}

/// The framing of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Chunked encoding, with one chunk per piece.
    Chunked,
    /// The head says how long the body is, or there is no head.
    Plain,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Complete, because the model had nothing more to say.
    Done,
    /// Complete for the server, because the model reached its length limit.
    DoneLength,
    /// Complete with this reason, such as Ollama's `load`.
    DoneReason(String),
    /// The body ends in good order, and nothing said that the answer is whole.
    CleanEndWithoutDone,
    /// The last line says that the answer failed.
    ErrorLine(String),
    /// The connection is closed in the middle of the body.
    CutConnection,
    /// Nothing more is sent and the connection stays open.
    Hang,
}

impl Answer {
    /// An answer that says nothing and ends whole.
    pub fn silent() -> Self {
        Self {
            head: Head::Streamed,
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

    /// Creates an answer of raw bytes instead of HTTP, after which the connection is closed.
    pub fn raw(bytes: &[u8]) -> Self {
        Self::plain(Head::Given(String::new()), bytes)
    }

    /// A status with a whole body, as failures are.
    pub fn status(code: u16, body: &str) -> Self {
        let kind = if body.starts_with('{') { "application/json" } else { "text/plain" };
        let head = format!(
            "HTTP/1.1 {code} Scripted\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        Self::plain(Head::Given(head), body.as_bytes())
    }

    /// A failure with that status and message, in the server's own form.
    pub fn failure(code: u16, message: &str) -> Self {
        Self::plain(Head::Failure(code, message.to_owned()), b"")
    }

    /// Creates an answer with vectors, in the server's own form.
    pub fn embeddings(vectors: &[Vec<f32>]) -> Self {
        Self::plain(Head::Vectors(vectors.to_vec()), b"")
    }

    fn plain(head: Head, body: &[u8]) -> Self {
        Self { head, framing: Framing::Plain, ..Self::bytes(&[body]) }
    }

    /// Replays a recorded answer of a real server byte for byte, including its end. The pauses between lines are those
    /// of the recording, divided by `speed`.
    pub fn recorded(recording: &Recording, speed: f64) -> Self {
        recording.answer(speed)
    }

    /// Adds a piece of text.
    #[must_use]
    pub fn then(mut self, text: &str) -> Self {
        self.pieces.push((Duration::ZERO, Piece::Text(text.to_owned())));
        self
    }

    /// Adds a piece of reasoning.
    #[must_use]
    pub fn thinking(mut self, text: &str) -> Self {
        self.pieces.push((Duration::ZERO, Piece::Thinking(text.to_owned())));
        self
    }

    /// Delays everything by this time, as while the model loads.
    #[must_use]
    pub fn first_after(mut self, time: Duration) -> Self {
        self.first_after = time;
        self
    }

    /// Sets the pause before each piece so far except the first.
    #[must_use]
    pub fn every(mut self, time: Duration) -> Self {
        for (pause, _) in self.pieces.iter_mut().skip(1) {
            *pause = time;
        }
        self
    }

    /// Sets the end.
    #[must_use]
    pub fn ends(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }
}

impl Answer {
    /// Converts everything that depends on the server's protocol to bytes.
    pub(super) fn spoken(self, dialect: &dyn Dialect, model: &str) -> Self {
        let timed = |whole: Self| Self { first_after: self.first_after, ..whole };
        match &self.head {
            Head::Failure(code, message) => return timed(Self::status(*code, &dialect.failure(message).to_string())),
            Head::Vectors(vectors) => return timed(Self::status(200, &dialect.embeddings(vectors).to_string())),
            Head::Streamed | Head::Given(_) => {}
        }
        let bytes = |(pause, piece)| match piece {
            Piece::Bytes(bytes) => (pause, Piece::Bytes(bytes)),
            said => (pause, Piece::Bytes(dialect.piece(&said, model))),
        };
        Self { pieces: self.pieces.into_iter().map(bytes).collect(), ..self }
    }

    /// Status line and headers.
    pub(super) fn head(&self, dialect: &dyn Dialect) -> String {
        match &self.head {
            Head::Given(head) => head.clone(),
            _ => format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
                dialect.content_type()
            ),
        }
    }
}
