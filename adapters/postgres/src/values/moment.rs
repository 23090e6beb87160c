//! Dates, times and intervals as PostgreSQL writes them in its ISO style.

use std::fmt::Write as _;

use pstral_core::domain::Value;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Days from 0000-03-01 to 2000-01-01, where PostgreSQL starts to count.
const EPOCH: i64 = 730_425;

/// Days since 2000-01-01. A year that has no four digits makes it a text.
pub(super) fn date(days: i32) -> Value {
    match days {
        i32::MAX => Value::Text("infinity".to_owned()),
        i32::MIN => Value::Text("-infinity".to_owned()),
        days => match day(days.into()) {
            (text, "") if text.len() == 10 => Value::Date(text),
            (text, era) => Value::Text(text + era),
        },
    }
}

/// Microseconds since 2000-01-01 00:00.
pub(super) fn timestamp(micros: i64, zone: &str) -> Value {
    match micros {
        i64::MAX => Value::Text("infinity".to_owned()),
        i64::MIN => Value::Text("-infinity".to_owned()),
        micros => {
            let (day, era) = day(micros.div_euclid(DAY));
            let text = format!("{day} {}{zone}{era}", time(micros.rem_euclid(DAY)));
            if day.len() == 10 && era.is_empty() { Value::Timestamp(text) } else { Value::Text(text) }
        }
    }
}

/// Microseconds since midnight; 24:00:00 is a time of its own.
pub(super) fn time(micros: i64) -> String {
    let (seconds, rest) = (micros / SECOND, micros % SECOND);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest != 0 {
        text.push_str(format!(".{rest:06}").trim_end_matches('0'));
    }
    text
}

/// The zone in seconds west of Greenwich.
pub(super) fn time_with_zone(micros: i64, west: i32) -> String {
    let (sign, zone) = (if west > 0 { '-' } else { '+' }, west.unsigned_abs());
    format!("{}{sign}{:02}:{:02}", time(micros), zone / 3600, zone / 60 % 60)
}

/// Months, days and time do not add up to each other: each keeps its sign, as in `1 year -2 days +03:00:00`.
pub(super) fn interval(micros: i64, days: i32, months: i32) -> String {
    let mut text = String::new();
    let mut negative = false;
    for (count, word) in [(months / 12, "year"), (months % 12, "mon"), (days, "day")] {
        if count != 0 {
            let space = if text.is_empty() { "" } else { " " };
            let sign = if negative && count > 0 { "+" } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            let _ = write!(text, "{space}{sign}{count} {word}{plural}");
            negative = count < 0;
        }
    }
    if micros != 0 || text.is_empty() {
        let space = if text.is_empty() { "" } else { " " };
        let sign = if micros < 0 {
            "-"
        } else if negative {
            "+"
        } else {
            ""
        };
        let size = micros.unsigned_abs();
        let seconds = size / SECOND.unsigned_abs();
        let rest = i64::try_from(size % (3600 * SECOND.unsigned_abs())).unwrap_or_default();
        let _ = write!(text, "{space}{sign}{:02}{}", seconds / 3600, &time(rest)[2..]);
    }
    text
}

/// The day in the Gregorian calendar, and `" BC"` for years before the first.
/// Algorithm: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn day(since_2000: i64) -> (String, &'static str) {
    let days = since_2000 + EPOCH;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * of_year + 2) / 153;
    let day = of_year - (153 * part + 2) / 5 + 1;
    let month = if part < 10 { part + 3 } else { part - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    (format!("{year:04}-{month:02}-{day:02}"), era)
}
