//! A request, and the head of its answer, as HTTP/1.1 has them.
//!
//! Clients that bring their own reading (hyper, and what is built on it) hold some 25 kB for each answer that is awaited
//! or read, measured with two thousand at once. Here the protocol is a library's and the reading our own.

use std::pin::pin;

use futures::future::{Either, select};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, split};
use ureq_proto::client::state::RecvResponse;
use ureq_proto::client::{Call, RecvResponseResult, SendRequestResult};
use ureq_proto::http::header::CONTENT_LENGTH;
use ureq_proto::http::{Request, Response};

use crate::body::Body;
use crate::connection::{Fault, Socket};

/// The longest head of an answer, and the most of its body that is read from the network at once, in bytes: what comes
/// faster than it is read waits there.
pub(crate) const READ: usize = 8 << 10;

/// What is read in one go of a head: most are shorter.
const PIECE: usize = 1 << 10;

/// Why what comes is no answer, or not all of one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// It has no form that HTTP/1.1 knows.
    #[error("no answer of HTTP/1.1: {0}")]
    Form(#[from] ureq_proto::Error),
    /// A head, or the length of a piece, has no end.
    #[error("an answer whose head is too large")]
    TooLarge,
    /// The connection was closed before its end.
    #[error("the connection was closed before the end of the answer")]
    Closed,
}

/// Sends a request and waits for the head of its answer. A server that answers before it has read everything, to refuse
/// it for one, is heard.
pub(crate) async fn ask(socket: Box<dyn Socket>, request: Request<String>) -> Result<Response<Body>, Fault> {
    let (bytes, call) = written(request).map_err(Broken::Form)?;
    let (mut incoming, mut outgoing) = split(socket);
    let (response, call, come) = {
        let send = pin!(async {
            // Not kept while the answer is waited for.
            let bytes = bytes;
            outgoing.write_all(&bytes).await?;
            outgoing.flush().await
        });
        match select(pin!(head(&mut incoming, call)), send).await {
            Either::Left((heard, _)) => heard?,
            Either::Right((Ok(()), heard)) => heard.await?,
            // What broke it may have been told before.
            Either::Right((Err(broken), heard)) => heard.await.map_err(|_| broken)?,
        }
    };
    let body = match call.proceed() {
        Some(RecvResponseResult::RecvBody(call)) => Body::new(incoming.unsplit(outgoing), call, come),
        _ => Body::none(),
    };
    Ok(response.map(|()| body))
}

/// A request as it is sent, and what its answer is read with.
fn written(request: Request<String>) -> Result<(Vec<u8>, Call<RecvResponse>), ureq_proto::Error> {
    let (mut parts, body) = request.into_parts();
    if !body.is_empty() {
        parts.headers.insert(CONTENT_LENGTH, body.len().into());
    }
    let mut call = Call::new(Request::from_parts(parts, ()))?.proceed();
    let (mut bytes, mut piece) = (Vec::new(), vec![0; READ]);
    while !call.can_proceed() {
        let length = call.write(&mut piece)?;
        bytes.extend_from_slice(&piece[..length]);
    }
    bytes.extend_from_slice(body.as_bytes());
    let call = match call.proceed()? {
        Some(SendRequestResult::RecvResponse(call)) => Some(call),
        Some(SendRequestResult::SendBody(mut call)) => {
            call.consume_direct_write(body.len())?;
            call.proceed()
        }
        Some(SendRequestResult::Await100(_)) | None => None,
    };
    Ok((bytes, call.expect("invariant: it is written whole, and asks for nothing to wait for")))
}

/// The head of an answer, and what came of its body with it.
async fn head(
    incoming: &mut (impl AsyncRead + Unpin),
    mut call: Call<RecvResponse>,
) -> Result<(Response<()>, Call<RecvResponse>, Vec<u8>), Fault> {
    let mut come = Vec::new();
    loop {
        let (used, response) = call.try_response(&come, false).map_err(Broken::Form)?;
        come.drain(..used);
        if let Some(response) = response {
            return Ok((response, call, come));
        }
        // What was used is one of the answers that only tell of others to come.
        if used > 0 {
            continue;
        }
        let room = READ - come.len();
        if room == 0 {
            return Err(Broken::TooLarge.into());
        }
        come.reserve(room.min(PIECE));
        if incoming.take(room as u64).read_buf(&mut come).await? == 0 {
            return Err(Broken::Closed.into());
        }
    }
}

#[cfg(test)]
mod tests;
