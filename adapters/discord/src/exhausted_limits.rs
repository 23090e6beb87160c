//! Rate limits that Discord said are used up. A request that it would refuse is not sent: its text would be stale by the
//! time it was, and ten thousand refused requests within ten minutes ban the address
//! (<https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans>).

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serenity::http::{RatelimitingBucket, Route};
use tokio::time::Instant;

use crate::rate_limit_headers::seconds;

/// The limits that are used up, each with the time until which it is.
#[derive(Default)]
pub(crate) struct ExhaustedLimits(Mutex<State>);

#[derive(Default)]
struct State {
    global: Option<Instant>,
    buckets: HashMap<RatelimitingBucket, Instant>,
}

impl ExhaustedLimits {
    /// Returns the time until a request to this route would be accepted; `None` if it would be now.
    pub(crate) fn wait(&self, route: &Route<'_>) -> Option<Duration> {
        let state = self.0.lock();
        let bucket = state.buckets.get(&route.ratelimiting_bucket()).copied();
        state.global.max(bucket)?.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }

    /// Learns from the headers of an answer.
    pub(crate) fn learn(&self, route: &Route<'_>, status: StatusCode, headers: &HeaderMap) {
        let is_refused = status == StatusCode::TOO_MANY_REQUESTS;
        let is_last = headers.get("x-ratelimit-remaining").is_some_and(|remaining| remaining == "0");
        let wait = match (is_refused, is_last) {
            (true, _) => seconds(headers, "retry-after"),
            (false, true) => seconds(headers, "x-ratelimit-reset-after"),
            (false, false) => None,
        };
        let (Some(wait), now) = (wait, Instant::now()) else { return };
        let mut state = self.0.lock();
        if is_refused && headers.contains_key("x-ratelimit-global") {
            state.global = Some(now + wait);
        } else {
            state.buckets.retain(|_, until| *until > now);
            state.buckets.insert(route.ratelimiting_bucket(), now + wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use serenity::model::id::ChannelId;

    use super::*;

    const OK: StatusCode = StatusCode::OK;
    const TOO_MANY: StatusCode = StatusCode::TOO_MANY_REQUESTS;

    fn channel(id: u64) -> Route<'static> {
        Route::ChannelMessages { channel_id: ChannelId::new(id) }
    }

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_left_alone_until_it_is_full_again() {
        let exhausted = ExhaustedLimits::default();
        exhausted.learn(&channel(1), OK, &headers(&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset-after", "5")]));
        assert_eq!(exhausted.wait(&channel(1)), None);
        exhausted.learn(
            &channel(1),
            OK,
            &headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", "2.5")]),
        );
        assert_eq!(exhausted.wait(&channel(1)), Some(Duration::from_millis(2_500)));
        assert_eq!(exhausted.wait(&channel(2)), None);
        tokio::time::advance(Duration::from_millis(2_500)).await;
        assert_eq!(exhausted.wait(&channel(1)), None);
        exhausted.learn(&channel(2), TOO_MANY, &headers(&[("retry-after", "1"), ("x-ratelimit-remaining", "0")]));
        assert_eq!(exhausted.wait(&channel(2)), Some(Duration::from_secs(1)));
        assert_eq!(exhausted.0.lock().buckets.len(), 1, "what is over is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn the_global_limit_is_that_of_every_route() {
        let exhausted = ExhaustedLimits::default();
        exhausted.learn(&channel(1), TOO_MANY, &headers(&[("retry-after", "3"), ("x-ratelimit-global", "true")]));
        assert_eq!(exhausted.wait(&channel(2)), Some(Duration::from_secs(3)));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(exhausted.wait(&channel(2)), None);
    }
}
