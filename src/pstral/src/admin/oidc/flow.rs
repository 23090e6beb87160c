//! A sign-in under way: what the browser keeps of it while it is at the provider.
//!
//! Everything is derived from one secret in a cookie, so that any instance can end what another began, and nobody who is not
//! signed in makes the state or the memory grow. The cookie needs no signature: it says nothing about who somebody is, only
//! which browser began, and when. The time takes part in what is derived, and the provider keeps the challenge and the nonce
//! that were: a cookie whose time is changed no longer fits the code.

use std::time::Duration;

use axum::http::HeaderMap;
use jiff::Timestamp;
use pstral_core::domain::hex;
use pstral_core::ports::Entropy;
use ring::hmac;

use crate::admin::caller::cookie;

/// For this host alone. It must come along when the provider's site leads back here, which `Strict` would not.
const COOKIE_NAME: &str = "__Host-pstral-oidc";

/// The time somebody may take at the provider.
const LIFETIME: Duration = Duration::from_mins(10);

/// A sign-in that a browser has begun.
pub(super) struct Flow {
    begun_at: Timestamp,
    /// 64 hexadecimal digits.
    secret: String,
}

impl Flow {
    pub(super) fn begin(entropy: &dyn Entropy, now: Timestamp) -> Self {
        Self { begun_at: now, secret: entropy.hex(32) }
    }

    /// The sign-in whose cookie came with a request.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let (begun_at, secret) = cookie(headers, COOKIE_NAME)?.split_once('.')?;
        let begun_at = Timestamp::from_millisecond(begun_at.parse().ok()?).ok()?;
        let is_ours = secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_ours.then(|| Self { begun_at, secret: secret.to_owned() })
    }

    /// The header that has the browser keep it.
    pub(super) fn cookie(&self) -> String {
        set_cookie(&format!("{}.{}", self.begun_at.as_millisecond(), self.secret), LIFETIME.as_secs())
    }

    /// True past its time, and for a time that is yet to come.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.begun_at).unsigned_abs() > LIFETIME
    }

    /// Returned by the provider with the browser: ties its answer to this browser.
    pub(super) fn state(&self) -> String {
        self.derived("state")
    }

    /// Returned by the provider in the token: ties the token to this sign-in.
    pub(super) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// Shown to the provider with the code, which is of no use without it; 43 to 128 characters (RFC 7636, section 4.1).
    pub(super) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// The name of the session that it leads to, 16 hexadecimal digits.
    pub(super) fn session_id(&self) -> String {
        self.derived("session")[..16].to_owned()
    }

    fn derived(&self, purpose: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let text = format!("{purpose} {}", self.begun_at.as_millisecond());
        hex(hmac::sign(&key, text.as_bytes()).as_ref())
    }
}

/// The header that has the browser forget it.
pub(super) fn ended() -> String {
    set_cookie("", 0)
}

fn set_cookie(value: &str, seconds: u64) -> String {
    format!("{COOKIE_NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}")
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;
    use pstral_core::testkit::clock::CountingEntropy;

    use super::*;

    fn sent(value: &str) -> Option<Flow> {
        Flow::of(&HeaderMap::from_iter([(COOKIE, format!("a=b; {COOKIE_NAME}={value}").parse().unwrap())]))
    }

    #[test]
    fn a_cookie_gives_the_sign_in_back_and_everything_derived_depends_on_its_time() {
        let now: Timestamp = "2026-11-25T10:00:00Z".parse().unwrap();
        let flow = Flow::begin(&CountingEntropy::default(), now);
        let all = |flow: &Flow| [flow.state(), flow.nonce(), flow.verifier(), flow.session_id()];
        let value = flow.cookie().strip_prefix("__Host-pstral-oidc=").unwrap().split_once(';').unwrap().0.to_owned();
        assert_eq!(all(&sent(&value).unwrap()), all(&flow));
        let (time, secret) = value.split_once('.').unwrap();
        let later = sent(&format!("{}.{secret}", time.parse::<i64>().unwrap() + 1)).unwrap();
        for (one, other) in all(&flow).iter().zip(all(&later)) {
            assert_ne!(*one, other);
        }
        let derived: std::collections::BTreeSet<String> = all(&flow).into_iter().chain([secret.to_owned()]).collect();
        assert_eq!(derived.len(), 5, "each for one purpose: {derived:?}");
        for (after, expected) in [(-601_i64, true), (-1, false), (0, false), (600, false), (601, true)] {
            assert_eq!(flow.has_expired(now + jiff::SignedDuration::from_secs(after)), expected, "{after}");
        }
    }

    #[test]
    fn what_is_not_such_a_cookie_is_none() {
        let secret = "a".repeat(64);
        for value in
            ["", ".", "1", &secret, &format!("x.{secret}"), "1.abc", &format!("1.{secret}0"), &format!("1.é{secret}")]
        {
            assert!(sent(value).is_none(), "{value}");
        }
        assert!(sent(&format!("{}.{secret}", i64::MAX)).is_none());
        assert!(sent(&format!("1.{secret}")).is_some());
    }
}
