//! Statements in an answer: the same however it was cut, each where it is said to stand.
#![no_main]

mod chunks;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use pstral_core::extract::{Extractor, statements};

fn check(mut bytes: Unstructured<'_>) -> Result<()> {
    let length = bytes.int_in_range(1..=50)?;
    let answer = chunks::text(&mut bytes)?;
    let found = statements(&answer);
    let mut extractor = Extractor::default();
    for chunk in chunks::chunks(&answer, length) {
        extractor.push(&chunk);
    }
    assert_eq!(extractor.finish(), found, "{answer:?}");
    let mut end = 0;
    for statement in found {
        let place = answer.get(statement.range.clone()).expect("the range is within the answer");
        assert!(place.contains(&statement.text) && statement.range.start >= end, "{answer:?}");
        end = statement.range.end;
    }
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    let _ = check(Unstructured::new(data));
});
