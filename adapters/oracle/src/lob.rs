//! Reads large objects (LOBs), up to the maximum length of a cell.

use std::io::{self, Read};

/// Bytes read beyond the limit, more than any character has, so that a truncated text is recognized as too long.
const BEYOND: usize = 4;

/// The minimum number of bytes requested at once; below it the driver reads characters into a buffer of its own.
const PORTION: usize = 4096;

/// The beginning of a text of so many UTF-16 units, which is how Oracle counts it: all of it, or more than `most` bytes.
pub(crate) fn text(from: impl Read, units: u64, most: usize) -> io::Result<String> {
    // A character of four bytes is the only one of two units.
    let units_of =
        |bytes: &[u8]| bytes.iter().map(|byte| u64::from(byte >> 6 != 0b10) + u64::from(*byte >= 0xF0)).sum();
    let mut bytes = beginning(from, units, units_of, most)?;
    if let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        // The end fell inside a character.
        bytes.truncate(error.valid_up_to());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The beginning of so many bytes: all of them, or more than `most`.
pub(crate) fn bytes(from: impl Read, length: u64, most: usize) -> io::Result<Vec<u8>> {
    beginning(from, length, |bytes| bytes.len() as u64, most)
}

/// Reads the beginning of a large object without `read_to_end`, which would allocate all of it, and never beyond the
/// end: the length came with the row, and an empty read would cost another round trip.
fn beginning(mut from: impl Read, length: u64, of: impl Fn(&[u8]) -> u64, most: usize) -> io::Result<Vec<u8>> {
    let wanted = most.saturating_add(BEYOND);
    let mut bytes = Vec::new();
    let mut portion = vec![0; wanted.clamp(PORTION, 64 * 1024)];
    let mut left = length;
    while bytes.len() < wanted && left > 0 {
        match from.read(&mut portion)? {
            0 => break,
            read => {
                left = left.saturating_sub(of(&portion[..read]));
                bytes.extend_from_slice(&portion[..read]);
            }
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
            assert_eq!(text(&mut endless, u64::MAX, most).unwrap().len(), read);
            assert!(endless.0 < read + 2 * PORTION + 64 * 1024, "{} for {most}", endless.0);
        }
        assert_eq!(bytes(&b"abc"[..], 3, 100).unwrap(), b"abc");
    }

    #[test]
    fn nothing_is_asked_beyond_the_end() {
        for content in ["court", "été", "a😀b"] {
            let mut endless = Counted(content.as_bytes(), 0);
            let units = content.encode_utf16().count() as u64;
            assert_eq!(text(&mut endless, units, 1000).unwrap(), content);
            assert_eq!(endless.1, 1, "{content}");
        }
        let mut empty = Counted(b"", 0);
        assert_eq!(bytes(&mut empty, 0, 1000).unwrap(), b"");
        assert_eq!(empty.1, 0);
    }

    /// Bytes that are left, and the number of reads.
    struct Counted<'b>(&'b [u8], usize);

    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 += 1;
            self.0.read(buffer)
        }
    }

    #[test]
    fn a_text_ends_between_two_characters() {
        let long = "é".repeat(10);
        assert_eq!(
            text(long.as_bytes(), 10, 3).unwrap(),
            "ééé",
            "three bytes and four more, without the half of the fourth"
        );
        assert_eq!(text(long.as_bytes(), 10, 100).unwrap(), long);
        assert_eq!(text("".as_bytes(), 0, 100).unwrap(), "");
    }
}
