//! A connection of one question, made for it.

use std::error::Error;
use std::io;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tower_service::Service as _;
use ureq_proto::http::Uri;

use crate::inside::Resolver;
use crate::tls;

/// How often a server that says nothing is asked whether it is still there, and how often in vain.
const ALIVE: Duration = Duration::from_secs(15);
const IN_VAIN: u32 = 3;

/// What went wrong on the way to a server, or back.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// What bytes go through, encrypted or not.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

/// Makes connections to one server.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    sockets: HttpsConnector<HttpConnector<Resolver>>,
    server: Uri,
    patience: Duration,
}

impl Connector {
    /// Connections to `server`, an address without a path, each made within `patience`.
    pub(crate) fn new(server: Uri, resolver: Resolver, patience: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(patience));
        tcp.set_keepalive(Some(ALIVE));
        tcp.set_keepalive_interval(Some(ALIVE));
        tcp.set_keepalive_retries(Some(IN_VAIN));
        let encrypted = server.scheme_str() == Some("https");
        Self { sockets: HttpsConnector::from((tcp, tls::config(encrypted))), server, patience }
    }

    /// Connects. No connection serves twice: one that was kept from before a restart of the server would fail the next
    /// question.
    pub(crate) async fn connect(&self) -> Result<Box<dyn Socket>, Fault> {
        let connecting = timeout(self.patience, self.sockets.clone().call(self.server.clone()));
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the connection took too long");
        Ok(match connecting.await.map_err(late)?? {
            MaybeHttpsStream::Http(socket) => Box::new(socket.into_inner()),
            MaybeHttpsStream::Https(socket) => Box::new(socket.into_inner()),
        })
    }
}
