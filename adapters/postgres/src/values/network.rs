//! Values that are mere bytes with a way of writing them: UUIDs, addresses, bits.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::wire::Wire;

pub(super) fn uuid(bytes: &[u8]) -> Option<String> {
    if bytes.len() != 16 {
        return None;
    }
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}").ok()?;
    }
    Some(text)
}

/// Family, bits of the net, whether it is a net, length, address. A host without a net has no `/`.
pub(super) fn address(wire: &mut Wire<'_>) -> Option<String> {
    let (_family, bits, is_net, length) = (wire.u8()?, wire.u8()?, wire.u8()?, wire.u8()?);
    let bytes = wire.take(length.into())?;
    let (address, widest) = match length {
        4 => (IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)), 32),
        16 => (IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)), 128),
        _ => return None,
    };
    Some(if bits == widest && is_net == 0 { address.to_string() } else { format!("{address}/{bits}") })
}

/// Of a network card.
pub(super) fn hardware(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// Reads a bit string: the number of bits, then the bytes that hold them.
pub(super) fn bits(wire: &mut Wire<'_>) -> Option<String> {
    let count = usize::try_from(wire.i32()?).ok()?;
    let bytes = wire.take(count.div_ceil(8))?;
    Some((0..count).map(|at| if bytes[at / 8] >> (7 - at % 8) & 1 == 1 { '1' } else { '0' }).collect())
}
