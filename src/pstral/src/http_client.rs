//! Requests to servers that the configuration names: bounded, without redirects, with the certificates that this machine trusts.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::{Host, Url};

/// The time-out of one request with its whole answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The time-out for a connection.
const CONNECTING: Duration = Duration::from_secs(5);
/// Bytes of an answer at most: keys, tokens and time stamps take some ten thousand.
pub(crate) const LARGEST_BODY: usize = 1 << 20;

/// Why a request has no answer that can be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    #[error("an answer of more than {LARGEST_BODY} bytes")]
    TooLarge,
    #[error("no answer within {} s", PATIENCE.as_secs())]
    TooSlow,
}

/// Creates the client of a server. It follows no redirect, so that the server cannot have it ask elsewhere, and if the server
/// has HTTPS asks nothing without it.
pub(crate) fn client(server: &Url) -> anyhow::Result<Client> {
    let is_encrypted = server.scheme() == "https";
    let builder = Client::builder()
        .use_preconfigured_tls(pstral_modelhttp::tls_config(is_encrypted))
        .redirect(Policy::none())
        .https_only(is_encrypted)
        .http1_only()
        .connect_timeout(CONNECTING)
        .timeout(PATIENCE)
        // No connection is used twice: one kept from before a restart of the server would fail the next request.
        .pool_max_idle_per_host(0);
    // A proxy does not lead to this machine.
    let builder = if is_loopback(server) { builder.no_proxy() } else { builder };
    builder.build().with_context(|| format!("the client of {server}"))
}

/// Returns the body of an answer.
pub(crate) async fn body(response: &mut Response) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await? {
        if body.len() + bytes.len() > LARGEST_BODY {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}

fn is_loopback(server: &Url) -> bool {
    match server.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_with_https_is_asked_nothing_without_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let client = client(&"https://login.intern".parse().unwrap()).unwrap();
        assert!(client.get(url).send().await.unwrap_err().is_builder());
        let asked = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(asked.is_err(), "a connection was made");
    }

    #[test]
    fn a_proxy_leads_to_every_machine_but_this_one() {
        for (server, expected) in [
            ("http://localhost:8080", true),
            ("https://127.8.0.1", true),
            ("https://[::1]:8443", true),
            ("http://localhost.intern", false),
            ("http://10.0.0.1", false),
            ("https://[fe80::1]", false),
        ] {
            assert_eq!(is_loopback(&server.parse().unwrap()), expected, "{server}");
        }
    }
}
