//! Texts parted into messages: each within the limit, nothing lost, and the same parts however the text was cut.
#![no_main]

mod chunks;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use pstral_core::domain::{Length, LengthUnit};
use pstral_core::egress::{Split, Splitter, Splitting, split};

/// What is neither blank nor part of marks that may have been closed, opened or guarded.
fn ink(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '`' | '~' | '\u{2060}')).collect()
}

fn check(mut bytes: Unstructured<'_>) -> Result<()> {
    let unit = *bytes.choose(&[LengthUnit::Characters, LengthUnit::Utf16, LengthUnit::Bytes])?;
    let by = Splitting { length: Length { most: bytes.int_in_range(60..=400)?, unit }, most: usize::MAX };
    let (length, place) = (bytes.int_in_range(1..=50)?, bytes.arbitrary::<u16>()?);
    let text = chunks::text(&mut bytes)?;
    let whole = split(&text, by);
    for part in &whole.parts {
        assert!(unit.count(part) <= by.length.most, "too long: {part:?} of {text:?}");
        assert!(!part.trim().is_empty(), "blank: {text:?}");
    }
    // Headers and languages are said again.
    let is_plain = !text.contains("|---|") && !text.lines().any(|line| line.trim_start_matches(['`', '~']).len() + 3 <= line.trim_start().len());
    if is_plain {
        assert_eq!(ink(&whole.parts.concat()), ink(&text), "{text:?}");
    }
    let (mut splitter, mut parts) = (Splitter::new(by), Vec::new());
    for chunk in chunks::chunks(&text, length) {
        parts.extend(splitter.push(&chunk));
    }
    let last = splitter.finish();
    parts.extend(last.parts);
    assert_eq!(Split { parts, ..last }, whole, "{text:?}");
    let some: String = text.chars().take(usize::from(place)).collect();
    let some = split(&some, by).parts;
    let stands = some.len().saturating_sub(2);
    assert!(whole.parts.starts_with(&some[..stands]), "{text:?}");
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    let _ = check(Unstructured::new(data));
});
