//! Server-sent events, put together from lines: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
//!
//! `eventsource-stream` 0.2.3, last released in 2022, keeps an event however large it grows, and drops what model servers
//! and proxies send against the standard: errors that are no event, and a last event without the blank line after it.

use pstral_core::ports::ModelError;

/// The most that one event may hold, in bytes.
const LARGEST_EVENT: usize = 4 << 20;

/// The event that a line of the stream completes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An event with its data.
    Data(Vec<u8>),
    /// An event that says it is an error.
    Error(Vec<u8>),
}

/// The event that is being read.
#[derive(Debug, Default)]
pub(crate) struct Events {
    data: Vec<u8>,
    has_data: bool,
    is_error: bool,
}

impl Events {
    /// Takes in a line, and gives the event that it completes.
    pub(crate) fn line(&mut self, line: &[u8]) -> Result<Option<Event>, ModelError> {
        // Some servers mark the beginning of the stream as that of a file.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            _ if line.is_empty() => return Ok(self.event()),
            // What keeps the connection alive and says nothing.
            Some(0) => return Ok(None),
            // Proxies say so in the middle of a stream when they lose the server, and not in the form of an event.
            _ if line.starts_with(b"{") => return Ok(Some(Event::Data(line.to_vec()))),
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => self.data(value)?,
            b"event" => self.is_error = value == b"error",
            // llama.cpp's server before its events were OpenAI's.
            b"error" => {
                self.is_error = true;
                self.data(value)?;
            }
            b"id" | b"retry" => {}
            _ if line.starts_with(b"<") => {
                let page = pstral_modelhttp::excerpt(line);
                return Err(ModelError::Protocol(format!("a page instead of events: {page}")));
            }
            _ => {}
        }
        Ok(None)
    }

    /// The event that has begun, whole or not: streams end without the blank line too.
    pub(crate) fn event(&mut self) -> Option<Event> {
        let event = std::mem::take(self);
        if !event.has_data {
            return None;
        }
        Some(if event.is_error { Event::Error(event.data) } else { Event::Data(event.data) })
    }

    /// Data may take many lines.
    fn data(&mut self, value: &[u8]) -> Result<(), ModelError> {
        if self.data.len() + value.len() > LARGEST_EVENT {
            return Err(ModelError::Protocol(format!("an event of more than {LARGEST_EVENT} bytes")));
        }
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<String> {
        let mut events = Events::default();
        let mut found = Vec::new();
        for line in text.split('\n') {
            found.extend(events.line(line.as_bytes()).unwrap());
        }
        found.extend(events.event());
        let told = |event| match event {
            Event::Data(data) => String::from_utf8(data).unwrap(),
            Event::Error(data) => format!("error {}", String::from_utf8(data).unwrap()),
        };
        found.into_iter().map(told).collect()
    }

    #[test]
    fn lines_become_events() {
        for (text, expected) in [
            ("data: a\n\ndata:b\n\n", vec!["a", "b"]),
            ("data: {\ndata: }\n\n", vec!["{\n}"]),
            (": alive\n\n:\n\ndata: a\n: alive\n\n", vec!["a"]),
            ("id: 7\nretry: 10\nevent: message\ndata: a\n\n", vec!["a"]),
            ("event: error\ndata: lost\n\ndata: a\n\n", vec!["error lost", "a"]),
            ("error: {\"code\":500}\n\n", vec!["error {\"code\":500}"]),
            ("{\"error\":\"lost\"}\n", vec!["{\"error\":\"lost\"}"]),
            ("data: a", vec!["a"]),
            ("data\n\n", vec![""]),
            ("data:  a\n\n", vec![" a"]),
            ("event: error\n\ndata: a\n\n", vec!["a"]),
            ("\u{feff}data: a\n\n", vec!["a"]),
            ("unknown: a\nunknown\n\n", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(events(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_page_is_no_event_and_an_endless_event_is_refused() {
        assert!(matches!(Events::default().line(b"<!doctype html>"), Err(ModelError::Protocol(_))));
        let mut events = Events::default();
        let line = [&b"data:"[..], &vec![b'x'; 1 << 20]].concat();
        let outcomes: Vec<_> = (0..5).map(|_| events.line(&line).is_ok()).collect();
        assert_eq!(outcomes, [true, true, true, false, false]);
    }
}
