//! What the scripted server answers to one request: pieces, pauses and an end.

use std::time::Duration;

use super::{Dialect, Recording};

/// The answer to one request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) head: Head,
    /// What is sent, each after its pause.
    pub(super) pieces: Vec<(Duration, Piece)>,
    pub(super) first_after: Duration,
    pub(super) ending: Ending,
    pub(super) framing: Framing,
}

/// What comes before the body.
#[derive(Debug, Clone)]
pub(super) enum Head {
    /// That of a streamed answer.
    Streamed,
    /// Status line and headers, with the blank line after them; empty to send the pieces as they are.
    Given(String),
    /// That of a failure with this status and message, which are the whole answer.
    Failure(u16, String),
    /// That of vectors, which are the whole answer.
    Vectors(Vec<Vec<f32>>),
}

/// Something that is sent.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Some text is said.
    Text(String),
    /// The model thinks aloud.
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
    /// Whole, because the model had nothing more to say.
    Done,
    /// Whole for the server, because the model reached its length limit.
    DoneLength,
    /// Whole with that reason, such as Ollama's `load`.
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

    /// These bytes instead of an HTTP answer; then the connection is closed.
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

    /// Vectors, in the server's own form.
    pub fn embeddings(vectors: &[Vec<f32>]) -> Self {
        Self::plain(Head::Vectors(vectors.to_vec()), b"")
    }

    fn plain(head: Head, body: &[u8]) -> Self {
        Self { head, framing: Framing::Plain, ..Self::bytes(&[body]) }
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

impl Answer {
    /// The same with everything that depends on the server's protocol put into bytes.
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
