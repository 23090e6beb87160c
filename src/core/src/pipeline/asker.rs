//! Who is asking: from an actor of a platform to a local user.

use std::sync::Arc;

use super::{Pipeline, Trouble};
use crate::domain::{
    Actor, AuditAction, AuditEvent, AuditStatus, Capability, Event, EventBody, Locale, Outgoing, Place, Role, User,
    sha256,
};
use crate::egress::fit;
use crate::ports::{ChatPlatform, Redeemed};
use crate::text::{Text, text};

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

    /// The asker of an event. An actor who is not linked, or whose user is disabled, can give a code and gets the
    /// linking help for anything else.
    pub(super) async fn identify(
        &self,
        event: &Event,
        platform: Arc<dyn ChatPlatform>,
    ) -> Result<Option<Asker>, Trouble> {
        if let Some(user) = self.parts.people.linked(&event.actor).await?
            && !user.disabled
        {
            let (actor, place) = (event.actor.clone(), event.place.clone());
            return Ok(Some(Asker { user, actor, place, platform }));
        }
        let known = self.parts.settings.locale;
        let (sentence, locale) = match &event.body {
            EventBody::Command(words) => match super::command::link_code(words) {
                Some(code) => self.link(event, code).await?,
                None => (linking_help(&*platform), known),
            },
            EventBody::Said(_) | EventBody::Clicked(_) => (linking_help(&*platform), known),
        };
        self.send(&*platform, &event.place, &Outgoing::text(sentence.render(locale))).await;
        Ok(None)
    }

    async fn link(&self, event: &Event, code: &str) -> Result<(Text, Locale), Trouble> {
        let now = self.parts.clock.now();
        let (actor, place) = (&event.actor, &event.place);
        self.record(self.event_by(actor, place, None, AuditAction::LinkAttempt, AuditStatus::Ok)).await?;
        let redeemed = self.parts.people.redeem_code(actor, &code_hash(code), now).await?;
        let (status, user, sentence, locale) = match redeemed {
            // The code was right, but the user may no longer come in: nothing tells the two apart from outside.
            Redeemed::Linked(user) if user.disabled => {
                (AuditStatus::Refused, Some(user.id), text("link-wrong"), self.parts.settings.locale)
            }
            Redeemed::Linked(user) => {
                let sentence = text("link-done").with("name", &user.full_name);
                (AuditStatus::Ok, Some(user.id), sentence, user.locale)
            }
            Redeemed::Wrong => (AuditStatus::Refused, None, text("link-wrong"), self.parts.settings.locale),
            Redeemed::Locked { until } => {
                let minutes = until.duration_since(now).as_secs().max(0).unsigned_abs().div_ceil(60);
                (AuditStatus::Refused, None, text("link-locked").count("minutes", minutes), self.parts.settings.locale)
            }
        };
        let ended = self.event_by(actor, place, user, AuditAction::Link, status);
        if let Err(error) = self.parts.audit.append(ended).await {
            tracing::error!(%error, "the end of an attempt to link could not be recorded");
        }
        Ok((sentence, locale))
    }
}

fn linking_help(platform: &dyn ChatPlatform) -> Text {
    text("linking-help").with("prefix", platform.capabilities().command_prefix)
}

/// How a one-time code is kept: hashed, whatever case and spacing it is typed in.
pub fn code_hash(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    sha256(&plain)
}
