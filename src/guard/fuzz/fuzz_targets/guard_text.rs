//! Any text: the first byte chooses the dialect. Nothing may panic, hang or grow, and what passes keeps the rules.
#![no_main]

mod company;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some((dialect, text)) = data.split_first()
        && let Ok(text) = std::str::from_utf8(text)
    {
        company::judge(*dialect, text);
    }
});
