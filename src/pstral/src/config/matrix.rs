//! What cannot be meant in `[platforms.matrix]`.

use pstral_core::text::{Text, text};

use super::Fault;
use super::plausible::is_address;
use super::schema::MatrixConfig;

/// Everything wrong with how Matrix is reached; nothing where it is not turned on.
pub(super) fn matrix_faults(matrix: &MatrixConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !matrix.enabled {
        return faults;
    }
    let mut fault = |key: &str, sentence: Text| faults.push(Fault::new(format!("platforms.matrix.{key}"), sentence));
    match &matrix.homeserver {
        None => fault("homeserver", text("config-matrix-homeserver")),
        Some(address) if !is_address(address) => {
            fault("homeserver", text("config-matrix-address").with("given", address));
        }
        Some(_) => {}
    }
    if matrix.passphrase.is_none() {
        fault("passphrase", text("config-matrix-passphrase"));
    }
    let is_rate = |events: f64| events == 0.0 || (0.001..=1_000.0).contains(&events);
    if matrix.burst == 0 || !is_rate(matrix.events_per_second) {
        fault("events_per_second", text("config-matrix-rate"));
    }
    faults
}
