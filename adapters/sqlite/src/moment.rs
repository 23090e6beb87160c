//! Dates and times as SQLite databases write them in text.

/// Checks whether a text is a valid calendar date, `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (digits(parts.next(), 4), digits(parts.next(), 2), digits(parts.next(), 2), parts.next())
    else {
        return false;
    };
    let number = |part: &str| part.parse::<i8>().unwrap_or(0);
    jiff::civil::Date::new(year.parse().unwrap_or(0), number(month), number(day)).is_ok()
}

/// A point in time in the form of [`pstral_core::domain::Value::Timestamp`]: `T` becomes a space, `Z` becomes
/// `+00:00`, missing seconds become `:00`. At most nine decimals. See <https://www.sqlite.org/lang_datefunc.html>.
pub(crate) fn timestamp(text: &str) -> Option<String> {
    let date = text.get(..10).filter(|date| is_date(date))?;
    let rest = text.get(10..)?.strip_prefix([' ', 'T'])?;
    let (time, zone) = match rest.find(['Z', '+', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    Some(format!("{date} {}{}", clock(time)?, offset(zone)?))
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff` with its seconds.
fn clock(time: &str) -> Option<String> {
    let (whole, fraction) = time.split_once('.').map_or((time, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut parts = whole.split(':');
    let hour = digits(parts.next(), 2).filter(|hour| *hour < "24")?;
    let minute = digits(parts.next(), 2).filter(|minute| *minute < "60")?;
    let second = parts.next();
    let seconds = second.map_or(Some("00"), |second| digits(Some(second), 2).filter(|second| *second < "60"))?;
    if parts.next().is_some() {
        return None;
    }
    match fraction {
        None => Some(format!("{hour}:{minute}:{seconds}")),
        Some(fraction) if second.is_some() && (1..=9).contains(&fraction.len()) => {
            digits(Some(fraction), fraction.len())?;
            Some(format!("{hour}:{minute}:{seconds}.{fraction}"))
        }
        Some(_) => None,
    }
}

/// `Z`, `±HH:MM` or nothing.
fn offset(zone: &str) -> Option<&str> {
    match zone {
        "" => Some(""),
        "Z" => Some("+00:00"),
        other => {
            let (hour, minute) = other.get(1..)?.split_once(':')?;
            (digits(Some(hour), 2)? < "24" && digits(Some(minute), 2)? < "60").then_some(other)
        }
    }
}

fn digits(part: Option<&str>, length: usize) -> Option<&str> {
    part.filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for (text, expected) in [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2024-13-01", false),
            ("2024-1-1", false),
            ("24-01-01", false),
            ("2024-01-01 ", false),
            ("２０24-01-01", false),
            ("", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }

    #[test]
    fn times_are_brought_into_one_form() {
        for (text, expected) in [
            ("2024-02-29 23:59:59", Some("2024-02-29 23:59:59")),
            ("2024-02-29T23:59:59Z", Some("2024-02-29 23:59:59+00:00")),
            ("2024-02-29T23:59", Some("2024-02-29 23:59:00")),
            ("2024-02-29 23:59:59.123", Some("2024-02-29 23:59:59.123")),
            ("2024-02-29 23:59:59.123456+05:30", Some("2024-02-29 23:59:59.123456+05:30")),
            ("2024-02-29 23:59:59-03:00", Some("2024-02-29 23:59:59-03:00")),
            ("2024-02-29 24:00:00", None),
            ("2024-02-29 23:59.5", None),
            ("2024-02-29 23:59:59.", None),
            ("2024-02-29 23:59:59+0530", None),
            ("2024-02-29", None),
            ("2023-02-29 10:00:00", None),
            ("été 2024, on verra", None),
        ] {
            assert_eq!(timestamp(text).as_deref(), expected, "{text}");
        }
    }
}
