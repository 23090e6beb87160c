//! A known person, where they are and how to reach them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::domain::{Actor, Capability, Locale, Place, User};
use crate::ports::ChatPlatform;

/// A known person, where they are and how to reach them.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) user: User,
    pub(crate) actor: Actor,
    pub(crate) place: Place,
    pub(crate) platform: Arc<dyn ChatPlatform>,
    /// Capabilities of the person's role.
    pub(crate) capabilities: BTreeSet<Capability>,
    /// The language they read where nobody else does; `user.locale` is the one of the place.
    pub(crate) own_locale: Locale,
    /// The time zone they are told times in.
    pub(crate) zone: TimeZone,
    /// The platform's id of what they did.
    pub(crate) event: String,
    /// The private place in which only they read the reply, if the request was made elsewhere.
    pub(crate) aside: Option<Place>,
    /// The network address a program asks from; `None` of what comes through a chat.
    pub(crate) ip: Option<String>,
}

impl Asker {
    /// The prefix of commands on the asker's platform.
    pub(crate) fn prefix(&self) -> &'static str {
        self.platform.capabilities().command_prefix
    }

    /// True if the asker reads messages and can type commands; programs cannot.
    pub(crate) fn types_commands(&self) -> bool {
        !self.prefix().is_empty()
    }

    /// True if the asker's role has the capability.
    pub(crate) fn may(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }
}
