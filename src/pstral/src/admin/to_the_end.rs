//! Whatever changes something is handled to its end, also where the caller disconnects: else it could be recorded and not
//! done, or done by half.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio_util::sync::CancellationToken;

use super::problem::Problem;

/// Cancelled once the caller of a request that changes something has disconnected.
#[derive(Debug, Clone)]
pub(super) struct HungUp(pub(super) CancellationToken);

/// Handles a request in a task of its own, unless it only reads.
pub(super) async fn to_the_end(mut request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let hung_up = CancellationToken::new();
    request.extensions_mut().insert(HungUp(hung_up.clone()));
    let _caller = hung_up.drop_guard();
    let handled = tokio::spawn(next.run(request)).await;
    handled.unwrap_or_else(|panic| Problem::from(anyhow::Error::from(panic)).into_response())
}
