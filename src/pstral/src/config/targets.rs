//! The checks of the section of a target.

use pstral_core::text::text;

use super::Fault;
use super::plausible::{MOST_ROWS, between, entries_faults, rules_faults};
use super::schema::{DriverKind, IdentityChoice, TargetConfig, TargetKind};
use crate::registry;

/// The keys that say how a database is reached: which it needs, which it may have, and whether it is given.
fn keys(target: &TargetConfig) -> [(&'static str, bool, Use); 8] {
    use TargetKind::{Oracle, Postgres, Sqlite};
    let of = |needed: &[TargetKind], taken: &[TargetKind]| match target.kind {
        kind if needed.contains(&kind) => Use::Needed,
        kind if taken.contains(&kind) => Use::Taken,
        _ => Use::Unknown,
    };
    [
        ("path", target.path.is_some(), of(&[Sqlite], &[])),
        ("url", target.url.is_some(), of(&[Postgres], &[])),
        ("connect", target.connect.is_some(), of(&[Oracle], &[])),
        ("user", target.user.is_some(), of(&[Oracle], &[])),
        ("password", target.password.is_some(), of(&[Oracle], &[])),
        ("driver", target.driver.is_some(), of(&[], &[Oracle])),
        ("client_folder", target.client_folder.is_some(), of(&[], &[Oracle])),
        ("schema", target.schema.is_some(), of(&[], &[Oracle, Postgres])),
    ]
}

/// The use of a key by a kind of database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Needed,
    Taken,
    Unknown,
}

/// Everything wrong with a target.
pub(super) fn target_faults(name: &str, target: &TargetConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, key: &str, sentence: pstral_core::text::Text| {
        if !holds {
            faults.push(Fault::new(format!("targets.{name}{key}"), sentence));
        }
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    check(!name.is_empty() && name.chars().all(plain), "", text("config-target-name"));
    for (key, given, used) in keys(target) {
        let key = format!(".{key}");
        check(given || used != Use::Needed, &key, text("config-missing"));
        check(!given || used != Use::Unknown, &key, text("config-not-of-kind").with("kind", target.kind.word()));
    }
    if target.url.is_some()
        && let Some(fault) = registry::target_url_fault(target)
    {
        check(false, ".url", fault);
    }
    let most = target.max_concurrent;
    check(most.is_none_or(|most| (1..=64).contains(&most)), ".max_concurrent", between("1", "64"));
    for (key, value, low, high) in limits(target) {
        check(
            value.is_none_or(|value| (low..=high).contains(&value)),
            key,
            between(&low.to_string(), &high.to_string()),
        );
    }
    let is_sqlite = target.kind == TargetKind::Sqlite;
    check(target.max_cost.is_none_or(|cost| cost.is_finite() && cost >= 0.0), ".max_cost", text("config-cost"));
    check(target.max_cost.is_none() || !is_sqlite, ".max_cost", text("config-no-cost"));
    let own = target.identity == IdentityChoice::Own;
    check(!own || !is_sqlite, ".identity", text("config-no-accounts"));
    check(!own || !target.accounts.is_empty(), ".accounts", text("config-accounts-missing"));
    check(own || target.accounts.is_empty(), ".accounts", text("config-accounts-unused"));
    let thin = target.driver == Some(DriverKind::Thin);
    check(!thin || cfg!(feature = "oracle-thin"), ".driver", text("config-driver-left-out"));
    check(!(thin && own), ".driver", text("config-driver-own"));
    check(!(thin && target.client_folder.is_some()), ".client_folder", text("config-driver-folder"));
    faults.extend(rules_faults(&format!("targets.{name}"), &target.deny, target.allow.as_ref()));
    faults.extend(entries_faults(&format!("targets.{name}.private_tables"), &target.private_tables));
    faults
}

/// Each limit of its own with the least and the most it may be.
fn limits(target: &TargetConfig) -> [(&'static str, Option<u64>, u64, u64); 4] {
    let limits = &target.limits;
    [
        (".limits.rows", limits.rows, 1, MOST_ROWS),
        (".limits.bytes", limits.bytes, 1024, 10_737_418_240),
        (".limits.cell_bytes", limits.cell_bytes.map(|bytes| bytes as u64), 16, 16_777_216),
        (".limits.seconds", limits.seconds, 1, 3600),
    ]
}
