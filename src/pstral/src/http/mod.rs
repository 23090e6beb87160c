//! The small HTTP endpoint: is it alive, is it ready, what has it counted.

mod connections;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use pstral_core::domain::Locale;
use pstral_core::pipeline::Pipeline;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::admin::{self, Admin, Tls};
use crate::audit_metrics::gauge_generations;
use crate::health::{self, Check};
use connections::Bounds;

/// Time for which the result of a health check is cached: anybody may ask, and each check writes to the disk.
const FRESH: Duration = Duration::from_secs(3);

/// The state that the endpoint serves.
pub struct Shown {
    pipeline: Arc<Pipeline>,
    metrics: PrometheusHandle,
    ending: CancellationToken,
    found: Mutex<Option<(Instant, Vec<Check>)>>,
}

impl Shown {
    /// The parts of `pipeline`, and what was counted. Once `ending` is cancelled the program is no longer ready.
    pub fn new(pipeline: Arc<Pipeline>, metrics: PrometheusHandle, ending: CancellationToken) -> Self {
        Self { pipeline, metrics, ending, found: Mutex::new(None) }
    }

    /// Returns the health of the parts, from the cache if it is recent. Concurrent callers share one check.
    async fn parts(&self) -> Vec<Check> {
        let mut found = self.found.lock().await;
        if let Some((at, parts)) = &*found
            && at.elapsed() < FRESH
        {
            return parts.clone();
        }
        let parts = self.pipeline.parts().checkup.checks(Locale::En).await;
        *found = Some((Instant::now(), parts.clone()));
        parts
    }
}

/// Serves until the program ends, and then what is under way.
pub async fn serve(listener: TcpListener, shown: Arc<Shown>, end: CancellationToken) {
    connections::serve(listener, router(shown), None, Bounds::default(), end).await;
}

/// Serves the admin endpoint until the program ends, and then what is under way.
pub async fn serve_admin(listener: TcpListener, admin: Arc<Admin>, tls: Option<Tls>, end: CancellationToken) {
    connections::serve(listener, admin::router(admin), tls, Bounds::default(), end).await;
}

fn router(shown: Arc<Shown>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(shown)
}

/// 200 while some question can be answered ([`health::can_answer`]) and the program is not ending, else 503; each part
/// with its state in any case.
async fn ready(Shared(shown): Shared<Arc<Shown>>) -> impl IntoResponse {
    let parts = shown.parts().await;
    let ending = shown.ending.is_cancelled();
    let ready = !ending && health::can_answer(&parts);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "ending": ending, "parts": parts })))
}

async fn metrics(Shared(shown): Shared<Arc<Shown>>) -> impl IntoResponse {
    gauge_generations(&shown.pipeline.parts().model);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], shown.metrics.render())
}
