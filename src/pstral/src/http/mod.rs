//! The small HTTP endpoint: is it alive, is it ready, what has it counted.

mod connections;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Json;
use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use pstral_core::domain::Locale;
use pstral_core::pipeline::Pipeline;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::admin::{self, Admin, Tls};
use crate::health::{self, Check};
use crate::metrics::sampled::{gauge_disk, gauge_generations, gauge_parts};
use crate::metrics::{describe, process};
use connections::Bounds;

/// Time for which the result of a health check is cached: anybody may ask, and each check writes to the disk.
const FRESH: Duration = Duration::from_secs(3);
/// The interval of the upkeep of metrics.
const UPKEEP: Duration = Duration::from_secs(5);
/// The buckets of what is measured in seconds: from a quick statement to the longest answer.
const SECONDS: [f64; 12] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

/// The state that the endpoint serves.
pub struct Shown {
    pipeline: Arc<Pipeline>,
    metrics: PrometheusHandle,
    ending: CancellationToken,
    /// Folders whose disks are measured.
    folders: Vec<(&'static str, PathBuf)>,
    found: Mutex<Option<(Instant, Vec<Check>)>>,
}

impl Shown {
    /// The parts of `pipeline`, what was counted, and the room on the disks of `folders`, each with its label. Once `ending`
    /// is cancelled the program is no longer ready.
    pub fn new(
        pipeline: Arc<Pipeline>,
        metrics: PrometheusHandle,
        ending: CancellationToken,
        folders: Vec<(&'static str, PathBuf)>,
    ) -> Self {
        Self { pipeline, metrics, ending, folders, found: Mutex::new(None) }
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

    /// Checks whether some question can be answered ([`health::can_answer`]) and the program is not ending.
    fn is_ready(&self, parts: &[Check]) -> bool {
        !self.ending.is_cancelled() && health::can_answer(parts)
    }
}

/// Has the program's metrics counted, with fixed buckets. What is measured waits to be sorted into them until somebody asks or the upkeep comes:
/// without it, an endpoint that nobody reads would fill the memory.
pub fn install_metrics() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS).context("the metrics")?;
    let metrics = builder.install_recorder().context("the metrics")?;
    describe();
    let kept = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            kept.run_upkeep();
        }
    });
    Ok(metrics)
}

/// Serves until the program ends, and then what is under way.
pub async fn serve(listener: TcpListener, shown: Arc<Shown>, end: CancellationToken) {
    connections::serve(listener, router(shown), None, Bounds::default(), end).await;
}

/// Serves the admin endpoint until the program ends, and then what is under way.
pub async fn serve_admin(listener: TcpListener, admin: Arc<Admin>, tls: Option<Tls>, end: CancellationToken) {
    // A file of the whole audit takes its time.
    let bounds = Bounds { whole: Duration::from_mins(10), ..Bounds::default() };
    connections::serve(listener, admin::router(Arc::clone(&admin)), tls, bounds, end).await;
    admin.ended().await;
}

fn router(shown: Arc<Shown>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(shown)
}

/// 200 while the program is ready, else 503; each part with its state in any case.
async fn ready(Shared(shown): Shared<Arc<Shown>>) -> impl IntoResponse {
    let parts = shown.parts().await;
    let (ready, ending) = (shown.is_ready(&parts), shown.ending.is_cancelled());
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "ending": ending, "parts": parts })))
}

/// What was counted, and how things are at this moment.
async fn metrics(Shared(shown): Shared<Arc<Shown>>) -> impl IntoResponse {
    let parts = shown.parts().await;
    gauge_parts(&parts, shown.is_ready(&parts));
    gauge_generations(&shown.pipeline.parts().model);
    let folders = shown.folders.clone();
    // A disk may take its time.
    let process = spawn_blocking(move || {
        for (folder, path) in &folders {
            gauge_disk(folder, path);
        }
        process::render()
    });
    let process = process.await.unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], process + shown.metrics.render().as_str())
}
