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
        Value::Decimal(number) => localised(&rounded(number), locale, true),
        Value::Real(number) => localised(&rounded(&real_text(*number)), locale, true),
        Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => text.clone(),
        Value::Unsupported(of) => text("value-unsupported").with("type", of).render(locale),
        Value::Bytes(bytes) => format!("0x{}", dump(bytes, 16)),
    }
}

/// Digits after the point that somebody may have stored: prices, rates and coordinates have fewer than a division gives.
const STORED: usize = 8;

/// A computed number, such as an average, as people read it: two digits after the point, below 1 three that say something.
/// Numbers of few digits stay as they are.
fn rounded(number: &str) -> Cow<'_, str> {
    let digits = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'.');
    // A double holds 15 digits: longer numbers are not computed by a division of everyday figures.
    let Some(value) = number.parse::<f64>().ok().filter(|value| plain && digits > STORED && value.abs() < 1e13) else {
        return Cow::Borrowed(number);
    };
    let zeros = number.trim_start_matches(['-', '0', '.']).len();
    let leading = number.trim_start_matches('-').len() - zeros;
    let keep = if value.abs() >= 1.0 || zeros == 0 { 2 } else { leading + 1 };
    let text = format!("{value:.keep$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    Cow::Owned(if text == "-0" { "0".to_owned() } else { text.to_owned() })
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
    fn a_computed_number_is_rounded_for_reading() {
        for (number, expected) in [
            ("66.66666666666667", "66.67"),
            ("123.2500000000000000", "123.25"),
            ("-0.3333333333333333", "-0.333"),
            ("0.00012345678", "0.000123"),
            ("2.0000000000000000", "2"),
            ("0.0000000000000000", "0"),
            ("-0.0000000001", "-0.0000000001"),
            ("1234567.50", "1234567.50"),
            ("48.856614", "48.856614"),
            ("99999999999999.123456789", "99999999999999.123456789"),
            ("1.5e-12", "1.5e-12"),
        ] {
            assert_eq!(rounded(number), expected, "{number}");
        }
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
