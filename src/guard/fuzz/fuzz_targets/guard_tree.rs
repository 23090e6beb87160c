//! Queries grown from the bytes by a grammar: nested, joined, renamed and combined in every way, so that most of them
//! parse and many pass. A column or a table that is denied is always among what they could read, and what makes rows,
//! columns and texts more is always near, so that whatever the guard works out from them is met with its worst.
#![no_main]

mod company;
mod grower;

use grower::Grower;
use libfuzzer_sys::arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Unstructured::new(data);
    let Ok(dialect) = bytes.arbitrary::<u8>() else { return };
    let mut grower = Grower::new(dialect, &mut bytes);
    if grower.query(5).is_ok() {
        company::judge(dialect, grower.sql());
    }
});
