//! JSON in the one form that can be hashed (RFC 8785), without a tree in between: it is written for every audit entry.
//!
//! All names are ASCII and given in order, all values are texts and whole numbers, so that only the escapes of texts
//! remain to be got right (<https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2.2>): `serde_json` writes the same ones.
//! Whole numbers of more than 53 bits, which a double would round, keep all their digits.

use jiff::Timestamp;

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

fn value(out: &mut Vec<u8>, member: Member<'_>) {
    match member {
        // Writing to memory does not fail.
        Member::Text(text) => drop(serde_json::to_writer(out, text)),
        Member::Number(number) => drop(serde_json::to_writer(out, &number)),
        Member::Time(at) => out.extend_from_slice(format!("\"{at:.3}\"").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        value(&mut out, Member::Text(text));
        String::from_utf8(out).unwrap()
    }

    /// Writes a text as section 3.2.2.2 of RFC 8785 says it.
    fn expected(text: &str) -> String {
        let escaped = |c| match c {
            '\u{8}' => r"\b".to_owned(),
            '\t' => r"\t".to_owned(),
            '\n' => r"\n".to_owned(),
            '\u{c}' => r"\f".to_owned(),
            '\r' => r"\r".to_owned(),
            '"' | '\\' => format!("\\{c}"),
            c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        };
        format!("\"{}\"", text.chars().map(escaped).collect::<String>())
    }

    #[test]
    fn every_ascii_character_is_escaped_as_the_standard_says() {
        for byte in 0..=0x7f_u8 {
            let text = char::from(byte).to_string();
            assert_eq!(written(&text), expected(&text), "{byte}");
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
        fn any_text_is_written_as_the_standard_says(text in r"(\PC{0,80}|[\x00-\x22\\]){0,8}") {
            prop_assert_eq!(written(&text), expected(&text));
        }
    }
}
