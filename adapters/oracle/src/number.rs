//! Converts Oracle's NUMBER from text to text, so that no float ever holds it.

use pstral_core::domain::Value;

/// Digits of the longest number: 40 significant ones and 125 zeros, and some.
const LONGEST: i32 = 200;

/// The value of a number's text with at least `decimals` decimals. What is no number in digits, such as Oracle's
/// infinities `~` and `-~`, stays text.
pub(crate) fn number(text: &str, decimals: u8) -> Value {
    let Some(mut plain) = plain(text) else { return Value::Text(text.to_owned()) };
    if decimals == 0 && !plain.contains('.') {
        return plain.parse().map_or(Value::Decimal(plain), Value::Integer);
    }
    let has = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if has == 0 && decimals > 0 {
        plain.push('.');
    }
    plain.extend(std::iter::repeat_n('0', usize::from(decimals).saturating_sub(has)));
    Value::Decimal(plain)
}

/// Normalizes a number to `-?\d+(\.\d+)?`: no exponent, and digits before the point.
fn plain(text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (digits, exponent) = match rest.split_once(['E', 'e']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) || exponent.abs() > LONGEST {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point >= all.len() => (format!("{all}{}", "0".repeat(point - all.len())), String::new()),
        Ok(point) => (all[..point].to_owned(), all[point..].to_owned()),
        Err(_) => (String::new(), format!("{}{all}", "0".repeat(usize::try_from(-point).ok()?))),
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit() {
        let decimal = |text: &str| Value::Decimal(text.to_owned());
        for (text, decimals, expected) in [
            ("0", 0, Value::Integer(0)),
            ("-7", 0, Value::Integer(-7)),
            ("9223372036854775807", 0, Value::Integer(i64::MAX)),
            ("9223372036854775808", 0, decimal("9223372036854775808")),
            ("99999999999999999999999999999999999999", 0, decimal("99999999999999999999999999999999999999")),
            ("0.1", 0, decimal("0.1")),
            (".25", 0, decimal("0.25")),
            ("-.25", 0, decimal("-0.25")),
            ("43", 2, decimal("43.00")),
            ("43.5", 2, decimal("43.50")),
            ("43.25", 2, decimal("43.25")),
            ("43.257", 2, decimal("43.257")),
            ("12345678901234567890.123456789", 0, decimal("12345678901234567890.123456789")),
            ("1E+3", 0, Value::Integer(1000)),
            ("1.5E3", 0, Value::Integer(1500)),
            ("1.23E-5", 0, decimal("0.0000123")),
            ("-1.5E+1", 1, decimal("-15.0")),
            ("~", 0, Value::Text("~".to_owned())),
            ("-~", 0, Value::Text("-~".to_owned())),
            ("1E999", 0, Value::Text("1E999".to_owned())),
            ("", 0, Value::Text(String::new())),
            ("1,5", 0, Value::Text("1,5".to_owned())),
        ] {
            assert_eq!(number(text, decimals), expected, "{text} with {decimals} decimals");
        }
    }
}
