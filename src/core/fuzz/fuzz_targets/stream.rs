//! What a model says, without its thoughts and calling nobody: the same however the stream was cut, and bounded.
#![no_main]

mod chunks;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use pstral_core::egress::{Neutralizer, ThinkingFilter, neutralized};

fn shown(chunks: &[String]) -> (String, bool) {
    let (mut filter, mut shown) = (ThinkingFilter::default(), String::new());
    for chunk in chunks {
        let visible = filter.push(chunk);
        if filter.retracts() {
            shown.clear();
        }
        shown.push_str(&visible);
    }
    let last = filter.finish();
    if filter.retracts() {
        shown.clear();
    }
    (shown + &last, filter.is_only_thought())
}

fn check(mut bytes: Unstructured<'_>) -> Result<()> {
    let length = bytes.int_in_range(1..=50)?;
    let text = chunks::text(&mut bytes)?;
    let chunks = chunks::chunks(&text, length);
    assert_eq!(shown(&chunks), shown(&[text.clone()]), "{text:?}");
    let mut disarmer = Neutralizer::default();
    let mut out: String = chunks.iter().map(|chunk| disarmer.push(chunk)).collect();
    out.push_str(&disarmer.finish());
    assert_eq!(out, neutralized(&text), "{text:?}");
    assert!(!out.contains("<@1") && !out.contains(" @everyone") && !out.contains("#/@1>") && !out.contains('✅'), "{out:?}");
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    let _ = check(Unstructured::new(data));
});
