//! Literals and parameters.

use sqlparser::ast::{Expr, Interval, TypedString, Value, ValueWithSpan};

use super::super::extent::Extent;
use super::super::fault::{Checked, fault, unplaced};
use super::super::refusal::Rule;
use super::{Walk, absent, unsupported};

/// Longest name of a parameter, characters.
const LONGEST_PARAMETER: usize = 64;

impl Walk<'_> {
    pub(crate) fn value(&mut self, value: &ValueWithSpan) -> Checked {
        let ValueWithSpan { value, span } = value;
        self.meter.spend(extent(value), "'…'")?;
        let texts = &self.facts.texts;
        match value {
            Value::Number(digits, long) => {
                let plain = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
                absent(*long || !plain, digits)
            }
            Value::SingleQuotedString(_) | Value::Boolean(_) | Value::Null => Ok(()),
            Value::NationalStringLiteral(_) => absent(!texts.national, "N'…'"),
            Value::QuoteDelimitedStringLiteral(text) | Value::NationalQuoteDelimitedStringLiteral(text) => {
                let plain = text.start_quote.is_ascii_punctuation() && !matches!(text.start_quote, '\'' | '"');
                absent(!texts.q_quotes || !plain, "q'…'")
            }
            Value::DollarQuotedString(text) => {
                let tag = text.tag.as_deref().unwrap_or_default();
                let plain = tag.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
                absent(!texts.dollar_quotes || !plain, "$$…$$")
            }
            Value::Placeholder(name) => self.parameter(name).map_err(|fault| fault.or_at(*span)),
            // Line ends and tabs, which its rendering writes the same way; other escapes only hide what is meant.
            Value::EscapedStringLiteral(text) if texts.escapes && !text.contains(['\'', '\\']) => Ok(()),
            Value::EscapedStringLiteral(_) => Err(fault(Rule::Unsupported, *span, "E'…'").instead("'…'")),
            Value::UnicodeStringLiteral(_) => Err(fault(Rule::Unsupported, *span, "U&'…'").instead("'…'")),
            // SQLite's 0x1F and x'1F' are one in the tree, and not one in the database.
            Value::HexStringLiteral(_) => Err(fault(Rule::Unsupported, *span, "X'…'")),
            Value::TripleSingleQuotedString(_)
            | Value::TripleDoubleQuotedString(_)
            | Value::SingleQuotedByteStringLiteral(_)
            | Value::DoubleQuotedByteStringLiteral(_)
            | Value::TripleSingleQuotedByteStringLiteral(_)
            | Value::TripleDoubleQuotedByteStringLiteral(_)
            | Value::SingleQuotedRawStringLiteral(_)
            | Value::DoubleQuotedRawStringLiteral(_)
            | Value::TripleSingleQuotedRawStringLiteral(_)
            | Value::TripleDoubleQuotedRawStringLiteral(_)
            | Value::DoubleQuotedString(_) => Err(fault(Rule::Unsupported, *span, value.to_string()).instead("'…'")),
        }
    }

    /// `:name`; numbers, `?`, `$1` and `@name` are other databases' forms.
    fn parameter(&mut self, placeholder: &str) -> Checked {
        let name = placeholder.strip_prefix(':').unwrap_or_default();
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !starts || !plain || name.len() > LONGEST_PARAMETER {
            return Err(unplaced(Rule::Parameter, placeholder));
        }
        if !self.reads.parameters.iter().any(|known| known == name) {
            self.reads.parameters.push(name.to_owned());
        }
        Ok(())
    }

    /// `DATE '…'` and `TIMESTAMP '…'`.
    pub(crate) fn typed(&mut self, typed: &TypedString) -> Checked {
        let TypedString { data_type, value, uses_odbc_syntax } = typed;
        absent(*uses_odbc_syntax || !self.facts.expressions.typed_dates, "{d '…'}")?;
        self.data_type(data_type)?;
        let name = data_type.to_string();
        let dated = ["DATE", "TIME"].iter().any(|word| name.starts_with(word));
        absent(!dated || !matches!(value.value, Value::SingleQuotedString(_)), &name)
    }

    /// `INTERVAL '1' DAY` and `INTERVAL '1 day'`, of a literal.
    pub(super) fn interval(&mut self, interval: &Interval) -> Checked {
        let Interval { value, leading_field, leading_precision: _, last_field, fractional_seconds_precision: _ } =
            interval;
        absent(!self.facts.expressions.intervals, "INTERVAL")?;
        absent(self.facts.expressions.intervals_need_units && leading_field.is_none(), "INTERVAL")
            .map_err(|fault| fault.instead("INTERVAL '1' DAY"))?;
        for field in [leading_field, last_field].into_iter().flatten() {
            super::types::field(field)?;
        }
        match &**value {
            Expr::Value(value) if text_literal(&value.value).is_some() => Ok(()),
            _ => Err(unsupported("INTERVAL").instead("INTERVAL '1' DAY")),
        }
    }
}

/// The extent of a literal's value.
fn extent(value: &Value) -> Extent {
    match value {
        Value::SingleQuotedString(text) | Value::NationalStringLiteral(text) | Value::EscapedStringLiteral(text) => {
            Extent::of_constant(text.len())
        }
        Value::DollarQuotedString(text) => Extent::of_constant(text.value.len()),
        Value::QuoteDelimitedStringLiteral(text) | Value::NationalQuoteDelimitedStringLiteral(text) => {
            Extent::of_constant(text.value.len())
        }
        Value::Number(digits, _) => Extent::of_bytes(digits.len().saturating_add(exponent(digits))),
        _ => Extent::of_bytes(8),
    }
}

/// The power of ten of a number: `1e60000` has as many digits.
fn exponent(digits: &str) -> usize {
    let power = digits.split(['e', 'E']).nth(1).map(|power| power.trim_start_matches(['+', '-']));
    power.map_or(0, |power| power.parse().unwrap_or(usize::MAX / 2))
}

/// The text of a plain literal.
pub(super) fn text_literal(value: &Value) -> Option<&str> {
    match value {
        Value::SingleQuotedString(text) => Some(text),
        _ => None,
    }
}

/// The text of an expression that is a plain literal.
pub(crate) fn literal_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => text_literal(&value.value),
        _ => None,
    }
}
