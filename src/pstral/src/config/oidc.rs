//! What cannot be meant in `[admin.oidc]`, and in the address that it needs.

use std::net::IpAddr;

use pstral_core::text::text;
use secrecy::ExposeSecret as _;
use url::Url;

use super::Fault;
use super::schema::AdminConfig;

/// Validates sign-in with the company's own accounts; returns all errors.
pub(super) fn oidc_faults(admin: &AdminConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, key: &str, word: &'static str| {
        if !holds {
            faults.push(Fault::new(key, text(word)));
        }
    };
    let public = admin.public_url.as_deref();
    check(public.is_none_or(is_origin), "admin.public_url", "config-admin-public-url");
    let Some(oidc) = &admin.oidc else { return faults };
    check(public.is_some(), "admin.public_url", "config-missing");
    for (key, value) in [
        ("admin.oidc.issuer", &oidc.issuer),
        ("admin.oidc.client_id", &oidc.client_id),
        ("admin.oidc.claim", &oidc.claim),
    ] {
        check(!value.trim().is_empty(), key, "config-missing");
    }
    let has_secret = oidc.client_secret.as_ref().is_some_and(|secret| !secret.expose_secret().is_empty());
    check(has_secret, "admin.oidc.client_secret", "config-missing");
    check(oidc.issuer.is_empty() || safe(&oidc.issuer).is_some(), "admin.oidc.issuer", "config-oidc-issuer");
    // As RFC 6749 has them, section 3.3: signs without space, quotation mark and backslash.
    let is_scope =
        |scope: &String| !scope.is_empty() && scope.bytes().all(|c| c.is_ascii_graphic() && c != b'"' && c != b'\\');
    check(oidc.scopes.iter().all(is_scope), "admin.oidc.scopes", "config-oidc-scopes");
    faults
}

/// An address whose connections nobody reads: of HTTPS, or of this machine; without what would end up in logs.
pub(super) fn safe(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let is_loopback = match url.host_str()?.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(number) => number.is_loopback(),
        Err(_) => url.host_str() == Some("localhost"),
    };
    let is_bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (is_bare && (url.scheme() == "https" || url.scheme() == "http" && is_loopback)).then_some(url)
}

/// Nothing but scheme, host and port: the endpoint and its cookies are those of a whole host.
fn is_origin(address: &str) -> bool {
    safe(address).is_some_and(|url| url.path() == "/")
}
