//! JSON in the one form that can be hashed (RFC 8785), written by hand because it is written for every audit entry.
//!
//! All names are ASCII and given in order, all values are texts and whole numbers, so that only the escapes of texts
//! remain to be got right (<https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2.2>). Whole numbers of more than 53 bits,
//! which a double would round, keep all their digits.

use std::fmt::{self, Write};

use jiff::Timestamp;

use super::hex::DIGITS;

/// A value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Member<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Number(i64),
    /// UTC with milliseconds: `2026-11-21T10:00:00.000Z`.
    Time(Timestamp),
}

/// Writes an object of members whose names are sorted; those that are absent are left out.
pub(super) fn object<'a>(out: &mut Vec<u8>, members: impl IntoIterator<Item = (&'static str, Option<Member<'a>>)>) {
    out.push(b'{');
    let mut separate = false;
    for (name, member) in members {
        let Some(member) = member else { continue };
        if separate {
            out.push(b',');
        }
        separate = true;
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        value(out, member);
    }
    out.push(b'}');
}

/// Two lists of members that are sorted each, as one.
pub(super) fn merged<'a>(
    one: impl IntoIterator<Item = (&'static str, Option<Member<'a>>)>,
    other: impl IntoIterator<Item = (&'static str, Option<Member<'a>>)>,
) -> impl Iterator<Item = (&'static str, Option<Member<'a>>)> {
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some((first, _)), Some((second, _))) if second < first => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}

/// Writes what can be shown as the bytes of its letters; writing to memory does not fail.
struct Bytes<'a>(&'a mut Vec<u8>);

impl Write for Bytes<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn value(out: &mut Vec<u8>, member: Member<'_>) {
    match member {
        Member::Text(text) => string(out, text),
        Member::Number(number) => drop(write!(Bytes(out), "{number}")),
        Member::Time(at) => drop(write!(Bytes(out), "\"{at:.3}\"")),
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, escaped) = rest.split_at(plain(rest));
        out.extend_from_slice(plain);
        let Some((byte, following)) = escaped.split_first() else { break };
        escape(out, *byte);
        rest = following;
    }
    out.push(b'"');
}

/// Returns the number of leading bytes that need no escaping. Searches in blocks, which the processor compares at once,
/// since hashing an entry consists of little else.
fn plain(bytes: &[u8]) -> usize {
    let is_plain = |block: &&[u8]| !block.iter().fold(false, |found, byte| found | is_escaped(*byte));
    let blocks = bytes.chunks(32).take_while(is_plain).map(<[u8]>::len).sum::<usize>();
    blocks + bytes[blocks..].iter().take_while(|byte| !is_escaped(**byte)).count()
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        0x08 => out.extend_from_slice(b"\\b"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\n' => out.extend_from_slice(b"\\n"),
        0x0c => out.extend_from_slice(b"\\f"),
        b'\r' => out.extend_from_slice(b"\\r"),
        control => {
            out.extend_from_slice(b"\\u00");
            out.push(DIGITS[usize::from(control >> 4)]);
            out.push(DIGITS[usize::from(control & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_ascii_character_is_escaped_as_serde_does() {
        for byte in 0..=0x7f_u8 {
            let text = char::from(byte).to_string();
            assert_eq!(written(&text), serde_json::to_string(&text).unwrap(), "{byte}");
        }
    }

    #[test]
    fn lists_are_merged_in_order_and_what_is_absent_is_left_out() {
        let one = [("a", Some(Member::Number(-1))), ("c", None), ("e", Some(Member::Text("é\n")))];
        let other = [("b", Some(Member::Number(i64::MAX))), ("d", Some(Member::Time(Timestamp::UNIX_EPOCH)))];
        let mut out = Vec::new();
        object(&mut out, merged(one, other));
        let expected = r#"{"a":-1,"b":9223372036854775807,"d":"1970-01-01T00:00:00.000Z","e":"é\n"}"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_does(text in r"(\PC{0,80}|[\x00-\x22\\]){0,8}") {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
