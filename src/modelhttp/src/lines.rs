//! Bytes as they come from the network, cut into lines.
//!
//! Crates that read event streams (`eventsource-stream`, last released in 2022; `sse-stream`) keep a line however long
//! it grows; this one has a bound, and serves lines of JSON as well.

use bytes::{Bytes, BytesMut};

/// The longest line accepted, in bytes. A piece of an answer takes some hundred; an answer in one piece some thousand.
pub(crate) const LONGEST_LINE: usize = 1 << 20;

/// A line is longer than [`LONGEST_LINE`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Cuts a stream of bytes at `\n` or `\r\n`, wherever the network has cut it. A lone `\r`, which event streams allow and
/// no model server sends, is no end.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    buffer: BytesMut,
    /// How much of `buffer` is known to hold no line feed, so that a long line is not searched again with every piece.
    searched: usize,
}

impl Lines {
    /// Takes in the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole line without its end, or `None` until more bytes are pushed.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, TooLong> {
        let found = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n');
        let Some(at) = found.map(|offset| self.searched + offset) else {
            self.searched = self.buffer.len();
            return if self.searched > LONGEST_LINE { Err(TooLong) } else { Ok(None) };
        };
        let line = self.buffer.split_to(at + 1).freeze();
        self.searched = 0;
        if line.len() > LONGEST_LINE {
            return Err(TooLong);
        }
        let without = line.strip_suffix(b"\n").unwrap_or(&line);
        let length = without.strip_suffix(b"\r").unwrap_or(without).len();
        Ok(Some(line.slice(..length)))
    }

    /// What is left when no more bytes come: a last line without an end, or nothing.
    pub(crate) fn rest(&mut self) -> Bytes {
        self.searched = 0;
        self.buffer.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All lines and the rest, the bytes arriving in pieces of the given sizes in turn.
    fn split(bytes: &[u8], sizes: &[usize]) -> Result<Vec<Vec<u8>>, TooLong> {
        let (mut lines, mut found, mut left) = (Lines::default(), Vec::new(), bytes);
        for size in sizes.iter().cycle() {
            let (piece, after) = left.split_at((*size).clamp(1, left.len().max(1)).min(left.len()));
            lines.push(piece);
            while let Some(line) = lines.next()? {
                found.push(line.to_vec());
            }
            left = after;
            if left.is_empty() {
                break;
            }
        }
        found.push(lines.rest().to_vec());
        Ok(found)
    }

    #[test]
    fn lines_are_found_wherever_the_network_cuts() {
        let long = "x".repeat(200_000);
        for (bytes, expected) in [
            ("", vec![""]),
            ("\n\r\n\n", vec!["", "", "", ""]),
            ("a\nb\n", vec!["a", "b", ""]),
            ("a\r\n\r\nb \r\n", vec!["a", "", "b ", ""]),
            ("a\rb\r\r\n", vec!["a\rb\r", ""]),
            ("a\nb", vec!["a", "b"]),
            ("{\"é\":\"🥖\"}\n{}", vec!["{\"é\":\"🥖\"}", "{}"]),
            (&format!("{long}\nb\n"), vec![long.as_str(), "b", ""]),
        ] {
            let expected: Vec<Vec<u8>> = expected.into_iter().map(|line| line.as_bytes().to_vec()).collect();
            for sizes in [&[1][..], &[2, 3], &[1460], &[usize::MAX]] {
                assert_eq!(split(bytes.as_bytes(), sizes).unwrap(), expected, "in pieces of {sizes:?}");
            }
        }
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let endless = vec![b'x'; LONGEST_LINE + 1];
        assert_eq!(split(&endless, &[65_536]), Err(TooLong));
        assert_eq!(split(&[&endless[..], b"\n"].concat(), &[usize::MAX]), Err(TooLong));
        let longest = [&endless[..LONGEST_LINE - 1], b"\n"].concat();
        assert_eq!(split(&longest, &[65_536]).unwrap(), [&endless[..LONGEST_LINE - 1], &[]]);
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_lines(bytes: Vec<u8>, sizes in prop::collection::vec(1_usize..9, 1..9)) {
            prop_assert_eq!(split(&bytes, &sizes).unwrap(), split(&bytes, &[usize::MAX]).unwrap());
        }
    }
}
