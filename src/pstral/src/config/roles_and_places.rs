//! The checks of roles and places.

use std::collections::BTreeSet;

use pstral_core::domain::{Capability, Role};
use pstral_core::text::{Text, text};

use super::Fault;
use super::platforms::{place_fault, platform_fault};
use super::schema::{Config, PlaceConfig, RoleConfig};
use super::validate::{MOST_COUNTED, between, rules_faults, unknown_target};

/// Validates the roles and the places; returns all errors.
pub(super) fn role_and_place_faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, role) in &config.roles {
        faults.extend(role_faults(config, name, role));
    }
    let known: BTreeSet<String> = roles(config).collect();
    let mut seen = BTreeSet::new();
    for (at, place) in config.places.iter().enumerate() {
        let key = format!("places[{at}]");
        if !seen.insert((&place.platform, &place.id)) {
            faults.push(Fault::new(&key, text("config-place-twice")));
        }
        faults.extend(place_faults(config, &key, place, &known));
    }
    faults
}

/// Every role there is: those of the configuration, and those built in.
fn roles(config: &Config) -> impl Iterator<Item = String> {
    let built_in = Role::built_in().map(|role| role.word().to_owned());
    config.roles.keys().cloned().chain(built_in)
}

fn role_faults(config: &Config, name: &str, role: &RoleConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    let key = |rest: &str| format!("roles.{name}{rest}");
    if name.parse::<Role>().is_err() {
        faults.push(Fault::new(key(""), text("config-role-name")));
    }
    let is_built_in = Role::built_in().iter().any(|one| one.word() == name);
    if role.capabilities.is_none() && !is_built_in {
        faults.push(Fault::new(key(".capabilities"), text("config-role-capabilities")));
    }
    for word in role.capabilities.iter().flatten().filter(|word| Capability::from_word(word).is_none()) {
        let known = Capability::ALL.iter().map(|one| one.word()).collect::<Vec<_>>().join(", ");
        faults.push(Fault::new(key(".capabilities"), not_one_of(word, known)));
    }
    let quotas = &role.quotas;
    for (rest, most) in [
        (".quotas.questions_per_minute", quotas.questions_per_minute),
        (".quotas.questions_per_day", quotas.questions_per_day),
        (".quotas.executions_per_minute", quotas.executions_per_minute),
        (".quotas.executions_per_day", quotas.executions_per_day),
    ] {
        if most.is_some_and(|most| u64::from(most) > MOST_COUNTED) {
            faults.push(Fault::new(key(rest), between("0", &MOST_COUNTED.to_string())));
        }
    }
    for (target, rules) in &role.targets {
        let key = key(&format!(".targets.{target}"));
        let is_known = config.targets.contains_key(target);
        faults.extend((!is_known).then(|| Fault::new(&key, unknown_target(config))));
        faults.extend(rules_faults(&key, &rules.deny, rules.allow.as_ref()));
    }
    faults
}

fn place_faults(config: &Config, key: &str, place: &PlaceConfig, known: &BTreeSet<String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(sentence) = platform_fault(config, &place.platform) {
        faults.push(Fault::new(format!("{key}.platform"), sentence));
    } else {
        let sentence = place_fault(config, &place.platform, &place.id);
        faults.extend(sentence.map(|sentence| Fault::new(format!("{key}.id"), sentence)));
    }
    if place.target.as_ref().is_some_and(|target| !config.targets.contains_key(target)) {
        faults.push(Fault::new(format!("{key}.target"), unknown_target(config)));
    }
    if place.roles.as_ref().is_some_and(Vec::is_empty) {
        faults.push(Fault::new(format!("{key}.roles"), text("config-place-nobody")));
    }
    for role in place.roles.iter().flatten().filter(|role| !known.contains(*role)) {
        let known = known.iter().cloned().collect::<Vec<_>>().join(", ");
        let sentence = text("config-role-unknown").with("given", role).with("known", known);
        faults.push(Fault::new(format!("{key}.roles"), sentence));
    }
    faults
}

pub(super) fn not_one_of(given: &str, known: String) -> Text {
    text("config-not-one-of").with("given", given).with("known", known)
}
