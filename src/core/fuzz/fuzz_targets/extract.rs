//! Statements in an answer: each where it is said to stand.
#![no_main]

#[expect(dead_code, reason = "the text is not cut here")]
mod chunks;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use pstral_core::extract::statements;

fn check(mut bytes: Unstructured<'_>) -> Result<()> {
    let answer = chunks::text(&mut bytes)?;
    let mut end = 0;
    for statement in statements(&answer) {
        let place = answer.get(statement.range.clone()).expect("the range is within the answer");
        assert!(place.contains(&statement.text) && statement.range.start >= end, "{answer:?}");
        end = statement.range.end;
    }
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    let _ = check(Unstructured::new(data));
});
