//! Validates audit destinations and witness settings.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use pstral_auditproof::{SignatureKind, VerifierKey, is_key_name};
use pstral_core::text::{Text, text};

use super::Fault;
use super::oidc::safe;
use super::platforms::{place_fault, platform_fault};
use super::schema::{AuditConfig, Config};
use crate::key_folder::{heads_folder, records_folder};

/// Validates the destinations of heads; returns all errors.
pub(super) fn head_faults(config: &Config) -> Vec<Fault> {
    let audit = &config.audit;
    let mut faults: Vec<Fault> = chat_fault(config).into_iter().collect();
    if audit.head_file.as_deref().is_some_and(|file| file.file_name().is_none() || is_among_heads(config, file)) {
        faults.push(Fault::new("audit.head_file", text("config-head-file")));
    }
    if audit.time_stamp_server.as_deref().is_some_and(|url| safe(url).is_none()) {
        faults.push(Fault::new("audit.time_stamp_server", address("https://timestamp.example.org/tsr")));
    }
    faults.extend(remote_witness_faults(audit));
    faults
}

/// Validates that keys, heads and state are in a file each; returns all errors.
pub(super) fn file_faults(config: &Config) -> Vec<Fault> {
    let keys = [("audit.key", &*config.audit.key), ("witness.key", &*config.witness.key)];
    let nameless = keys.into_iter().filter(|(_, file)| file.file_name().is_none());
    let mut faults: Vec<Fault> = nameless.map(|(key, _)| Fault::new(key, text("config-key-file"))).collect();
    let location = config.location();
    let state = location.file().map(|file| ("store.url", file));
    let heads = config.audit.head_file.as_deref().map(|file| ("audit.head_file", file));
    let mut taken = Vec::<(&str, PathBuf)>::new();
    for (key, file) in state.into_iter().chain(keys).chain(heads).filter(|(_, file)| file.file_name().is_some()) {
        let path = plain(config, file);
        if let Some((other, _)) = taken.iter().find(|(_, taken)| *taken == path) {
            faults.push(Fault::new(key, text("config-same-file").with("other", *other)));
        }
        taken.push((key, path));
    }
    faults
}

/// Checks whether a file lies where Pstral keeps heads beside a key, and would be taken for one of them.
fn is_among_heads(config: &Config, file: &Path) -> bool {
    let file = plain(config, file);
    file.starts_with(heads_folder(&plain(config, &config.audit.key)))
        || file.starts_with(records_folder(&plain(config, &config.witness.key)))
}

/// Returns a path inside the data folder in one spelling, without looking at the disk.
fn plain(config: &Config, path: &Path) -> PathBuf {
    let path = config.data.join(path);
    let path = std::path::absolute(&path).unwrap_or(path);
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if plain.file_name().is_some() => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

fn address(example: &str) -> Text {
    text("config-head-server").with("example", example)
}

fn chat_fault(config: &Config) -> Option<Fault> {
    let audit = &config.audit;
    match (&audit.head_platform, &audit.head_place) {
        (Some(platform), Some(place)) => match platform_fault(config, platform) {
            Some(sentence) => Some(Fault::new("audit.head_platform", sentence)),
            None => place_fault(config, platform, place).map(|sentence| Fault::new("audit.head_place", sentence)),
        },
        (None, None) => None,
        _ => Some(Fault::new("audit.head_place", text("config-audit-head"))),
    }
}

fn remote_witness_faults(audit: &AuditConfig) -> Vec<Fault> {
    let (mut faults, mut names) = (Vec::new(), BTreeSet::new());
    for (at, witness) in audit.witness.iter().enumerate() {
        let key = |name: &str| format!("audit.witness[{at}].{name}");
        if safe(&witness.url).is_none() {
            faults.push(Fault::new(key("url"), address("https://pstral.example.org:8081/witness")));
        }
        match vkey(&witness.key, SignatureKind::Cosignature) {
            None => faults.push(Fault::new(key("key"), text("config-witness-key"))),
            Some(vkey) => {
                if !names.insert(vkey.name) {
                    faults.push(Fault::new(key("key"), text("config-witness-twice")));
                }
            }
        }
    }
    faults
}

/// Validates what this program is a witness of; returns all errors.
pub(super) fn witness_faults(config: &Config) -> Vec<Fault> {
    let witness = &config.witness;
    let (mut faults, mut keys) = (Vec::new(), BTreeSet::new());
    for (at, log) in witness.log.iter().enumerate() {
        let sentence = match vkey(&log.key, SignatureKind::Ed25519) {
            None => text("config-witness-log-key"),
            Some(vkey) if !keys.insert(vkey.to_string()) => text("config-witness-log-twice"),
            Some(_) => continue,
        };
        faults.push(Fault::new(format!("witness.log[{at}].key"), sentence));
    }
    if witness.log.is_empty() {
        return faults;
    }
    if !witness.name.as_deref().is_some_and(is_key_name) {
        faults.push(Fault::new("witness.name", text("config-witness-name")));
    }
    if config.admin.listen.is_none() {
        faults.push(Fault::new("admin.listen", text("config-witness-listen")));
    }
    faults
}

/// Reads a key of this kind; `None` if it is none, or of the other.
fn vkey(text: &str, kind: SignatureKind) -> Option<VerifierKey> {
    text.parse().ok().filter(|key: &VerifierKey| key.kind == kind)
}
