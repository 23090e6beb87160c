//! Whoever makes a request: by the cookie of a session or the token of a script.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, Capability, Locale, User, sha256};
use pstral_core::egress::fit;
use pstral_core::text::text;
use pstral_store::SignIn;
use tokio::sync::OnceCell;

use super::Admin;
use super::problem::Problem;

/// The cookie of a session: for this host alone, over HTTPS or on the machine itself
/// (<https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes>).
pub(super) const COOKIE_NAME: &str = "__Host-pstral";

/// The time between two warnings that a proxy names nobody.
const WARNED_EVERY: Duration = Duration::from_mins(1);

/// The other end of the connection; the server adds it to each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Where a request comes from: the peer, or whom a trusted proxy names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address(pub(super) IpAddr);

/// The language of a request's caller, for a problem. The state is asked once per request: a second look would make somebody
/// wait twice while it hangs.
#[derive(Debug, Clone, Default)]
pub(super) struct CallerLocale {
    /// The hash of the secret that the request came with.
    hash: Option<String>,
    locale: Arc<OnceCell<Option<Locale>>>,
}

impl CallerLocale {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let secret = bearer(headers).or_else(|| cookie(headers, COOKIE_NAME));
        Self { hash: secret.map(sha256), locale: Arc::default() }
    }

    /// The language of whoever is signed in; none if nobody is, or the state cannot be reached.
    pub(super) async fn get(&self, admin: &Admin) -> Option<Locale> {
        let found = async || {
            let found = admin.store.sign_in(self.hash.as_ref()?, admin.now()).await;
            found.ok()?.map(|(_, user)| user.locale)
        };
        *self.locale.get_or_init(found).await
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) user: User,
    pub(super) sign_in: SignIn,
    pub(super) address: Address,
}

impl Caller {
    /// True if the caller's role has the capability and their sign-in may use it.
    pub(super) fn may(&self, admin: &Admin, capability: Capability) -> bool {
        self.sign_in.allows(capability) && admin.pipeline.parts().settings.roles.may(&self.user.role, capability)
    }

    /// Requires a capability; a denied attempt is recorded.
    pub(super) async fn require(&self, admin: &Admin, capability: Capability, tried: &str) -> Result<(), Problem> {
        if self.may(admin, capability) {
            return Ok(());
        }
        let denied = admin.event_of(self, AuditAction::Denied);
        let detail = Some(format!("{} needs {}", fit(tried, 200), capability.word()));
        admin.record(AuditEvent { status: AuditStatus::Refused, detail, ..denied }).await?;
        Err(Problem::new(StatusCode::FORBIDDEN, text("api-forbidden").with("capability", capability.word())))
    }
}

impl FromRequestParts<Arc<Admin>> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Problem> {
        let Some(Peer(peer)) = parts.extensions.get::<Peer>().copied() else {
            return Err(anyhow::anyhow!("invariant: the server adds the peer to each request").into());
        };
        let peer = peer.to_canonical();
        let is_trusted = admin.settings.trusted_proxies.contains(&peer);
        if !admin.settings.is_encrypted && !is_trusted && !peer.is_loopback() {
            return Err(Problem::new(StatusCode::FORBIDDEN, text("api-by-proxy")));
        }
        Ok(Self(address(peer, &parts.headers, is_trusted)))
    }
}

/// The last address that a trusted proxy adds is the one it saw; those before it may be anybody's invention.
fn address(peer: IpAddr, headers: &HeaderMap, is_trusted: bool) -> IpAddr {
    let Some(value) = headers.get_all("x-forwarded-for").iter().next_back().filter(|_| is_trusted) else { return peer };
    let last = value.to_str().ok().and_then(|value| value.rsplit(',').next());
    last.and_then(|last| forwarded(last.trim())).unwrap_or_else(|| {
        warn_unreadable(peer, value);
        peer
    })
}

/// Reads an address as proxies write it: some add its port, and brackets around one of IPv6.
fn forwarded(written: &str) -> Option<IpAddr> {
    let bare = || written.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || written.parse::<SocketAddr>().ok().map(|address| address.ip());
    let read = written.parse().ok().or_else(bare).or_else(with_port);
    read.map(|address: IpAddr| address.to_canonical())
}

/// Logs, at most once a minute, that callers behind a proxy all count under its address: wrong passwords of one lock out all.
fn warn_unreadable(proxy: IpAddr, value: &HeaderValue) {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if last.is_none_or(|last| last.elapsed() >= WARNED_EVERY) {
        *last = Some(Instant::now());
        tracing::warn!(%proxy, ?value, "address in X-Forwarded-For not readable; using the address of the proxy");
    }
}

impl FromRequestParts<Arc<Admin>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Problem> {
        let address = Address::from_request_parts(parts, admin).await?;
        let unknown = || Problem::new(StatusCode::UNAUTHORIZED, text("api-sign-in"));
        let secret = match (bearer(&parts.headers), cookie(&parts.headers, COOKIE_NAME)) {
            (Some(token), _) => token,
            (None, Some(cookie)) => {
                refuse_other_sites(parts)?;
                cookie
            }
            (None, None) => return Err(unknown()),
        };
        // A secret of 256 random bits needs no slow hash.
        let found = admin.store.sign_in(&sha256(secret), admin.now()).await;
        if let Some(CallerLocale { locale, .. }) = parts.extensions.get() {
            let _ = locale.set(found.as_ref().ok().and_then(|found| Some(found.as_ref()?.1.locale)));
        }
        let found = found?;
        let (sign_in, user) = found.ok_or_else(unknown)?;
        Ok(Self { user, sign_in, address })
    }
}

/// A browser sends the cookie with what a page of another site makes it ask for, too, unless it keeps to `SameSite`.
fn refuse_other_sites(parts: &Parts) -> Result<(), Problem> {
    let site = parts.headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let is_ours = matches!(site, None | Some("same-origin" | "none"));
    if is_ours || parts.method == Method::GET {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, text("api-other-site")))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The value of a cookie that came with a request.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == wanted).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_where_a_request_comes_from() {
        let (peer, proxy): (IpAddr, IpAddr) = ("203.0.113.9".parse().unwrap(), "10.0.0.1".parse().unwrap());
        let headers =
            |value: &str| HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value.parse().unwrap())]);
        for (from, value, expected) in [
            (peer, "198.51.100.1", "203.0.113.9"),
            (proxy, "198.51.100.1", "198.51.100.1"),
            (proxy, "192.0.2.66, 198.51.100.1", "198.51.100.1"),
            (proxy, "unknown", "10.0.0.1"),
            (proxy, "192.0.2.66:1, 198.51.100.1:567", "198.51.100.1"),
            (proxy, "[2001:db8::7]:80", "2001:db8::7"),
            (proxy, "[2001:db8::7]", "2001:db8::7"),
            (proxy, "2001:db8::7", "2001:db8::7"),
            (proxy, "::ffff:198.51.100.1", "198.51.100.1"),
            (proxy, "198.51.100.1:567:8", "10.0.0.1"),
            (peer, "198.51.100.1:567", "203.0.113.9"),
        ] {
            assert_eq!(address(from, &headers(value), from == proxy).to_string(), expected, "{value}");
        }
        assert_eq!(address(proxy, &HeaderMap::new(), true), proxy);
    }
}
