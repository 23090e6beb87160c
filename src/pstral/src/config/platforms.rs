//! The platforms that other sections of the configuration name.

use pstral_core::pipeline::API;
use pstral_core::text::{Text, text};

use super::Fault;
use super::roles_and_places::not_one_of;
use super::schema::{Config, TargetConfig};
use crate::registry::Platforms;

/// Explains why a platform cannot be meant: there is none of that name, or it is not turned on. A rule for it would hold
/// nowhere, and the place it was meant for would stay open.
pub(super) fn platform_fault(config: &Config, name: &str) -> Option<Text> {
    match config.platforms.section(name) {
        Some(section) if section.enabled() => None,
        Some(_) => Some(text("config-platform-off").with("name", name)),
        None => Some(not_one_of(name, Platforms::NAMES.join(", "))),
    }
}

/// Validates the platforms on which a target is queried; returns all errors.
pub(super) fn platforms_faults(config: &Config, target: &str, section: &TargetConfig) -> Vec<Fault> {
    let Some(named) = &section.shared.platforms else { return Vec::new() };
    let fault = |sentence: Text| Fault::new(format!("targets.{target}.platforms"), sentence);
    let nowhere = named.is_empty().then(|| fault(text("config-target-nowhere")));
    let chats = named.iter().filter(|name| *name != API);
    nowhere.into_iter().chain(chats.filter_map(|name| platform_fault(config, name)).map(fault)).collect()
}

/// Explains why an id cannot be that of a place of a platform, if so.
pub(super) fn place_fault(config: &Config, platform: &str, id: &str) -> Option<Text> {
    config.platforms.section(platform)?.place_fault(id)
}
