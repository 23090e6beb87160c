//! The checks of the section of a target.

use pstral_core::text::text;

use super::Fault;
use super::schema::{Config, SharedTargetKeys, TargetConfig};
use super::validate::{MOST_ROWS, between, entries_faults, rules_faults};

/// Validates a target; returns all errors.
pub(super) fn target_faults(config: &Config, name: &str, target: &TargetConfig) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, key: &str, sentence: pstral_core::text::Text| {
        if !holds {
            faults.push(Fault::new(format!("targets.{name}{key}"), sentence));
        }
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    check(!name.is_empty() && name.chars().all(plain), "", text("config-target-name"));
    for key in &target.foreign {
        check(false, &format!(".{key}"), text("config-not-of-kind").with("kind", target.kind.name()));
    }
    for fault in target.section.faults(&target.surroundings(config)) {
        check(false, &format!(".{}", fault.key), fault.sentence);
    }
    let shared = &target.shared;
    let most = shared.max_concurrent;
    check(most.is_none_or(|most| (1..=64).contains(&most)), ".max_concurrent", between("1", "64"));
    for (key, value, low, high) in limits(shared) {
        check(
            value.is_none_or(|value| (low..=high).contains(&value)),
            key,
            between(&low.to_string(), &high.to_string()),
        );
    }
    check(shared.max_cost.is_none_or(|cost| cost.is_finite() && cost >= 0.0), ".max_cost", text("config-cost"));
    let estimates = target.section.estimates_costs();
    check(shared.max_cost.is_none() || estimates, ".max_cost", text("config-no-cost"));
    let own = target.has_own_accounts();
    check(!own || target.section.has_accounts(), ".identity", text("config-no-accounts"));
    check(!own || !shared.accounts.is_empty(), ".accounts", text("config-accounts-missing"));
    check(own || shared.accounts.is_empty(), ".accounts", text("config-accounts-unused"));
    faults.extend(rules_faults(&format!("targets.{name}"), &shared.deny, shared.allow.as_ref()));
    faults.extend(entries_faults(&format!("targets.{name}.private_tables"), &shared.private_tables));
    faults
}

/// Each limit of its own with the least and the most it may be.
fn limits(target: &SharedTargetKeys) -> [(&'static str, Option<u64>, u64, u64); 4] {
    let limits = &target.limits;
    [
        (".limits.rows", limits.rows, 1, MOST_ROWS),
        (".limits.bytes", limits.bytes, 1024, 10_737_418_240),
        (".limits.cell_bytes", limits.cell_bytes.map(|bytes| bytes as u64), 16, 16_777_216),
        (".limits.seconds", limits.seconds, 1, 3600),
    ]
}
