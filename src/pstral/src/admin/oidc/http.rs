//! Requests to the provider: bounded, with the certificates that this machine trusts, and to where they were meant to go.

use std::time::Duration;

use anyhow::Context as _;
use futures::future::BoxFuture;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use url::Url;

/// The time-out of one request with its whole answer, and of all requests for one step of a sign-in.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The time-out for a connection.
const CONNECTING: Duration = Duration::from_secs(5);
/// Bytes of an answer at most: keys and tokens take some ten thousand.
const LARGEST_BODY: usize = 1 << 20;

/// Why a request has no answer that can be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    #[error("an answer of more than {LARGEST_BODY} bytes")]
    TooLarge,
    #[error("no answer within {} s", PATIENCE.as_secs())]
    TooSlow,
}

/// A client that follows no redirect, so that the provider cannot have it ask elsewhere, and of an HTTPS provider asks nothing
/// without HTTPS, whatever addresses the provider names.
pub(super) struct Http(reqwest::Client);

impl Http {
    pub(super) fn new(issuer: &Url) -> anyhow::Result<Self> {
        let is_encrypted = issuer.scheme() == "https";
        let mut builder = reqwest::Client::builder()
            .use_preconfigured_tls(pstral_modelhttp::tls_config(is_encrypted))
            .redirect(Policy::none())
            .https_only(is_encrypted)
            .http1_only()
            .connect_timeout(CONNECTING)
            .timeout(PATIENCE)
            // No connection is used twice: one kept from before a restart of the provider would fail the next sign-in.
            .pool_max_idle_per_host(0);
        if !is_encrypted {
            // Such a provider is on this machine.
            builder = builder.no_proxy();
        }
        Ok(Self(builder.build().context("the client of the provider of accounts")?))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut response = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await? {
            if body.len() + bytes.len() > LARGEST_BODY {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&bytes);
        }
        let mut whole = HttpResponse::new(body);
        *whole.status_mut() = response.status();
        std::mem::swap(whole.headers_mut(), response.headers_mut());
        Ok(whole)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = BoxFuture<'c, Result<HttpResponse, HttpError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_https_provider_has_nothing_asked_without_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let http = Http::new(&"https://login.intern".parse().unwrap()).unwrap();
        let request = openidconnect::http::Request::builder().uri(&url).body(Vec::new()).unwrap();
        assert!(matches!(http.call(request).await, Err(HttpError::Request(error)) if error.is_builder()));
        let asked = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(asked.is_err(), "a connection was made");
    }
}
