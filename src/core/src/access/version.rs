//! The version of everything that decides on a statement, so that one offered under other rules is asked again.

use serde_json::{Value as Json, json};

use crate::domain::{Capability, Place, PolicyVersion, Role, sha256};
use crate::guard::Rules;
use crate::settings::{Settings, Terms};

/// The SHA-256, in hexadecimal digits, of what decides on a statement of somebody of a role who asked in a place: the
/// rules of the target and of the role, what the role may do, who is welcome there, limits, costs and delivery.
fn policy_version(settings: &Settings, target: &str, terms: &Terms, role: &Role, place: &Place) -> String {
    let of_place = settings.places.of(place);
    let capabilities: Vec<&str> = settings.roles.of(role).into_iter().map(Capability::word).collect();
    let decides = json!({
        "target": target,
        "rules": rules(&terms.rules),
        "role": role,
        "role_rules": terms.roles.get(role).map(rules),
        "capabilities": capabilities,
        "welcome": of_place.and_then(|terms| terms.roles.as_ref()),
        "place_private": of_place.is_some_and(|terms| terms.private),
        "limits": [terms.limits.rows, terms.limits.bytes, terms.limits.cell_bytes as u64],
        "seconds": terms.limits.time.as_secs_f64(),
        "max_cost": terms.max_cost,
        "default_cost": terms.default_cost,
        "over_cost": terms.over_cost.word(),
        "private": terms.delivery.private,
        "private_tables": terms.delivery.private_tables,
        "own_accounts": terms.own_accounts,
        "allow_privileged": terms.allow_privileged,
    });
    sha256(&decides.to_string())
}

/// The policy version with the place it was decided in, because the conversation may move to another place.
pub(crate) fn bound_to(settings: &Settings, target: &str, terms: &Terms, role: &Role, place: &Place) -> PolicyVersion {
    let decided_in = Some((place.platform.clone(), place.path()));
    PolicyVersion { rules: policy_version(settings, target, terms, role, place), place: decided_in }
}

/// The current version for the place in which a statement was offered. Proposals of releases that stored no place use the
/// conversation's place.
pub(crate) fn version_now(
    offered: &PolicyVersion,
    settings: &Settings,
    target: &str,
    terms: &Terms,
    role: &Role,
    held_in: &Place,
) -> PolicyVersion {
    match offered.place.clone() {
        Some((platform, path)) => {
            bound_to(settings, target, terms, role, &Place::at_path(platform, &path, held_in.private))
        }
        None => PolicyVersion { rules: policy_version(settings, target, terms, role, held_in), place: None },
    }
}

fn rules(rules: &Rules) -> Json {
    json!({ "allow": rules.allow, "deny": rules.deny })
}
