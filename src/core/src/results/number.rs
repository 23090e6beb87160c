//! Cells as people of a language write them.

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
