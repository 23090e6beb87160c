//! Large objects, read as far as a cell may be long.

use std::io::{self, Read};

/// More than any text's last character: what is cut must be seen to be longer than the limit.
const BEYOND: usize = 4;

/// Asked for at once at least; the driver reads characters into a buffer of its own below this.
const PORTION: usize = 4096;

/// The beginning of a text: all of it, or more than `most` bytes.
pub(crate) fn text(from: impl Read, most: usize) -> io::Result<String> {
    let mut bytes = beginning(from, most)?;
    if let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        // The end fell inside a character.
        bytes.truncate(error.valid_up_to());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The beginning of bytes: all of them, or more than `most`.
pub(crate) fn bytes(from: impl Read, most: usize) -> io::Result<Vec<u8>> {
    beginning(from, most)
}

/// Never by `read_to_end`, which takes memory for the whole.
fn beginning(mut from: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let wanted = most.saturating_add(BEYOND);
    let mut bytes = Vec::new();
    let mut portion = vec![0; wanted.clamp(PORTION, 64 * 1024)];
    while bytes.len() < wanted {
        match from.read(&mut portion)? {
            0 => break,
            read => bytes.extend_from_slice(&portion[..read]),
        }
    }
    bytes.truncate(wanted.max(most));
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts what is read of it.
    struct Endless(usize);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.fill(b'a');
            self.0 += buffer.len();
            Ok(buffer.len())
        }
    }

    #[test]
    fn only_the_beginning_is_read() {
        for (most, read) in [(0, 4), (100, 104), (10_000, 10_004)] {
            let mut endless = Endless(0);
            assert_eq!(text(&mut endless, most).unwrap().len(), read);
            assert!(endless.0 < read + 2 * PORTION + 64 * 1024, "{} for {most}", endless.0);
        }
        assert_eq!(bytes(&b"abc"[..], 100).unwrap(), b"abc");
    }

    #[test]
    fn a_text_ends_between_two_characters() {
        let long = "é".repeat(10);
        assert_eq!(
            text(long.as_bytes(), 3).unwrap(),
            "ééé",
            "three bytes and four more, without the half of the fourth"
        );
        assert_eq!(text(long.as_bytes(), 100).unwrap(), long);
        assert_eq!(text("".as_bytes(), 100).unwrap(), "");
    }
}
