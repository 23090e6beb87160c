//! Who is asking: from an actor of a platform to a local user.

use std::sync::Arc;

use super::{Pipeline, Trouble};
use crate::domain::{Actor, AuditAction, AuditEvent, AuditStatus, Capability, Event, Place, Role, User};
use crate::egress::fit;
use crate::ports::ChatPlatform;
use crate::text::Text;

/// A known person, where they are and how to reach them.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) user: User,
    pub(super) actor: Actor,
    pub(super) place: Place,
    pub(super) platform: Arc<dyn ChatPlatform>,
}

impl Asker {
    /// What commands begin with where they are.
    pub(super) fn prefix(&self) -> &'static str {
        self.platform.capabilities().command_prefix
    }

    /// Whether their role lets them do something.
    pub(super) fn may(&self, capability: Capability) -> bool {
        match capability {
            Capability::Ask | Capability::Execute => true,
            Capability::ApproveCostly | Capability::ManageVerified | Capability::ManageDocuments => {
                self.user.role >= Role::Steward
            }
            Capability::ReadAudit | Capability::ManageUsers => self.user.role == Role::Admin,
        }
    }
}

impl Pipeline {
    /// Lets those go on whose role lets them; that somebody else tried is recorded, with what they tried.
    pub(super) async fn require(
        &self,
        asker: &Asker,
        capability: Capability,
        tried: &str,
        otherwise: Text,
    ) -> Result<(), Trouble> {
        if asker.may(capability) {
            return Ok(());
        }
        let denied = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
        self.record(AuditEvent { detail: Some(fit(tried.trim(), 200)), ..denied }).await?;
        Err(Trouble::Tell(otherwise))
    }

    /// The asker of an event. A code that is posted or given is seen to first, whoever gives it; an actor who is not
    /// linked, or whose user is disabled, gets the linking help for anything else.
    pub(super) async fn identify(
        &self,
        event: &Event,
        platform: Arc<dyn ChatPlatform>,
    ) -> Result<Option<Asker>, Trouble> {
        if self.burn_posted(event, &*platform).await? {
            return Ok(None);
        }
        let linked = self.parts.people.linked(&event.actor).await?;
        if self.take_code(event, &*platform, linked.as_ref()).await? {
            return Ok(None);
        }
        if let Some(user) = linked.filter(|user| !user.disabled) {
            let (actor, place) = (event.actor.clone(), event.place.clone());
            return Ok(Some(Asker { user, actor, place, platform }));
        }
        self.help_stranger(event, &*platform).await;
        Ok(None)
    }
}
