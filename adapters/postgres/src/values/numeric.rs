//! `numeric`, exact to the last digit that is stored.

use std::fmt::Write as _;

use pstral_core::domain::Value;

use super::wire::Wire;

/// Decimal digits in one of PostgreSQL's.
const WIDTH: i32 = 4;
const MINUS: u16 = 0x4000;

/// Digits of four decimals each, the first of them worth 10000^`weight`, and how many decimals to show.
pub(super) fn value(wire: &mut Wire<'_>) -> Option<Value> {
    let count = wire.i16()?;
    let weight = i32::from(wire.i16()?);
    let sign = wire.u16()?;
    let decimals = usize::from(wire.u16()?);
    let text = |word: &str| Some(Value::Text(word.to_owned()));
    match sign {
        0 | MINUS => {}
        0xC000 => return text("NaN"),
        0xD000 => return text("Infinity"),
        0xF000 => return text("-Infinity"),
        _ => return None,
    }
    let digits: Vec<i16> = (0..count).map(|_| wire.i16()).collect::<Option<_>>()?;
    // Zeros at either end are not stored.
    let digit = |at: i32| usize::try_from(at).ok().and_then(|at| digits.get(at)).copied().unwrap_or(0);

    let mut whole = String::new();
    for at in 0..=weight {
        write!(whole, "{:04}", digit(at)).ok()?;
    }
    let mut fraction = String::new();
    let places = i32::try_from(decimals).ok()?.div_euclid(WIDTH) + 1;
    for at in weight + 1..=weight + places {
        write!(fraction, "{:04}", digit(at)).ok()?;
    }
    fraction.truncate(decimals);
    let whole = whole.trim_start_matches('0');
    let minus = if sign == MINUS { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if decimals == 0 { "" } else { "." };
    Some(Value::Decimal(format!("{minus}{whole}{point}{fraction}")))
}
