//! Dates, times and intervals: formatting and binding.

use pstral_core::domain::Value;

/// A point in time, of the calendar Oracle uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moment {
    /// The year; values below 1 are BCE.
    pub(crate) year: i32,
    /// The month, from 1.
    pub(crate) month: u32,
    /// The day, from 1.
    pub(crate) day: u32,
    /// The hour, from 0.
    pub(crate) hour: u32,
    /// The minute, from 0.
    pub(crate) minute: u32,
    /// The second, from 0 to 59: Oracle has no leap seconds.
    pub(crate) second: u32,
    /// The nanosecond, from 0.
    pub(crate) nanosecond: u32,
    /// Minutes east of Greenwich, where it says.
    pub(crate) offset: Option<i32>,
}

impl Moment {
    /// A `DATE` has a time in Oracle; at midnight, where nearly all that mean a day are, it reads as a day.
    pub(crate) fn date(&self) -> Value {
        let midnight = (self.hour, self.minute, self.second) == (0, 0, 0);
        if midnight { self.shown(self.day(), Value::Date) } else { self.timestamp() }
    }

    /// Formats it without trailing zeros in the fraction.
    pub(crate) fn timestamp(&self) -> Value {
        let fraction = fraction(self.nanosecond);
        let offset = self.offset.map(offset_text).unwrap_or_default();
        let Self { hour, minute, second, .. } = self;
        let text = format!("{} {hour:02}:{minute:02}:{second:02}{fraction}{offset}", self.day());
        self.shown(text, Value::Timestamp)
    }

    /// A year with a sign is no date that others could read.
    fn shown(&self, text: String, value: fn(String) -> Value) -> Value {
        if (0..=9999).contains(&self.year) { value(text) } else { Value::Text(text) }
    }

    fn day(&self) -> String {
        let sign = if self.year < 0 { "-" } else { "" };
        format!("{sign}{:04}-{:02}-{:02}", self.year.unsigned_abs(), self.month, self.day)
    }

    /// Reads `YYYY-MM-DD[ HH:MM:SS[.fff][±HH:MM]]`; the database checks the day itself.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (day, rest) = (text.get(..10)?, text.get(10..)?);
        let [year, month, day] = numbers(day, '-')?;
        let date = Self { year: i32::try_from(year).ok()?, month, day, ..Self::default() };
        let Some(rest) = rest.strip_prefix(' ') else { return rest.is_empty().then_some(date) };
        let (time, zone) = rest.find(['+', '-']).map_or((rest, ""), |at| rest.split_at(at));
        let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
        let [hour, minute, second] = numbers(whole, ':')?;
        let offset = if zone.is_empty() { None } else { Some(read_offset(zone)?) };
        Some(Self { hour, minute, second, nanosecond: nanoseconds(fraction)?, offset, ..date })
    }
}

/// Formats an interval as `D HH:MM:SS[.fff]`, with a sign if it is negative; every part has the sign of the whole.
pub(crate) fn day_interval(days: i32, hours: i32, minutes: i32, seconds: i32, nanoseconds: i32) -> Value {
    let negative = [days, hours, minutes, seconds, nanoseconds].iter().any(|part| *part < 0);
    let [days, hours, minutes, seconds] = [days, hours, minutes, seconds].map(i32::unsigned_abs);
    let (sign, fraction) = (if negative { "-" } else { "" }, fraction(nanoseconds.unsigned_abs()));
    Value::Text(format!("{sign}{days} {hours:02}:{minutes:02}:{seconds:02}{fraction}"))
}

/// Formats an interval as `Y-MM`, with a sign if it is negative.
pub(crate) fn month_interval(years: i32, months: i32) -> Value {
    let sign = if years < 0 || months < 0 { "-" } else { "" };
    Value::Text(format!("{sign}{}-{:02}", years.unsigned_abs(), months.unsigned_abs()))
}

fn fraction(nanosecond: u32) -> String {
    if nanosecond == 0 {
        return String::new();
    }
    format!(".{nanosecond:09}").trim_end_matches('0').to_owned()
}

fn offset_text(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60)
}

fn read_offset(zone: &str) -> Option<i32> {
    let [hours, minutes] = numbers(zone.get(1..)?, ':')?;
    let minutes = i32::try_from(hours * 60 + minutes).ok()?;
    Some(if zone.starts_with('-') { -minutes } else { minutes })
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    let digits = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| format!("{fraction:0<9}").parse().ok())?
}

fn numbers<const N: usize>(text: &str, between: char) -> Option<[u32; N]> {
    let digits = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Option<Vec<u32>> = text.split(between).map(|part| digits(part).then(|| part.parse().ok())?).collect();
    parts?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(year: i32, hour: u32, nanosecond: u32, offset: Option<i32>) -> Moment {
        Moment { year, month: 2, day: 29, hour, minute: 0, second: 0, nanosecond, offset }
    }

    #[test]
    fn moments_are_shown_in_one_form() {
        let text = |value: Value| match value {
            Value::Date(text) => format!("date {text}"),
            Value::Timestamp(text) => format!("timestamp {text}"),
            Value::Text(text) => format!("text {text}"),
            other => panic!("{other:?}"),
        };
        for (shown, expected) in [
            (moment(2024, 0, 0, None).date(), "date 2024-02-29"),
            (moment(2024, 13, 0, None).date(), "timestamp 2024-02-29 13:00:00"),
            (moment(-44, 0, 0, None).date(), "text -0044-02-29"),
            (moment(2024, 0, 0, None).timestamp(), "timestamp 2024-02-29 00:00:00"),
            (moment(2024, 1, 120_000_000, None).timestamp(), "timestamp 2024-02-29 01:00:00.12"),
            (moment(2024, 1, 1, None).timestamp(), "timestamp 2024-02-29 01:00:00.000000001"),
            (moment(2024, 1, 0, Some(330)).timestamp(), "timestamp 2024-02-29 01:00:00+05:30"),
            (moment(2024, 1, 0, Some(-210)).timestamp(), "timestamp 2024-02-29 01:00:00-03:30"),
            (moment(2024, 1, 500_000_000, Some(0)).timestamp(), "timestamp 2024-02-29 01:00:00.5+00:00"),
            (day_interval(3, 4, 5, 6, 0), "text 3 04:05:06"),
            (day_interval(-3, -4, -5, -6, -500_000_000), "text -3 04:05:06.5"),
            (day_interval(0, 0, 0, 0, -1), "text -0 00:00:00.000000001"),
            (month_interval(1, 6), "text 1-06"),
            (month_interval(0, -6), "text -0-06"),
        ] {
            assert_eq!(text(shown), expected);
        }
    }

    #[test]
    fn moments_are_read_back() {
        for text in [
            "2024-02-29",
            "2024-02-29 23:59:59",
            "2024-02-29 23:59:59.123456789",
            "2024-02-29 23:59:59.5+05:30",
            "2024-02-29 23:59:59-03:30",
        ] {
            let moment = Moment::read(text).unwrap();
            let shown = if text.len() == 10 { moment.date() } else { moment.timestamp() };
            assert!(matches!(&shown, Value::Date(shown) | Value::Timestamp(shown) if shown == text), "{shown:?}");
        }
        for text in [
            "",
            "hier",
            "2024-2",
            "2024-02-29T10:00:00",
            "2024-02-29 10:00",
            "2024-02-29 10:00:00.1234567890",
            "2024-02-29é",
        ] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }
}
