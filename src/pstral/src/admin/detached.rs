//! Runs requests that change something in tasks of their own, so that they complete even if the caller disconnects: otherwise a
//! change could be recorded but not made, or half made.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use pstral_core::text::text;
use tokio_util::sync::CancellationToken;

use super::Admin;
use super::member_error::unreadable;
use super::problem::Problem;

/// Bytes of a request's body at most: a name, a password and a few words.
const LARGEST_BODY: usize = 64 * 1024;
/// The time-out for the body of a request.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// Cancelled when the caller of a request that changes something has disconnected, or its response is ready.
#[derive(Debug, Clone)]
pub(super) struct CallerGone(pub(super) CancellationToken);

/// Handles a request that changes something once it is there whole.
pub(super) async fn run_detached(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let body = match tokio::time::timeout(BODY_PATIENCE, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(body)) => Body::from(body),
        Ok(Err(_)) => return unreadable(StatusCode::PAYLOAD_TOO_LARGE, "").into_response(),
        Err(_) => return Problem::new(StatusCode::REQUEST_TIMEOUT, text("api-too-slow")).into_response(),
    };
    let gone = CancellationToken::new();
    parts.extensions.insert(CallerGone(gone.clone()));
    let _caller = gone.drop_guard();
    detached(&admin, next.run(Request::from_parts(parts, body))).await
}

/// Completes a response even if nobody waits for it any more, unless the program ends.
pub(super) async fn detached(admin: &Admin, response: impl Future<Output = Response> + Send + 'static) -> Response {
    let response = admin.detached.spawn(response).await;
    response.unwrap_or_else(|panic| Problem::from(anyhow::Error::from(panic)).into_response())
}
