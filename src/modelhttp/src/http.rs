//! An HTTP client for one model server, with bounded waits and bodies.

use std::sync::Arc;
use std::time::Duration;

use pstral_core::ports::ModelError;
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::address::{Address, InvalidUrl, Server};
use crate::deadline::Deadline;
use crate::inside::Resolver;
use crate::{fault, tls};

/// The largest answer read whole, in bytes: a thousand vectors of 4096 numbers take about 60 MB.
const LARGEST_BODY: usize = 64 << 20;

/// The largest body of a failure worth reading, in bytes.
const LARGEST_FAILURE: usize = 64 << 10;

/// Time that a connection is idle before TCP probes it, and between two probes.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Unanswered TCP probes that end a connection.
const KEEPALIVE_PROBES: u32 = 3;

/// An HTTP client that connects to one server only: it uses no proxy, follows no redirect, and refuses public addresses
/// unless they are allowed.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    address: Address,
    api_key: Option<SecretString>,
}

/// A request that is ready to be sent, or the reason why it cannot be.
pub type Request = reqwest::RequestBuilder;

/// An answer whose head has arrived.
pub type Response = reqwest::Response;

impl Http {
    /// Creates a client of that server. Nothing is sent yet, and its name is not looked up.
    pub fn new(server: &Server) -> Result<Self, InvalidUrl> {
        Self::with_resolver(server, Resolver { allow_public: server.allow_public })
    }

    fn with_resolver(server: &Server, resolver: impl Resolve + 'static) -> Result<Self, InvalidUrl> {
        let address = server.address()?;
        let client = reqwest::Client::builder()
            .use_preconfigured_tls(tls::config(address.url.scheme() == "https"))
            .dns_resolver(Arc::new(resolver))
            .no_proxy()
            .redirect(Policy::none())
            .http1_only()
            // No connection is used twice: one kept from before a restart of the server would fail the next question.
            .pool_max_idle_per_host(0)
            .connect_timeout(server.connect_timeout)
            .tcp_keepalive(KEEPALIVE)
            .tcp_keepalive_interval(KEEPALIVE)
            .tcp_keepalive_retries(KEEPALIVE_PROBES)
            .build()
            .expect("invariant: the TLS configuration is of the version that the client uses");
        Ok(Self { client, address, api_key: server.api_key.clone() })
    }

    /// Host and port, for logs.
    pub fn name(&self) -> &str {
        &self.address.name
    }

    /// Creates a GET request for a path below the server's address, such as `/api/tags`, with the key if there is one.
    pub fn get(&self, path: &str) -> Request {
        self.authorized(self.client.get(self.address.below(path)))
    }

    /// Creates a POST request with a JSON body, as [`Http::get`] does without one.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Request {
        self.authorized(self.client.post(self.address.below(path)).json(body))
    }

    fn authorized(&self, request: Request) -> Request {
        match &self.api_key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        }
    }

    /// Sends a request and waits for the head of a successful answer. `model` is the model that failures name.
    pub async fn send(&self, request: Request, model: &str, deadline: Deadline) -> Result<Response, ModelError> {
        let response = deadline.bound(request.send()).await?.map_err(|error| fault::of_request(&error, self.name()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        // The status says enough when its body is cut or too long.
        let body = deadline.bound(self.body(response, LARGEST_FAILURE)).await?.unwrap_or_default();
        Err(fault::of_status(status, &body, model))
    }

    /// Sends a request and reads the whole JSON answer.
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

    /// Reads the body of an answer that does not stream.
    pub async fn whole(&self, response: Response, deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        deadline.bound(self.body(response, LARGEST_BODY)).await?
    }

    async fn body(&self, mut response: Response, largest: usize) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| fault::of_request(&error, self.name()))? {
            if body.len() + bytes.len() > largest {
                return Err(ModelError::Protocol(format!("an answer of more than {largest} bytes")));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::dns::{Name, Resolving};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::Outside;

    /// Reads an answer as a client does: its whole body, or why there is none. The server sends the answer all at
    /// once, after the first bytes of a request with a body of that size.
    async fn understood(answer: impl Into<Vec<u8>>, asked: usize) -> Result<String, ModelError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let http = Http::new(&Server::new(&format!("http://{}", listener.local_addr().unwrap()))).unwrap();
        let answer = answer.into();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            assert!(socket.read(&mut [0; 1024]).await.unwrap() > 0);
            // The client may have closed the connection already.
            let _ = socket.write_all(&answer).await;
            let _ = socket.shutdown().await;
            while socket.read(&mut [0; 1024]).await.is_ok_and(|length| length > 0) {}
        });
        let deadline = Deadline::after(Duration::from_secs(30));
        let response = http.send(http.post("/", &"a".repeat(asked)), "m", deadline).await?;
        Ok(String::from_utf8(http.whole(response, deadline).await?).unwrap())
    }

    /// A resolver whose every name leads outside.
    struct PublicNames;

    impl Resolve for PublicNames {
        fn resolve(&self, name: Name) -> Resolving {
            let address = "8.8.8.8".parse().unwrap();
            Box::pin(async move { Err(Outside { host: name.as_str().to_owned(), address }.into()) })
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_outside_is_refused_with_the_address() {
        let http = Http::with_resolver(&Server::new("http://gpu.intern:8000"), PublicNames).unwrap();
        let refused = http.send(http.get("/"), "m", Deadline::after(Duration::from_secs(30))).await.map(drop);
        assert_eq!(refused, Err(ModelError::Outside("gpu.intern leads to the public address 8.8.8.8".to_owned())));
    }

    #[tokio::test]
    async fn a_handshake_that_hangs_ends_with_the_time_for_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let http = Http::new(&Server { connect_timeout: Duration::from_millis(50), ..Server::new(&url) }).unwrap();
        let late = http.send(http.get("/"), "m", Deadline::after(Duration::from_secs(30))).await.map(drop);
        assert!(matches!(&late, Err(ModelError::Unavailable(fault)) if fault.contains("timed out")), "{late:?}");
    }

    #[tokio::test]
    async fn a_head_has_a_bound() {
        for (length, is_taken) in [(4 << 10, true), (1 << 20, false)] {
            let head = format!("HTTP/1.1 200 OK\r\nX-Name: {}\r\nContent-Length: 0\r\n\r\n", "a".repeat(length));
            let answer = understood(head, 1).await;
            let is_protocol = matches!(&answer, Err(ModelError::Protocol(fault)) if fault.contains("too large"));
            assert!(answer.is_ok() == is_taken && is_protocol != is_taken, "{answer:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_is_whole_or_an_error() {
        const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (head, body, expected) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "hello", Some("hello")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "hell", None),
            ("HTTP/1.0 200 OK\r\n\r\n", "hello", Some("hello")),
            ("HTTP/1.1 204 No Content\r\n\r\n", "", Some("")),
            ("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "hello", Some("hello")),
            (CHUNKED, "5\r\nhello\r\n0\r\nTook: 1\r\n\r\n", Some("hello")),
            (CHUNKED, "5\r\nhello\r\n", None),
            (CHUNKED, "five\r\nhello\r\n", None),
            ("HTTP/1.1 200 OK\r\nX: ", "", None),
        ] {
            let answer = understood(format!("{head}{body}"), 1).await;
            let is_right = match expected {
                Some(expected) => answer.as_deref() == Ok(expected),
                None => matches!(answer, Err(ModelError::Unavailable(_))),
            };
            assert!(is_right, "{head}{body}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_heard_before_everything_was_sent() {
        let refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(understood(refusal, 32 << 20).await, Err(ModelError::PromptTooLong));
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_not_read_to_its_end() {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", LARGEST_BODY + 1);
        let answer = understood([head.into_bytes(), vec![b'a'; LARGEST_BODY + 1]].concat(), 1).await;
        assert_eq!(answer, Err(ModelError::Protocol(format!("an answer of more than {LARGEST_BODY} bytes"))));
    }
}
