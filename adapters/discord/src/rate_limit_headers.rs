//! Rate-limit headers of Discord's answers (<https://discord.com/developers/docs/topics/rate-limits>).

use std::time::Duration;

use pstral_core::domain::Place;
use pstral_core::ports::BudgetSignal;
use reqwest::header::HeaderMap;

/// Reads the rate-limit budget of a place from the headers of an answer, if they state one.
pub(crate) fn signal(headers: &HeaderMap, place: &Place) -> Option<BudgetSignal> {
    let word = |name: &str| headers.get(name)?.to_str().ok();
    let number = |name: &str| word(name)?.parse::<u32>().ok();
    Some(BudgetSignal {
        place: Some(place.clone()),
        limit: number("x-ratelimit-limit").filter(|limit| *limit > 0)?,
        remaining: number("x-ratelimit-remaining")?,
        reset_after: seconds(headers, "x-ratelimit-reset-after")?,
    })
}

/// Reads a header that holds a number of seconds.
pub(crate) fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(headers.get(name)?.to_str().ok()?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::PlatformName;

    use super::*;

    #[test]
    fn headers_tell_all_of_a_budget_or_nothing() {
        let place =
            Place { platform: PlatformName("discord".to_owned()), id: "7".to_owned(), thread: None, private: false };
        let told = |limit: &str, remaining: &str, reset: &str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [("limit", limit), ("remaining", remaining), ("reset-after", reset)] {
                let name: reqwest::header::HeaderName = format!("x-ratelimit-{name}").parse().unwrap();
                headers.insert(name, value.parse().unwrap());
            }
            signal(&headers, &place).map(|signal| (signal.limit, signal.remaining, signal.reset_after.as_millis()))
        };
        assert_eq!(told("5", "4", "1.250"), Some((5, 4, 1250)));
        for (limit, remaining, reset) in [("5", "4", "-1"), ("0", "0", "1"), ("x", "4", "1"), ("5", "4", "NaN")] {
            assert_eq!(told(limit, remaining, reset), None, "{limit} {remaining} {reset}");
        }
        assert_eq!(signal(&HeaderMap::new(), &place), None);
    }
}
