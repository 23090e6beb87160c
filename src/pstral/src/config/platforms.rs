//! The platforms a configuration may name, and the form of the ids of their places.

use pstral_core::text::{Text, text};

use super::Fault;
use super::discord::id_of;
use super::people::not_one_of;
use super::schema::{Config, TargetConfig};

/// Explains why a platform cannot be meant: there is none of that name, or it is not turned on. A rule for it would hold
/// nowhere, and the place it was meant for would stay open.
pub(super) fn platform_fault(config: &Config, name: &str) -> Option<Text> {
    let platforms = &config.platforms;
    let known = [
        ("discord", platforms.discord.enabled),
        ("matrix", platforms.matrix.enabled),
        ("terminal", platforms.terminal.enabled),
    ];
    match known.iter().find(|(known, _)| *known == name) {
        Some((_, true)) => None,
        Some((name, false)) => Some(text("config-platform-off").with("name", *name)),
        None => {
            let known = known.map(|(name, _)| name).join(", ");
            Some(not_one_of(name, known))
        }
    }
}

/// Everything wrong with the platforms on which a target is queried.
pub(super) fn platforms_faults(config: &Config, target: &str, section: &TargetConfig) -> Vec<Fault> {
    let Some(named) = &section.platforms else { return Vec::new() };
    let fault = |sentence: Text| Fault::new(format!("targets.{target}.platforms"), sentence);
    let nowhere = named.is_empty().then(|| fault(text("config-target-nowhere")));
    nowhere.into_iter().chain(named.iter().filter_map(|name| platform_fault(config, name)).map(fault)).collect()
}

/// Explains why an id cannot be that of a channel or room of a platform.
pub(super) fn id_fault(platform: &str, id: &str) -> Option<Text> {
    let (holds, sentence) = match platform {
        "discord" => (id_of(id).is_some(), "config-discord-id"),
        // An alias (#room:server) may come to mean another room.
        "matrix" => (id.len() > 1 && id.starts_with('!') && !id.contains(char::is_whitespace), "config-matrix-room"),
        _ => (!id.trim().is_empty(), "config-place-id"),
    };
    (!holds).then(|| text(sentence).with("given", id))
}
