//! How much people and places may ask and run.

use std::collections::BTreeMap;

use crate::domain::Role;

/// How much of something may be done; nothing limits it where it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantity {
    /// In a minute.
    pub per_minute: u32,
    /// In a day.
    pub per_day: u32,
}

/// How much of each may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantities {
    /// Questions.
    pub questions: Quantity,
    /// Executions.
    pub executions: Quantity,
}

/// How much people and places may ask and run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuotaLimits {
    /// Each person.
    pub user: Quantities,
    /// Each place that more than one person reads.
    pub place: Quantities,
    /// Each person of a role, in place of what holds for every person.
    pub roles: BTreeMap<Role, Quantities>,
}
