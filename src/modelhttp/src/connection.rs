//! A connection of one question: made for it, and read by whoever waits for its answer.

use std::error::Error;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use futures::stream::Stream;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::timeout;
use tower_service::Service as _;

use crate::inside::Resolver;
use crate::{Response, tls};

/// Bytes that are read from the network at once, and the longest head of an answer. Left to itself the client holds up
/// to 400 kB for each answer that comes faster than it is read.
const READ: usize = 8 << 10;

/// How often a server that says nothing is asked whether it is still there, and how often in vain.
const ALIVE: Duration = Duration::from_secs(15);
const IN_VAIN: u32 = 3;

/// What went wrong on the way to a server.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// Makes connections to one server.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    connector: HttpsConnector<HttpConnector<Resolver>>,
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
        Self { connector: HttpsConnector::from((tcp, tls::config(encrypted))), server, patience }
    }

    /// Connects, sends a request and waits for the head of its answer. No connection serves twice: one that was kept from
    /// before a restart of the server would fail the next question.
    pub(crate) async fn ask(&self, request: Request<String>) -> Result<Response, Fault> {
        let connecting = timeout(self.patience, self.connector.clone().call(self.server.clone()));
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the connection took too long");
        let socket: Box<dyn Socket> = match connecting.await.map_err(late)?? {
            MaybeHttpsStream::Http(socket) => Box::new(socket),
            MaybeHttpsStream::Https(socket) => Box::new(socket),
        };
        let mut builder = http1::Builder::new();
        let (mut sender, connection) = builder.read_buf_exact_size(Some(READ)).handshake(socket).await?;
        let answered = pin!(sender.send_request(request));
        let (response, connection) = match select(answered, Box::pin(connection)).await {
            Either::Left((response, connection)) => (response?, Some(connection)),
            // What broke it, the request hears; what came before may be the whole answer.
            Either::Right((_, answered)) => (answered.await?, None),
        };
        Ok(response.map(|incoming| Body { connection, incoming }))
    }
}

/// What bytes go through, encrypted or not.
trait Socket: Read + Write + Send + Unpin {}

impl<T: Read + Write + Send + Unpin> Socket for T {}

/// The body of an answer, in pieces as they come. Dropping it drops the connection.
pub struct Body {
    /// Reads while the body is waited for, and not otherwise; `None` once it is over.
    connection: Option<Pin<Box<http1::Connection<Box<dyn Socket>, String>>>>,
    incoming: Incoming,
}

impl Stream for Body {
    type Item = Result<Bytes, hyper::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut is_read = false;
        loop {
            match Pin::new(&mut self.incoming).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    // What follows the body says nothing.
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending if is_read => return Poll::Pending,
                Poll::Pending => {
                    is_read = true;
                    // What breaks it, the body hears.
                    self.connection.take_if(|connection| connection.as_mut().poll(context).is_ready());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;
    use pstral_core::ports::ModelError;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{Deadline, Http, Server};

    /// What a server says to the first who asks, all at once.
    async fn said(answer: Vec<u8>) -> Result<Response, ModelError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let http = Http::new(&Server::new(&format!("http://{}", listener.local_addr().unwrap()))).unwrap();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.read(&mut [0; 1024]).await.unwrap();
            // Whoever has heard enough goes.
            let _ = socket.write_all(&answer).await;
        });
        http.send(http.get("/"), "m", Deadline::after(Duration::from_secs(30))).await
    }

    #[tokio::test]
    async fn what_comes_faster_than_it_is_read_waits_in_the_network() {
        const LENGTH: usize = 1 << 20;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n");
        let answer = said([head.into_bytes(), vec![b'a'; LENGTH]].concat()).await.unwrap();
        let pieces: Vec<usize> = answer.into_body().map(|piece| piece.unwrap().len()).collect().await;
        assert_eq!(pieces.iter().sum::<usize>(), LENGTH);
        assert!(pieces.iter().all(|piece| *piece <= READ), "{pieces:?}");
    }

    #[tokio::test]
    async fn a_head_has_a_bound() {
        for (length, is_taken) in [(READ / 2, true), (2 * READ, false)] {
            let head = format!("HTTP/1.1 200 OK\r\nX-Name: {}\r\nContent-Length: 0\r\n\r\n", "a".repeat(length));
            let answer = said(head.into_bytes()).await.map(drop);
            let is_protocol = matches!(&answer, Err(ModelError::Protocol(fault)) if fault.contains("too large"));
            assert!(answer.is_ok() == is_taken && is_protocol != is_taken, "{answer:?}");
        }
    }
}
