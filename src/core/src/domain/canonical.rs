//! JSON in the one form that can be hashed (RFC 8785).
//!
//! All names are ASCII and all values are texts and whole numbers, so that only the order of the names and the escapes of
//! texts remain to be got right (<https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2.2>): `serde_json` writes the same
//! ones. Whole numbers of more than 53 bits, which a double would round, keep all their digits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A value.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Member<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Number(i64),
    /// UTC with milliseconds: `2026-11-21T10:00:00.000Z`.
    Time(#[serde(serialize_with = "to_the_millisecond")] Timestamp),
}

/// An object of these members; those that are absent are left out.
pub(super) fn object<'a>(members: impl IntoIterator<Item = (&'static str, Option<Member<'a>>)>) -> String {
    let sorted: BTreeMap<_, _> = members.into_iter().filter_map(|(name, member)| Some((name, member?))).collect();
    serde_json::to_string(&sorted).expect("invariant: texts and numbers always serialise")
}

fn to_the_millisecond<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{at:.3}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        serde_json::to_string(&Member::Text(text)).unwrap()
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
    fn names_are_sorted_and_what_is_absent_is_left_out() {
        let one = [("a", Some(Member::Number(-1))), ("c", None), ("e", Some(Member::Text("é\n")))];
        let other = [("b", Some(Member::Number(i64::MAX))), ("d", Some(Member::Time(Timestamp::UNIX_EPOCH)))];
        let expected = r#"{"a":-1,"b":9223372036854775807,"d":"1970-01-01T00:00:00.000Z","e":"é\n"}"#;
        assert_eq!(object(one.into_iter().chain(other)), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_the_standard_says(text in r"(\PC{0,80}|[\x00-\x22\\]){0,8}") {
            prop_assert_eq!(written(&text), expected(&text));
        }
    }
}
