//! A request as the scripted server received it.

use serde_json::Value as Json;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// More than any prompt of a test, in bytes.
const LARGEST: usize = 16 << 20;

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// Such as `/api/chat`.
    pub path: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body; `Null` when it is no JSON.
    pub body: Json,
    /// True if the client closed the connection before the answer was complete.
    pub closed_early: bool,
    /// True if the whole answer was sent.
    pub answered: bool,
}

impl Request {
    /// The text of the last message of a chat, or nothing.
    pub fn question(&self) -> &str {
        let messages = self.body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        messages.last().and_then(|message| message["content"].as_str()).unwrap_or_default()
    }

    /// The next request of a connection, or `None` when it is closed or makes no sense.
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> Option<Self> {
        let mut bytes = Vec::new();
        let head_ends = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            more(from, &mut bytes).await?;
        };
        let head = String::from_utf8_lossy(&bytes[..head_ends]).into_owned();
        let length = header(&head, "content-length").map_or(Some(0), |value| value.parse::<usize>().ok())?;
        while bytes.len() < head_ends + length {
            more(from, &mut bytes).await?;
        }
        let mut words = head.split_whitespace();
        Some(Self {
            method: words.next()?.to_owned(),
            path: words.next()?.to_owned(),
            authorization: header(&head, "authorization").map(str::to_owned),
            body: serde_json::from_slice(&bytes[head_ends..head_ends + length]).unwrap_or_default(),
            closed_early: false,
            answered: false,
        })
    }
}

/// Reads what is there, or gives up at the end of the connection.
async fn more(from: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> Option<()> {
    let read = from.read_buf(bytes).await.ok()?;
    (read > 0 && bytes.len() <= LARGEST).then_some(())
}

/// The value of a header in the head of a message.
pub(super) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}
