//! On what terms a target may be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::domain::{Limits, PlatformName, Role, words};
use crate::guard::{Policy, Rules};
use crate::ports::Estimate;

/// On what terms a target may be asked: who may read what, at what cost, and who sees what comes of it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the configuration")]
pub struct Terms {
    /// The platforms on which the target is queried and shown; `None` is every one.
    pub platforms: Option<BTreeSet<PlatformName>>,
    /// Rules for everybody.
    pub rules: Rules,
    /// Additional rules for each role.
    pub roles: BTreeMap<Role, Rules>,
    /// Limits on a running statement.
    pub limits: Limits,
    /// The most that the database may expect a statement to cost, in its own unit; `None` where there is no limit.
    pub max_cost: Option<f64>,
    /// True if that limit is Pstral's own default: then a statement without an estimate is not held up.
    pub default_cost: bool,
    /// Treatment of a statement above that cost.
    pub over_cost: OverCost,
    /// Visibility of results.
    pub delivery: Delivery,
    /// True if the account may bypass the database's own checks.
    pub allow_privileged: bool,
    /// True if statements run under each person's own account: data read by the shared account is then not for
    /// everybody.
    pub own_accounts: bool,
    /// True if the values of text columns that hold few are read, to recognise them in questions.
    pub value_hints: bool,
    /// Maximum age of a cached catalog before it is read again.
    pub catalog_age: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            platforms: None,
            rules: Rules::default(),
            roles: BTreeMap::new(),
            limits: Limits::default(),
            max_cost: None,
            default_cost: false,
            over_cost: OverCost::default(),
            delivery: Delivery::default(),
            allow_privileged: false,
            own_accounts: false,
            value_hints: true,
            catalog_age: Duration::from_mins(15),
        }
    }
}

words! {
    /// Treatment of a statement whose estimated cost is too high or missing.
    #[derive(Default)]
    OverCost {
        /// It waits for the agreement of a steward.
        #[default]
        Steward = "steward",
        /// It is refused.
        Refuse = "refuse",
    }
}

/// Visibility of results.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Only the person who asked, whatever was read.
    pub private: bool,
    /// Only the person who asked, where one of these was read: entries as in [`Rules::deny`].
    pub private_tables: Vec<String>,
}

impl Terms {
    /// True where the target may be queried on a platform, and what it holds be shown there.
    pub fn answers_on(&self, platform: &PlatformName) -> bool {
        self.platforms.as_ref().is_none_or(|platforms| platforms.contains(platform))
    }

    /// The policy of a role, within the limits.
    pub fn policy(&self, role: &Role) -> Policy {
        Policy::new(self.rules.clone(), self.roles.get(role).cloned().into_iter().collect(), self.limits)
    }

    /// The policy that all of these roles share. A role without rules of its own narrows nothing.
    pub(crate) fn policy_of_all<'r>(&self, roles: impl IntoIterator<Item = &'r Role>) -> Policy {
        let mut policies: Vec<Policy> = Vec::new();
        for role in roles.into_iter().filter(|role| self.roles.contains_key(*role)) {
            let policy = self.policy(role);
            if !policies.contains(&policy) {
                policies.push(policy);
            }
        }
        let everybody = || Policy::new(self.rules.clone(), Vec::new(), self.limits);
        policies.into_iter().reduce(Policy::and).unwrap_or_else(everybody)
    }

    /// The policy for everybody, without any role's rules.
    pub fn own_policy(&self) -> Policy {
        Policy::new(self.rules.clone(), Vec::new(), self.limits)
    }

    /// The rules of everybody and of every role together.
    pub(crate) fn all_rules(&self) -> Policy {
        Policy::new(self.rules.clone(), self.roles.values().cloned().collect(), self.limits)
    }

    /// True if an estimate is above the limit. A missing estimate counts as costly if somebody set the limit. It does
    /// not under the default limit, or nothing would run under an account that may not see plans.
    pub(crate) fn is_costly(&self, estimate: &Estimate) -> bool {
        self.max_cost.is_some_and(|most| estimate.cost.map_or(!self.default_cost, |cost| cost > most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_cheap_where_somebody_set_a_limit() {
        for (most, cost, set, by_default) in [
            (None, None, false, false),
            (None, Some(1e300), false, false),
            (Some(100.0), Some(100.0), false, false),
            (Some(100.0), Some(100.1), true, true),
            (Some(100.0), None, true, false),
        ] {
            for (default_cost, costly) in [(false, set), (true, by_default)] {
                let terms = Terms { max_cost: most, default_cost, ..Terms::default() };
                let estimate = Estimate { cost, ..Estimate::default() };
                assert_eq!(terms.is_costly(&estimate), costly, "{cost:?} of {most:?}, default: {default_cost}");
            }
        }
    }
}
