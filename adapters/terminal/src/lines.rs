//! Lines of any length, read without ever holding more of one than a limit.

use std::io;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// The longest line handed over, in bytes. The rest of a longer one is read and dropped.
pub(crate) const MAX_LINE: usize = 256 * 1024;

/// Lines of any length.
pub(crate) struct Lines<R> {
    from: BufReader<R>,
    line: Vec<u8>,
    /// The rest of a line that was handed over at the limit is on its way.
    dropping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(crate) fn new(from: R) -> Self {
        Self { from: BufReader::new(from), line: Vec::new(), dropping: false }
    }

    /// Returns the next line without its end, once it is complete or at the limit; `None` when there are no more.
    /// Invalid UTF-8 becomes U+FFFD. Nothing is lost when the future is dropped before its end.
    pub(crate) async fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            let bytes = self.from.fill_buf().await?;
            if bytes.is_empty() {
                return Ok(if self.line.is_empty() { None } else { Some(self.take()) });
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..end.unwrap_or(bytes.len())];
            let dropped = self.dropping;
            let room = if dropped { 0 } else { MAX_LINE - self.line.len() };
            let over = part.len() > room;
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            self.dropping = end.is_none() && (dropped || over);
            if !dropped && (over || end.is_some()) {
                return Ok(Some(self.take()));
            }
        }
    }

    fn take(&mut self) -> String {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        String::from_utf8_lossy(line).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(input: &[u8], expected: &[&str]) {
        let mut lines = Lines::new(input);
        let mut read = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            assert!(lines.line.capacity() <= 2 * MAX_LINE);
            read.push(line);
        }
        assert_eq!(read, expected);
    }

    #[tokio::test]
    async fn lines_come_one_by_one_whatever_they_hold() {
        check(b"", &[]).await;
        check(b"a\r\n\nb", &["a", "", "b"]).await;
        check(b"caf\xe9\n\xff\xfe\n", &["caf\u{fffd}", "\u{fffd}\u{fffd}"]).await;
        check(b"a\0\x1b[2J\n", &["a\0\u{1b}[2J"]).await;
    }

    #[tokio::test]
    async fn a_line_over_the_limit_is_cut_and_the_next_is_whole() {
        let whole = "x".repeat(MAX_LINE);
        for rest in ["", "y", &"y".repeat(3 * MAX_LINE)] {
            check(format!("{whole}{rest}\nnext\n").as_bytes(), &[&whole, "next"]).await;
            check(format!("{whole}{rest}").as_bytes(), &[&whole]).await;
        }
    }
}
