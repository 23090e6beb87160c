//! An exchange recorded with a real model server, read from a file of JSON lines and replayed.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::answer::{Framing, Head, Piece};
use super::request::header;
use super::{Answer, Ending};

/// A recorded exchange. Other members of the line are left alone.
#[derive(Debug, Clone, Deserialize)]
pub struct Recording {
    /// A name that tells what was tried.
    pub name: String,
    /// The HTTP status.
    pub status: u16,
    /// The request as sent: head, blank line, body.
    pub request: String,
    /// Status line and headers as received.
    pub response_headers: String,
    /// The body as received, the chunks joined.
    pub body: String,
    /// The arrival time of each line, in milliseconds after the request.
    #[serde(default)]
    pub line_ms: Vec<f64>,
    /// `complete`, `eof` when the server cut the connection, or `client closed …`.
    pub end: String,
}

impl Recording {
    /// Reads all recordings from a file with one JSON object per line.
    ///
    /// # Panics
    /// Panics if the file cannot be read or holds something else.
    pub fn read(path: &Path) -> Vec<Self> {
        let text = std::fs::read_to_string(path).expect("invariant: the file of recordings can be read");
        let parse = |line| serde_json::from_str(line).expect("invariant: each line is a recording");
        text.lines().filter(|line| !line.is_empty()).map(parse).collect()
    }

    /// Such as `/api/chat`.
    pub fn path(&self) -> &str {
        self.request.split_whitespace().nth(1).unwrap_or_default()
    }

    pub(super) fn answer(&self, speed: f64) -> Answer {
        let framing = if header(&self.response_headers, "transfer-encoding").is_some() {
            Framing::Chunked
        } else {
            Framing::Plain
        };
        let arrivals: Vec<Duration> =
            self.line_ms.iter().map(|ms| Duration::from_secs_f64((ms / 1000.0 / speed).max(0.0))).collect();
        let mut before = arrivals.first().copied().unwrap_or_default();
        let first_after = before;
        let mut pieces = Vec::new();
        for (index, line) in self.body.split_inclusive('\n').enumerate() {
            let at = arrivals.get(index).copied().unwrap_or(before);
            pieces.push((at.saturating_sub(before), Piece::Bytes(line.as_bytes().to_vec())));
            before = at.max(before);
        }
        let ending = match self.end.as_str() {
            "complete" => Ending::CleanEndWithoutDone,
            "eof" => Ending::CutConnection,
            // The client went away first, so the server would have gone on.
            _ => Ending::Hang,
        };
        Answer { head: Head::Given(self.response_headers.clone()), pieces, first_after, ending, framing }
    }
}
