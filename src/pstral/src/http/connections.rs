//! Connections to the endpoint: few at a time and none for long, so that whoever holds them open takes nothing from the bot.
//!
//! Where there is no room for another one, the oldest connection whose request has not come whole, its body too, gives way.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::Request;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
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

/// Time for which a new connection is held where as many wait as may; then it is closed.
const LOBBY_PATIENCE: Duration = Duration::from_millis(100);

/// The limits of connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The maximum number of connections; as many wait, and others are closed.
    pub(super) connections: usize,
    /// How many of them are kept for this machine, whose health checks must not fail because of others.
    pub(super) local: usize,
    /// The time-out for the head of a request.
    pub(super) head: Duration,
    /// The time-out from the first byte to the last.
    pub(super) whole: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: 64, local: 8, head: Duration::from_secs(10), whole: Duration::from_secs(30) }
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
    let (places, tasks) = (Places::new(bounds), TaskTracker::new());
    let lobby = Arc::new(Semaphore::new(bounds.connections));
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = end.cancelled() => break,
            accepted = accept(&listener) => accepted,
        };
        // Those that waited are gone in a moment, unless all places hold requests that are under way.
        let room = tokio::time::timeout(LOBBY_PATIENCE, Arc::clone(&lobby).acquire_owned());
        let Ok(Ok(waiting)) = room.await else { continue };
        let router = router.clone().layer(Extension(Peer(peer.ip())));
        let (places, acceptor, end) = (places.clone(), tls.as_ref().map(Tls::acceptor), end.clone());
        tasks.spawn(async move {
            let place = tokio::select! {
                place = places.take(peer.ip().is_loopback()) => place,
                () = end.cancelled() => return,
            };
            drop(waiting);
            let pending = Arc::new(places.begin_request());
            let served = async {
                match acceptor {
                    None => answer(stream, router, bounds, &pending, end).await,
                    Some(acceptor) => match tokio::time::timeout(bounds.head, acceptor.accept(stream)).await {
                        Ok(Ok(stream)) => answer(stream, router, bounds, &pending, end).await,
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS connection could not be made"),
                        Err(_) => tracing::debug!("a TLS connection took too long and was closed"),
                    },
                }
            };
            tokio::select! {
                () = served => {}
                () = pending.displaced.cancelled() => {
                    tracing::debug!("an HTTP connection without a whole request gave way to a newer one");
                }
            }
            drop(place);
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// The next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(%error, "an HTTP connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// The places of connections, and which of those that have one have not sent their request whole.
#[derive(Debug, Clone)]
struct Places {
    everybody: Arc<Semaphore>,
    local: Arc<Semaphore>,
    requests: Arc<Mutex<PendingRequests>>,
}

#[derive(Debug, Default)]
struct PendingRequests {
    /// By the order in which they came.
    unfinished: BTreeMap<u64, CancellationToken>,
    last: u64,
}

/// A request that has not come whole; dropping it ends the wait.
#[derive(Debug)]
struct PendingRequest {
    requests: Arc<Mutex<PendingRequests>>,
    number: u64,
    /// Cancelled when the connection must give way.
    displaced: CancellationToken,
}

impl Places {
    fn new(bounds: Bounds) -> Self {
        Self {
            everybody: Arc::new(Semaphore::new(bounds.connections - bounds.local)),
            local: Arc::new(Semaphore::new(bounds.local)),
            requests: Arc::default(),
        }
    }

    /// A place, once there is one: where all are taken, the connection that has kept its request back for longest is closed.
    async fn take(&self, is_local: bool) -> OwnedSemaphorePermit {
        let free = |places: &Arc<Semaphore>| Arc::clone(places).try_acquire_owned().ok();
        if let Some(place) = free(&self.everybody).or_else(|| free(&self.local).filter(|_| is_local)) {
            return place;
        }
        if let Some((_, displaced)) = locked(&self.requests).unfinished.pop_first() {
            displaced.cancel();
        }
        let next = async |places: &Arc<Semaphore>| {
            Arc::clone(places).acquire_owned().await.expect("invariant: the semaphore is never closed")
        };
        tokio::select! {
            place = next(&self.everybody) => place,
            place = next(&self.local), if is_local => place,
        }
    }

    fn begin_request(&self) -> PendingRequest {
        let displaced = CancellationToken::new();
        let mut requests = locked(&self.requests);
        requests.last += 1;
        let number = requests.last;
        requests.unfinished.insert(number, displaced.clone());
        PendingRequest { requests: Arc::clone(&self.requests), number, displaced }
    }
}

impl PendingRequest {
    /// Ends the wait for the request: from now on the connection keeps its place.
    fn finish(&self) {
        locked(&self.requests).unfinished.remove(&self.number);
    }
}

impl Drop for PendingRequest {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The body of a request, which is pending until the body is dropped: read to its end, or wanted by nobody.
struct PendingBody {
    body: Incoming,
    request: Arc<PendingRequest>,
}

impl Body for PendingBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for PendingBody {
    fn drop(&mut self) {
        self.request.finish();
    }
}

fn locked(requests: &Mutex<PendingRequests>) -> MutexGuard<'_, PendingRequests> {
    requests.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one connection within its time limits; at the end of the program it may finish its request.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    bounds: Bounds,
    pending: &Arc<PendingRequest>,
    end: CancellationToken,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head).keep_alive(false);
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        if request.body().is_end_stream() {
            pending.finish();
        }
        router.call(request.map(|body| PendingBody { body, request: Arc::clone(pending) }))
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
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

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const SHORT: Bounds =
        Bounds { connections: 4, local: 1, head: Duration::from_millis(300), whole: Duration::from_millis(900) };

    /// An endpoint whose address is given; it ends with the token.
    async fn endpoint() -> (std::net::SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let end = CancellationToken::new();
        let slow = get(async || tokio::time::sleep(Duration::from_mins(1)).await);
        let read = post(async |_: String| tokio::time::sleep(Duration::from_mins(1)).await);
        let router = Router::new().route("/", get(async || "ok\n")).route("/slow", slow).route("/read", read);
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
    async fn half_requests_give_way_to_whole_ones() {
        let (address, _, _) = endpoint().await;
        let mut half = Vec::new();
        for _ in 0..SHORT.connections * 25 {
            half.push(says(address, "GET / HTTP/1.1\r\n").await);
        }
        let (mut held, _) = says(address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let (mut whole, begun) = says(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(hears(&mut whole).await.ends_with("ok\n"));
        assert!(begun.elapsed() < SHORT.head, "it waited for the others: {:?}", begun.elapsed());
        // What has come whole is not closed for the sake of others.
        for _ in 0..SHORT.connections * 2 {
            half.push(says(address, "GET / HTTP/1.1\r\n").await);
        }
        let mut byte = [0];
        let answered = tokio::time::timeout(SHORT.head / 2, held.read(&mut byte)).await;
        assert!(answered.is_err(), "closed: {answered:?}");
    }

    #[tokio::test]
    async fn half_bodies_give_way_to_whole_requests() {
        const HALF: &str = "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf";
        let (address, _, _) = endpoint().await;
        let (mut held, _) = says(address, &HALF.replace("half", "not half.")).await;
        let mut half = Vec::new();
        for _ in 0..SHORT.connections * 25 {
            half.push(says(address, HALF).await);
        }
        let (mut whole, begun) = says(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(hears(&mut whole).await.ends_with("ok\n"));
        assert!(begun.elapsed() < SHORT.head, "it waited for the others: {:?}", begun.elapsed());
        let mut byte = [0];
        let answered = tokio::time::timeout(Duration::from_millis(20), held.read(&mut byte)).await;
        assert!(answered.is_err(), "a request whose body was read lost its place: {answered:?}");
    }

    #[tokio::test]
    async fn this_machine_has_places_of_its_own() {
        let places = Places::new(SHORT);
        let mut taken = Vec::new();
        for _ in 0..SHORT.connections - SHORT.local {
            taken.push(places.take(false).await);
        }
        let at_once = Duration::from_millis(50);
        assert!(tokio::time::timeout(at_once, places.take(false)).await.is_err(), "the others are full");
        assert!(tokio::time::timeout(at_once, places.take(true)).await.is_ok());
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
