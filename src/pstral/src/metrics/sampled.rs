//! Gauges of how things are when somebody asks.

use std::path::Path;

use metrics::gauge;
use pstral_core::models::{Load, ModelPool};

use crate::health::{Check, State};

/// Sets the gauges of the model's current load. An endpoint rests while it is not used because it failed.
pub fn gauge_generations(model: &ModelPool) {
    for Load { endpoint, running, rests, .. } in model.loads() {
        gauge!("pstral_generations_running", "endpoint" => endpoint.clone()).set(f64::from(running));
        gauge!("pstral_endpoint_resting", "endpoint" => endpoint).set(f64::from(rests));
    }
    gauge!("pstral_generations_waiting").set(f64::from(u32::try_from(model.waiting()).unwrap_or(u32::MAX)));
}

/// Sets the gauges of the parts' health: a part such as `target crm` is the one of this kind and name.
pub fn gauge_parts(parts: &[Check], is_ready: bool) {
    gauge!("pstral_ready").set(f64::from(is_ready));
    for Check { part, state, .. } in parts {
        let (kind, name) = part.split_once(' ').unwrap_or((part, ""));
        let up = f64::from(*state == State::Ok);
        gauge!("pstral_part_up", "kind" => kind.to_owned(), "name" => name.to_owned()).set(up);
    }
}

/// Sets the gauges of the disk that holds a folder. A folder that is not there yet has none.
#[cfg(unix)]
pub fn gauge_disk(folder: &'static str, path: &Path) {
    let Ok(disk) = rustix::fs::statvfs(path) else { return };
    #[expect(clippy::cast_precision_loss, reason = "a sample of Prometheus is such a number")]
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize) as f64;
    gauge!("pstral_disk_available_bytes", "folder" => folder).set(bytes(disk.f_bavail));
    gauge!("pstral_disk_size_bytes", "folder" => folder).set(bytes(disk.f_blocks));
}

/// Other systems say it in other ways.
#[cfg(not(unix))]
pub fn gauge_disk(_: &'static str, _: &Path) {}
