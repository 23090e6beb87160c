//! Moments as people type them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The moment that a word means: a day such as `2026-11-20` (its beginning, UTC), a time such as
/// `2026-11-20T08:00:00Z`, or so long before `now`: `90m`, `2h`, `7d` (in French `7j`), `4w`.
pub fn moment(word: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(time) = word.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(day) = word.parse::<Date>() {
        return Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp());
    }
    let unit = word.chars().last()?;
    let hours = match unit {
        'm' => 0,
        'h' => 1,
        'd' | 'j' => 24,
        'w' => 7 * 24,
        _ => return None,
    };
    let number: u32 = word[..word.len() - unit.len_utf8()].parse().ok()?;
    let ago = match hours {
        0 => SignedDuration::from_mins(i64::from(number)),
        hours => SignedDuration::from_hours(i64::from(number) * hours),
    };
    now.checked_sub(ago).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_times_and_lengths_are_understood() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        for (word, expected) in [
            ("2026-11-20", Some("2026-11-20T00:00:00Z")),
            ("2026-11-20T08:30:00Z", Some("2026-11-20T08:30:00Z")),
            ("90m", Some("2026-11-21T08:30:00Z")),
            ("2h", Some("2026-11-21T08:00:00Z")),
            ("7d", Some("2026-11-14T10:00:00Z")),
            ("7j", Some("2026-11-14T10:00:00Z")),
            ("1w", Some("2026-11-14T10:00:00Z")),
            ("", None),
            ("7", None),
            ("d", None),
            ("-7d", None),
            ("7é", None),
            ("crm", None),
            ("4294967295w", None),
        ] {
            let expected = expected.map(|time| time.parse().unwrap());
            assert_eq!(moment(word, now), expected, "{word}");
        }
    }
}
