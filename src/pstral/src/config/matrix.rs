//! The checks of `[platforms.matrix]`.

use pstral_core::text::{Text, text};

use super::Fault;
use super::plausible::is_address;
use super::schema::MatrixConfig;

/// Characters of a display name that Synapse takes at most (`MAX_DISPLAYNAME_LEN`).
const LONGEST_NAME: usize = 256;

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
    let holds = |name: &String| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
    if matrix.display_name.as_ref().is_some_and(|name| !holds(name)) {
        fault("display_name", text("config-matrix-name"));
    }
    let is_rate = |events: f64| events == 0.0 || (0.001..=1_000.0).contains(&events);
    if matrix.burst == 0 || !is_rate(matrix.events_per_second) {
        fault("events_per_second", text("config-matrix-rate"));
    }
    faults
}
