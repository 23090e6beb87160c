//! The roles of the configuration and their capabilities.

use std::collections::{BTreeMap, BTreeSet};

use super::{Capability, Role};

/// The roles there are, and what each lets people do. A user whose role is not among them may do nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeMap<Role, BTreeSet<Capability>>);

impl Default for Roles {
    /// Members ask and run; stewards also agree and look after what is known; admins may do everything.
    fn default() -> Self {
        use Capability::{ApproveCostly, Ask, Execute, ManageDocuments, ManageVerified};
        Self(BTreeMap::from([
            (Role::member(), [Ask, Execute].into()),
            (Role::steward(), [Ask, Execute, ManageVerified, ManageDocuments, ApproveCostly].into()),
            (Role::admin(), Capability::ALL.iter().copied().collect()),
        ]))
    }
}

impl Roles {
    /// Sets the capabilities of a role, replacing any earlier ones.
    #[must_use]
    pub fn with(mut self, role: Role, capabilities: BTreeSet<Capability>) -> Self {
        self.0.insert(role, capabilities);
        self
    }

    /// Checks whether the role exists.
    pub fn knows(&self, role: &Role) -> bool {
        self.0.contains_key(role)
    }

    /// Every role there is.
    pub fn all(&self) -> BTreeSet<Role> {
        self.0.keys().cloned().collect()
    }

    /// Returns the capabilities of a role; none if it does not exist.
    pub fn of(&self, role: &Role) -> BTreeSet<Capability> {
        self.0.get(role).cloned().unwrap_or_default()
    }

    /// The roles that let people do something.
    pub fn that_may(&self, capability: Capability) -> Vec<Role> {
        self.0.iter().filter(|(_, held)| held.contains(&capability)).map(|(role, _)| role.clone()).collect()
    }

    /// The names of all, for a sentence.
    pub fn named(&self) -> String {
        self.0.keys().map(Role::word).collect::<Vec<_>>().join(", ")
    }

    /// Checks whether a role has a capability.
    pub fn may(&self, role: &Role, capability: Capability) -> bool {
        self.0.get(role).is_some_and(|held| held.contains(&capability))
    }
}
