//! Requests to time stamp servers and witnesses: bounded, with the certificates that this machine trusts, without redirects.

use std::time::Duration;

use anyhow::Context as _;
use pstral_core::text::text;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use url::Url;

use super::destination::DeliveryError;

/// The time-out for a connection.
const CONNECTING: Duration = Duration::from_secs(5);
/// The time-out for a request with its whole answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer at most: a time stamp with its certificates takes some ten thousand.
const LARGEST_BODY: usize = 256 * 1024;

/// A client of one server.
pub(super) struct Http {
    client: reqwest::Client,
    url: Url,
}

impl Http {
    /// A client that posts to this address.
    pub(super) fn new(url: Url) -> anyhow::Result<Self> {
        let builder = reqwest::Client::builder()
            .use_preconfigured_tls(pstral_modelhttp::tls_config(url.scheme() == "https"))
            .redirect(Policy::none())
            .connect_timeout(CONNECTING)
            .timeout(PATIENCE)
            .http1_only()
            .pool_max_idle_per_host(0);
        // A proxy does not lead to this machine.
        let builder = if is_loopback(&url) { builder.no_proxy() } else { builder };
        let client = builder.build().with_context(|| format!("the client of {url}"))?;
        Ok(Self { client, url })
    }

    /// Posts a body; returns the status and the body of the answer.
    pub(super) async fn post(&self, kind: &'static str, body: Vec<u8>) -> Result<(StatusCode, Vec<u8>), DeliveryError> {
        let request =
            self.client.post(self.url.clone()).header(CONTENT_TYPE, HeaderValue::from_static(kind)).body(body);
        // Without its causes, an error says only that there is one.
        let failed = |error: reqwest::Error| DeliveryError::failed(&format!("{:#}", anyhow::Error::from(error)));
        let mut response = request.send().await.map_err(failed)?;
        let mut answer = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(failed)? {
            if answer.len() + bytes.len() > LARGEST_BODY {
                let sentence = text("head-server-answer").with("url", self.url.as_str());
                return Err(DeliveryError::Failed(sentence.count("bytes", LARGEST_BODY as u64)));
            }
            answer.extend_from_slice(&bytes);
        }
        Ok((response.status(), answer))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
