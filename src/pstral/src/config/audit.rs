//! Validates audit destinations and witness settings.

use std::collections::BTreeSet;

use pstral_auditproof::{SignatureKind, VerifierKey, is_key_name};
use pstral_core::text::text;

use super::Fault;
use super::oidc::safe;
use super::platforms::{place_fault, platform_fault};
use super::schema::{AuditConfig, Config};

/// Validates the destinations of heads; returns all errors.
pub(super) fn head_faults(config: &Config) -> Vec<Fault> {
    let audit = &config.audit;
    let mut faults: Vec<Fault> = chat_fault(config).into_iter().collect();
    if audit.head_file.as_ref().is_some_and(|file| file.file_name().is_none() || *file == audit.key) {
        faults.push(Fault::new("audit.head_file", text("config-head-file")));
    }
    if audit.time_stamp_server.as_deref().is_some_and(|url| safe(url).is_none()) {
        faults.push(Fault::new("audit.time_stamp_server", text("config-head-server")));
    }
    faults.extend(remote_witness_faults(audit));
    faults
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
            faults.push(Fault::new(key("url"), text("config-head-server")));
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
    let logs = witness.log.iter().enumerate();
    let wrong = logs.filter(|(_, log)| vkey(&log.key, SignatureKind::Ed25519).is_none());
    let mut faults: Vec<Fault> =
        wrong.map(|(at, _)| Fault::new(format!("witness.log[{at}].key"), text("config-witness-log-key"))).collect();
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
