//! The small HTTP endpoint: is it alive, is it ready, what has it counted.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use pstral_core::domain::Locale;
use pstral_core::pipeline::Pipeline;
use pstral_store::Store;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::health::{self, State};

/// What the endpoint shows.
pub struct Shown {
    /// The parts to check.
    pub pipeline: Arc<Pipeline>,
    /// The state database.
    pub store: Arc<Store>,
    /// What was counted.
    pub metrics: PrometheusHandle,
    /// Cancelled when the program is ending: it is then no longer ready.
    pub ending: CancellationToken,
}

/// Serves until the program ends.
pub async fn serve(listener: TcpListener, shown: Arc<Shown>, end: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, router(shown)).with_graceful_shutdown(async move { end.cancelled().await }).await
}

fn router(shown: Arc<Shown>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(shown)
}

/// 200 while questions can be answered, 503 otherwise; each part with its state in any case.
async fn ready(Shared(shown): Shared<Arc<Shown>>) -> impl IntoResponse {
    let parts = health::checks(&shown.pipeline, &shown.store, Locale::En).await;
    let ending = shown.ending.is_cancelled();
    let ready = !ending && parts.iter().all(|check| check.state != State::Failed);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "ending": ending, "parts": parts })))
}

async fn metrics(Shared(shown): Shared<Arc<Shown>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], shown.metrics.render())
}
