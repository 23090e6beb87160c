//! Connections to the endpoint: few at a time and none for long, so that whoever holds them open takes nothing from the bot.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admin::{Peer, Tls};

/// Pause after a connection that could not be taken, for want of file descriptors for one.
const PAUSE: Duration = Duration::from_secs(1);

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The maximum number of connections; others wait to be accepted.
    pub(super) connections: usize,
    /// The time-out for the head of a request.
    pub(super) head: Duration,
    /// The time-out from the first byte to the last.
    pub(super) whole: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: 64, head: Duration::from_secs(10), whole: Duration::from_secs(30) }
    }
}

/// Serves one request a connection, encrypted where there is a certificate, until `end` is cancelled, and then waits for those
/// under way. Each request has the other end of its connection as [`Peer`].
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Tls>,
    bounds: Bounds,
    end: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(bounds.connections));
    let tasks = TaskTracker::new();
    loop {
        let (stream, peer, place) = tokio::select! {
            biased;
            () = end.cancelled() => break,
            taken = take(&listener, &places) => taken,
        };
        let router = router.clone().layer(Extension(Peer(peer.ip())));
        let (acceptor, end) = (tls.as_ref().map(Tls::acceptor), end.clone());
        tasks.spawn(async move {
            match acceptor {
                None => answer(stream, router, bounds, end).await,
                Some(acceptor) => match tokio::time::timeout(bounds.head, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => answer(stream, router, bounds, end).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS connection could not be made"),
                    Err(_) => tracing::debug!("a TLS connection took too long and was closed"),
                },
            }
            drop(place);
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// The next connection, once there is a place for it.
async fn take(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await.expect("invariant: the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) => {
                tracing::warn!(%error, "an HTTP connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Serves one connection within its time limits; at the end of the program it may finish its request.
async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router, bounds: Bounds, end: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head).keep_alive(false);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    let until_its_end = async {
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = end.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        connection.await
    };
    match tokio::time::timeout(bounds.whole, until_its_end).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "an HTTP connection ended with an error"),
        Err(_) => tracing::debug!("an HTTP connection took too long and was closed"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const SHORT: Bounds =
        Bounds { connections: 4, head: Duration::from_millis(300), whole: Duration::from_millis(900) };

    /// An endpoint whose address is given; it ends with the token.
    async fn endpoint() -> (std::net::SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let end = CancellationToken::new();
        let slow = get(async || tokio::time::sleep(Duration::from_mins(1)).await);
        let router = Router::new().route("/", get(async || "ok\n")).route("/slow", slow);
        (address, end.clone(), tokio::spawn(serve(listener, router, None, SHORT, end)))
    }

    async fn says(address: std::net::SocketAddr, request: &str) -> (TcpStream, Instant) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        (stream, Instant::now())
    }

    async fn hears(stream: &mut TcpStream) -> String {
        let mut answer = Vec::new();
        // A connection that is cut may say so instead of ending.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn requests_that_never_come_whole_keep_nobody_out() {
        let (address, _, _) = endpoint().await;
        let mut half = Vec::new();
        for request in ["GET / HTTP/1.1\r\n", "", "G", "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"].repeat(4) {
            half.push(says(address, request).await);
        }
        let (mut whole, _) = says(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(hears(&mut whole).await.ends_with("ok\n"));
        for (mut stream, begun) in half {
            let told = hears(&mut stream).await;
            assert!(!told.contains("ok\n"), "{told}");
            // Four rounds of four, none longer than the whole; a busy machine has a little more.
            assert!(begun.elapsed() < SHORT.whole * 4 * 4, "{:?}", begun.elapsed());
        }
    }

    #[tokio::test]
    async fn no_more_are_taken_than_there_are_places() {
        let (address, _, _) = endpoint().await;
        let begun = Instant::now();
        let mut held = Vec::new();
        for _ in 0..SHORT.connections {
            held.push(says(address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await);
        }
        let (mut next, _) = says(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(hears(&mut next).await.ends_with("ok\n"));
        assert!(begun.elapsed() >= SHORT.whole, "answered before a place was free: {:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn what_is_under_way_is_awaited_at_the_end() {
        let (address, end, serving) = endpoint().await;
        let (mut held, begun) = says(address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let (mut whole, _) = says(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(hears(&mut whole).await.ends_with("ok\n"));
        end.cancel();
        serving.await.unwrap();
        assert!(begun.elapsed() >= SHORT.whole / 2, "cut at once");
        hears(&mut held).await;
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }
}
