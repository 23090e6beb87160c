//! The entries that a sealing or pruning covers, without which neither is legitimate.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AuditAction, AuditEvent, AuditStatus, UserId};

/// The entries that an action has sealed or pruned. It is kept as JSON in [`AuditEvent::covers`], which the hash
/// covers: `{"entries":{"one":[3,9]},"until":{"one":345,"two":12},"user":7}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Covers {
    /// Of this user only; `None` for all entries, as where the time of a class of data is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// For each instance the last number that is covered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub until: BTreeMap<String, i64>,
    /// Single entries besides, for each instance: those about the user that are not by them, such as the one that added
    /// them, and those of before they were linked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entries: BTreeMap<String, BTreeSet<i64>>,
}

impl Covers {
    /// The text for [`AuditEvent::covers`].
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: names and numbers always serialise")
    }

    /// Returns what an event covers: only a completed erasure or pruning covers anything.
    pub(super) fn of(event: &AuditEvent) -> Option<Self> {
        if event.status != AuditStatus::Ok {
            return None;
        }
        let covers: Self = serde_json::from_str(event.covers.as_deref()?).ok()?;
        match event.action {
            AuditAction::UserErased => covers.user.is_some().then_some(covers),
            AuditAction::AuditPruned => covers.user.is_none().then_some(covers),
            _ => None,
        }
    }

    /// Checks whether it is the reason for which an entry of a user may be sealed.
    pub fn holds(&self, instance: &str, seq: i64, user: Option<UserId>) -> bool {
        let is_theirs = self.user.is_none() || self.user == user;
        let until = self.until.get(instance).is_some_and(|last| seq <= *last);
        is_theirs && until || self.entries.get(instance).is_some_and(|entries| entries.contains(&seq))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn it_holds_for_the_user_up_to_a_number_and_for_single_entries() {
        let covers = Covers {
            user: Some(UserId(7)),
            until: BTreeMap::from([("one".to_owned(), 10)]),
            entries: BTreeMap::from([("one".to_owned(), BTreeSet::from([3, 12]))]),
        };
        assert_eq!(covers.to_json(), r#"{"user":7,"until":{"one":10},"entries":{"one":[3,12]}}"#);
        for (instance, seq, user, holds) in [
            ("one", 10, Some(7), true),
            ("one", 11, Some(7), false),
            ("one", 10, Some(8), false),
            ("one", 10, None, false),
            ("one", 3, Some(8), true),
            ("one", 12, None, true),
            ("two", 3, Some(7), false),
        ] {
            assert_eq!(covers.holds(instance, seq, user.map(UserId)), holds, "{instance} {seq} {user:?}");
        }
    }

    #[test]
    fn only_an_erasure_or_a_pruning_that_was_done_covers_anything() {
        let covers = |action, status, covers: &str| {
            let covers = Some(covers.to_owned());
            Covers::of(&AuditEvent { covers, ..AuditEvent::new(Timestamp::UNIX_EPOCH, action, status) }).is_some()
        };
        let (of_user, of_all) = (r#"{"user":7,"until":{"one":1}}"#, r#"{"until":{"one":1}}"#);
        assert!(covers(AuditAction::UserErased, AuditStatus::Ok, of_user));
        assert!(covers(AuditAction::AuditPruned, AuditStatus::Ok, of_all));
        assert!(!covers(AuditAction::UserErased, AuditStatus::Refused, of_user));
        assert!(!covers(AuditAction::UserErased, AuditStatus::Ok, of_all), "an erasure is of somebody");
        assert!(!covers(AuditAction::AuditPruned, AuditStatus::Ok, of_user));
        assert!(!covers(AuditAction::Question, AuditStatus::Ok, of_all));
        assert!(!covers(AuditAction::AuditPruned, AuditStatus::Ok, "everything"));
    }
}
