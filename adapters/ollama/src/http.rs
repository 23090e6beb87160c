//! One server spoken to in plain HTTP: addresses checked, waits bounded, bodies bounded.

use std::time::Duration;

use pstral_core::ports::ModelError;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use crate::config::{InvalidUrl, OllamaConfig};
use crate::fault;

/// The largest answer read whole, in bytes: a thousand vectors of 4096 numbers take about 60 MB.
const LARGEST_BODY: usize = 64 << 20;

/// The largest body of a failure worth reading, in bytes.
const LARGEST_FAILURE: usize = 64 << 10;

/// An HTTP client that speaks to one server and goes nowhere else: no proxy of the system, no redirect.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    base: Url,
    /// Host and port, for logs.
    server: String,
}

/// When to stop waiting, and how to say so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    /// That long from now.
    pub(crate) fn after(after: Duration) -> Self {
        const FOREVER: Duration = Duration::from_hours(24 * 365);
        let now = Instant::now();
        Self { at: now.checked_add(after).unwrap_or(now + FOREVER), after }
    }

    /// The outcome of `work`, unless it takes too long.
    pub(crate) async fn bound<T>(self, work: impl Future<Output = T>) -> Result<T, ModelError> {
        timeout_at(self.at, work).await.map_err(|_| ModelError::Timeout { seconds: whole_seconds(self.after) })
    }
}

impl Http {
    /// A client of the server that `config` names.
    pub(crate) fn new(config: &OllamaConfig) -> Result<Self, InvalidUrl> {
        // First, so that no other fault repeats a password.
        if config.url.contains('@') {
            return Err(InvalidUrl::Credentials);
        }
        let malformed = |fault: String| InvalidUrl::Malformed { url: config.url.clone(), fault };
        let base = Url::parse(&config.url).map_err(|fault| malformed(fault.to_string()))?;
        if base.scheme() != "http" {
            return Err(InvalidUrl::NotHttp { url: config.url.clone() });
        }
        let host = base.host_str().ok_or_else(|| malformed("it names no host".to_owned()))?;
        let server = format!("{host}:{}", base.port_or_known_default().unwrap_or(80));
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(config.connect_timeout)
            // A connection kept from before a restart of the server would fail the next question.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|fault| malformed(fault.to_string()))?;
        Ok(Self { client, base, server })
    }

    /// A request to a path such as `/api/chat`, with the key when there is one.
    pub(crate) fn request(&self, method: Method, path: &str, config: &OllamaConfig) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let request = self.client.request(method, url);
        match &config.api_key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        }
    }

    /// Sends it and waits for the head of a success.
    pub(crate) async fn send(
        &self,
        request: RequestBuilder,
        model: &str,
        deadline: Deadline,
    ) -> Result<Response, ModelError> {
        let sent = deadline.bound(request.send()).await?;
        let response = sent.map_err(|error| fault::of_request(error, &self.server))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        // The status says enough when its body is cut or too long.
        let body = deadline.bound(self.body(response, LARGEST_FAILURE)).await?.unwrap_or_default();
        Err(fault::of_status(status, &body, model))
    }

    /// Sends it and reads the whole JSON answer.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        model: &str,
        deadline: Deadline,
    ) -> Result<T, ModelError> {
        let response = self.send(request, model, deadline).await?;
        let body = deadline.bound(self.body(response, LARGEST_BODY)).await??;
        serde_json::from_slice(&body)
            .map_err(|error| ModelError::Protocol(format!("{error} in {}", fault::excerpt(&body))))
    }

    async fn body(&self, mut response: Response, largest: usize) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| fault::of_request(error, &self.server))? {
            if body.len() + bytes.len() > largest {
                return Err(ModelError::Protocol(format!("an answer of more than {largest} bytes")));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }
}

/// Seconds to say to a person: never 0 for a wait that was real.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
