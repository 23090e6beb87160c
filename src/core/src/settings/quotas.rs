//! Quotas of people and places.

use std::collections::BTreeMap;

use crate::domain::Role;

/// A quota; 0 means unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantity {
    /// In a minute.
    pub per_minute: u32,
    /// In a day.
    pub per_day: u32,
}

/// Quotas of each limited activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantities {
    /// Questions.
    pub questions: Quantity,
    /// Executions.
    pub executions: Quantity,
}

/// Quotas of people and of places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuotaLimits {
    /// Each person.
    pub user: Quantities,
    /// Each place that more than one person reads.
    pub place: Quantities,
    /// Each person of a role, in place of what holds for every person.
    pub roles: BTreeMap<Role, Quantities>,
}
