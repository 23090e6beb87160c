//! One server spoken to over HTTP: waits bounded, bodies bounded, and nowhere else gone to.

use std::sync::Arc;

use pstral_core::ports::ModelError;
use reqwest::{Client, Method, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;

use crate::address::{Address, InvalidUrl, Server};
use crate::deadline::Deadline;
use crate::inside::InsideOnly;
use crate::{fault, tls};

/// The largest answer read whole, in bytes: a thousand vectors of 4096 numbers take about 60 MB.
const LARGEST_BODY: usize = 64 << 20;

/// The largest body of a failure worth reading, in bytes.
const LARGEST_FAILURE: usize = 64 << 10;

/// An HTTP client that speaks to one server and goes nowhere else: no proxy of the system, no redirect, no address
/// outside the company's network unless it is allowed.
#[derive(Debug)]
pub struct Http {
    client: Client,
    address: Address,
    api_key: Option<SecretString>,
}

impl Http {
    /// A client of that server. Nothing is sent yet, nor is its name looked up.
    pub fn new(server: &Server) -> Result<Self, InvalidUrl> {
        let address = server.address()?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls::config(address.url.scheme() == "https"))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(server.connect_timeout)
            // A connection kept from before a restart of the server would fail the next question.
            .pool_max_idle_per_host(0);
        if !server.allow_public {
            builder = builder.dns_resolver(Arc::new(InsideOnly));
        }
        let client = builder
            .build()
            .map_err(|fault| InvalidUrl::Malformed { url: server.url.clone(), fault: fault.to_string() })?;
        Ok(Self { client, address, api_key: server.api_key.clone() })
    }

    /// Host and port, for logs.
    pub fn name(&self) -> &str {
        &self.address.name
    }

    /// A request to a path below the server's address, such as `/api/chat`, with the key when there is one.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.address.url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        let request = self.client.request(method, url);
        match &self.api_key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        }
    }

    /// Sends it and waits for the head of a success. `model` is the one it is about.
    pub async fn send(&self, request: RequestBuilder, model: &str, deadline: Deadline) -> Result<Response, ModelError> {
        let sent = deadline.bound(request.send()).await?;
        let response = sent.map_err(|error| fault::of_request(error, self.name()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        // The status says enough when its body is cut or too long.
        let body = deadline.bound(self.body(response, LARGEST_FAILURE)).await?.unwrap_or_default();
        Err(fault::of_status(status, &body, model))
    }

    /// Sends it and reads the whole JSON answer.
    pub async fn json<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        model: &str,
        deadline: Deadline,
    ) -> Result<T, ModelError> {
        let response = self.send(request, model, deadline).await?;
        let body = self.whole(response, deadline).await?;
        serde_json::from_slice(&body)
            .map_err(|error| ModelError::Protocol(format!("{error} in {}", fault::excerpt(&body))))
    }

    /// The body of an answer that does not stream.
    pub async fn whole(&self, response: Response, deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        deadline.bound(self.body(response, LARGEST_BODY)).await?
    }

    async fn body(&self, mut response: Response, largest: usize) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| fault::of_request(error, self.name()))? {
            if body.len() + bytes.len() > largest {
                return Err(ModelError::Protocol(format!("an answer of more than {largest} bytes")));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }
}
