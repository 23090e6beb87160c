//! One server spoken to over HTTP: waits bounded, bodies bounded, and nowhere else gone to.

use futures::TryStreamExt as _;
use pstral_core::ports::ModelError;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq_proto::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use ureq_proto::http::{self, Method, Uri};
use url::Position;

use crate::address::{Address, InvalidUrl, Server};
use crate::body::Body;
use crate::connection::{Connector, Fault};
use crate::deadline::Deadline;
use crate::inside::Resolver;
use crate::{exchange, fault};

/// The largest answer read whole, in bytes: a thousand vectors of 4096 numbers take about 60 MB.
const LARGEST_BODY: usize = 64 << 20;

/// The largest body of a failure worth reading, in bytes.
const LARGEST_FAILURE: usize = 64 << 10;

/// An HTTP client that speaks to one server and goes nowhere else: no proxy of the system, no redirect, no address
/// outside the company's network unless it is allowed.
#[derive(Debug)]
pub struct Http {
    connector: Connector,
    address: Address,
    api_key: Option<SecretString>,
}

/// A request that is ready to be sent, or why it is none.
pub struct Request(Result<http::Request<String>, Fault>);

/// An answer of which the head has come.
pub type Response = http::Response<Body>;

impl Http {
    /// A client of that server. Nothing is sent yet, nor is its name looked up.
    pub fn new(server: &Server) -> Result<Self, InvalidUrl> {
        let address = server.address()?;
        let place = Uri::try_from(&address.url[..Position::BeforePath]);
        let place =
            place.map_err(|fault| InvalidUrl::Malformed { url: server.url.clone(), fault: fault.to_string() })?;
        let resolver = Resolver { allow_public: server.allow_public };
        let connector = Connector::new(place, resolver, server.connect_timeout);
        Ok(Self { connector, address, api_key: server.api_key.clone() })
    }

    /// Host and port, for logs.
    pub fn name(&self) -> &str {
        &self.address.name
    }

    /// Asks for a path below the server's address, such as `/api/tags`, with the key when there is one.
    pub fn get(&self, path: &str) -> Request {
        Request(self.request(Method::GET, path, String::new()))
    }

    /// Sends JSON to a path below the server's address, such as `/api/chat`, with the key when there is one.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Request {
        let body = serde_json::to_string(body).map_err(Fault::from);
        Request(body.and_then(|body| self.request(Method::POST, path, body)))
    }

    fn request(&self, method: Method, path: &str, body: String) -> Result<http::Request<String>, Fault> {
        let mut url = self.address.url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        let mut request = http::Request::builder()
            .method(method)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(HOST, url.authority())
            .header(ACCEPT, "*/*");
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(key) = &self.api_key {
            let mut key = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))?;
            key.set_sensitive(true);
            request = request.header(AUTHORIZATION, key);
        }
        Ok(request.body(body)?)
    }

    /// Sends it and waits for the head of a success. `model` is the one it is about.
    pub async fn send(&self, request: Request, model: &str, deadline: Deadline) -> Result<Response, ModelError> {
        let asked = async { exchange::ask(self.connector.connect().await?, request.0?).await };
        let response = deadline.bound(asked).await?.map_err(|error| fault::of_request(&*error, self.name()))?;
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
        request: Request,
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

    async fn body(&self, response: Response, largest: usize) -> Result<Vec<u8>, ModelError> {
        let (mut pieces, mut body) = (response.into_body(), Vec::new());
        while let Some(bytes) = pieces.try_next().await.map_err(|error| fault::of_request(&*error, self.name()))? {
            if body.len() + bytes.len() > largest {
                return Err(ModelError::Protocol(format!("an answer of more than {largest} bytes")));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }
}
