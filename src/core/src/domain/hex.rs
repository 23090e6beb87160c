//! Bytes as hexadecimal digits; the crate `hex`, last released in 2021, would save twelve lines.

use ring::digest::{SHA256, digest};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two lower-case digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte)).map(char::from).collect()
}

/// The SHA-256 of a text, 64 digits.
pub fn sha256(text: &str) -> String {
    hex(&hash_of(text.as_bytes()))
}

/// The SHA-256 of bytes: by the library that uses what the processor has, for proving a log is little else.
pub(super) fn hash_of(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("invariant: SHA-256 has 32 bytes")
}

/// 64 digits on the stack.
pub(super) fn hex_of_hash(hash: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
        pair.copy_from_slice(&digits(*byte));
    }
    text
}

fn digits(byte: u8) -> [u8; 2] {
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}
