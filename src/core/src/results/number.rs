//! Cells as people of a language write them.

use std::borrow::Cow;

use crate::domain::{Locale, Value, hex, real_text};
use crate::text::{grouped, text};

/// A cell as text for people. `group` puts spaces or commas between thousands: right for amounts, wrong for
/// identifiers, so whole numbers of a table are not grouped.
pub fn readable(value: &Value, locale: Locale, group: bool) -> String {
    match value {
        Value::Null => "∅".to_owned(),
        Value::Boolean(true) => text("value-yes").render(locale),
        Value::Boolean(false) => text("value-no").render(locale),
        Value::Integer(number) => localised(&number.to_string(), locale, group && number.unsigned_abs() >= 10_000),
        Value::Decimal(number) => localised(number, locale, true),
        Value::Real(number) => localised(&real_text(*number), locale, true),
        Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => text.clone(),
        Value::Unsupported(of) => text("value-unsupported").with("type", of).render(locale),
        Value::Bytes(bytes) => format!("0x{}", dump(bytes, 16)),
    }
}

/// Digits after the point that somebody may have stored: prices, rates and coordinates have fewer than a division gives.
const STORED: usize = 8;

/// The digits of a number with a fraction, where they are all it is made of.
fn digits(value: &Value) -> Option<Cow<'_, str>> {
    let digits = match value {
        Value::Decimal(number) => Cow::Borrowed(number.as_str()),
        Value::Real(number) if number.is_finite() => Cow::Owned(real_text(*number)),
        _ => return None,
    };
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'.');
    // A double holds 15 digits: longer numbers are written as they are.
    is_plain.then_some(digits).filter(|digits| digits.parse::<f64>().is_ok_and(|value| value.abs() < 1e13))
}

/// True of a number with more digits than somebody stores, such as an average.
fn is_computed(value: &Value) -> bool {
    digits(value).is_some_and(|digits| digits.split_once('.').is_some_and(|(_, fraction)| fraction.len() > STORED))
}

/// A number for reading: `keep` digits after the point, below 1 three that say something. Halves go away from zero.
fn rounded(value: &Value, keep: usize) -> Option<Value> {
    let digits = digits(value)?;
    let (sign, plain) = digits.strip_prefix('-').map_or(("", &*digits), |plain| ("-", plain));
    let (whole, fraction) = plain.split_once('.')?;
    let zeros = fraction.len() - fraction.trim_start_matches('0').len();
    let is_small = whole.bytes().all(|byte| byte == b'0') && zeros < fraction.len();
    let keep = if is_small { keep.max(zeros + 3) } else { keep };
    if fraction.len() <= keep {
        return None;
    }
    let mut kept: Vec<u8> = whole.bytes().chain(fraction.bytes().take(keep)).collect();
    if fraction.as_bytes()[keep] >= b'5' {
        add_one(&mut kept);
    }
    let text = String::from_utf8_lossy(&kept);
    let (whole, fraction) = text.split_at(text.len() - keep);
    let fraction = fraction.trim_end_matches('0');
    let is_zero = fraction.is_empty() && whole.bytes().all(|byte| byte == b'0');
    let sign = if is_zero { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(Value::Decimal(format!("{sign}{whole}{point}{fraction}")))
}

/// Adds one to the last of some digits.
fn add_one(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

/// The cells of a column as they are read: those that were computed are rounded, to as many digits as the others of the
/// column have, and two at least. The files keep every digit.
pub(super) fn for_reading<'v>(values: &[&'v Value]) -> Vec<Cow<'v, Value>> {
    let stored = values.iter().filter(|value| !is_computed(value)).filter_map(|value| digits(value));
    let keep = stored.map(|digits| digits.split_once('.').map_or(0, |(_, fraction)| fraction.len())).max().unwrap_or(0);
    let read = |value: &&'v Value| {
        let rounded = if is_computed(value) { rounded(value, keep.max(2)) } else { None };
        rounded.map_or(Cow::Borrowed(*value), Cow::Owned)
    };
    values.iter().map(read).collect()
}

/// At most `limit` bytes in hexadecimal, `…` where there are more.
fn dump(bytes: &[u8], limit: usize) -> String {
    let mut text = hex(&bytes[..bytes.len().min(limit)]);
    if bytes.len() > limit {
        text.push('…');
    }
    text
}

fn localised(number: &str, locale: Locale, group: bool) -> String {
    let (separator, mark) = match locale {
        Locale::Fr => ('\u{202f}', ','),
        Locale::En => (',', '.'),
    };
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let plain = whole.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    let mut text = if group && plain { grouped(whole, separator) } else { whole.to_owned() };
    if let Some(fraction) = fraction {
        text.push(mark);
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computed_number_is_rounded_for_reading_to_what_its_column_has() {
        let decimal = |text: &&str| Value::Decimal((*text).to_owned());
        for (column, expected) in [
            (&["66.66666666666667", "146.875", "7"][..], &["66.667", "146.875", "7"][..]),
            (&["2.6750000000000000", "-1.0050000000", "99.9999999999"], &["2.68", "-1.01", "100"]),
            (&["48.856614", "2.3522219000000177"], &["48.856614", "2.352222"]),
            (&["123.2500000000000000", "2.0000000000000000"], &["123.25", "2"]),
            (&["-0.3333333333333333", "0.00012345678", "0.0000000000000000"], &["-0.333", "0.000123", "0"]),
            (&["48.856614", "1234567.50"], &["48.856614", "1234567.50"]),
            (&["99999999999999.123456789"], &["99999999999999.123456789"]),
        ] {
            let values: Vec<Value> = column.iter().map(decimal).collect();
            let read: Vec<Value> =
                for_reading(&values.iter().collect::<Vec<_>>()).into_iter().map(Cow::into_owned).collect();
            assert_eq!(read, expected.iter().map(decimal).collect::<Vec<_>>(), "{column:?}");
        }
        assert_eq!(for_reading(&[&Value::Real(2.0 / 3.0), &Value::Null])[0].as_ref(), &decimal(&"0.667"));
    }

    #[test]
    fn numbers_follow_the_language() {
        let amount = Value::Decimal("1234567.50".to_owned());
        assert_eq!(readable(&amount, Locale::Fr, true), "1\u{202f}234\u{202f}567,50");
        assert_eq!(readable(&amount, Locale::En, true), "1,234,567.50");
        assert_eq!(readable(&Value::Integer(2026), Locale::Fr, true), "2026");
        assert_eq!(readable(&Value::Integer(-12_345), Locale::En, true), "-12,345");
        assert_eq!(readable(&Value::Integer(12_345), Locale::En, false), "12345");
        assert_eq!(readable(&Value::Real(0.1 + 0.2), Locale::Fr, true), "0,3");
        assert_eq!(readable(&Value::Real(1e20), Locale::En, true), "1e20");
        assert_eq!(readable(&Value::Null, Locale::Fr, true), "∅");
        assert_eq!(readable(&Value::Bytes(vec![0, 255]), Locale::Fr, true), "0x00ff");
    }
}
