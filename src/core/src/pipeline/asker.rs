//! Who is asking: from an actor of a platform to a local user.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{Pipeline, PipelineError, Why};
use crate::domain::{Actor, AuditAction, AuditEvent, AuditStatus, Capability, Event, Locale, Place, User};
use crate::egress::fit;
use crate::ports::ChatPlatform;
use crate::text::{Text, text};

/// A known person, where they are and how to reach them.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) user: User,
    pub(super) actor: Actor,
    pub(super) place: Place,
    pub(super) platform: Arc<dyn ChatPlatform>,
    /// What their role lets them do.
    pub(super) capabilities: BTreeSet<Capability>,
    /// The language they read where nobody else does; `user.locale` is the one of the place.
    pub(super) own_locale: Locale,
    /// The time zone they are told times in.
    pub(super) zone: TimeZone,
    /// The platform's id of what they did.
    pub(super) event: String,
    /// Where only they read what answers that, where they did it.
    pub(super) aside: Option<Place>,
}

impl Asker {
    /// What commands begin with where they are.
    pub(super) fn prefix(&self) -> &'static str {
        self.platform.capabilities().command_prefix
    }

    /// Whether their role lets them do something.
    pub(super) fn may(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
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
    ) -> Result<(), PipelineError> {
        if asker.may(capability) {
            return Ok(());
        }
        let denied = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
        self.record(AuditEvent { detail: Some(fit(tried.trim(), 200)), ..denied }).await?;
        Err(PipelineError::Tell(otherwise))
    }

    /// The asker of an event. A code that is posted or given is seen to first, whoever gives it; an actor who is not
    /// linked, or whose user is disabled, gets the linking help for anything else.
    pub(super) async fn identify(
        &self,
        event: &Event,
        platform: Arc<dyn ChatPlatform>,
    ) -> Result<Option<Asker>, PipelineError> {
        if self.burn_posted(event, &*platform).await? {
            return Ok(None);
        }
        let linked = self.parts.people.linked(&event.actor).await?;
        if self.take_code(event, &*platform, linked.as_ref()).await? {
            return Ok(None);
        }
        if let Some(user) = linked.filter(|user| !user.disabled) {
            return Ok(Some(self.asker(user, event, platform)));
        }
        self.help_stranger(event, &*platform).await;
        Ok(None)
    }

    /// A known person where they are.
    fn asker(&self, mut user: User, event: &Event, platform: Arc<dyn ChatPlatform>) -> Asker {
        let (actor, place) = (event.actor.clone(), event.place.clone());
        let (own_locale, capabilities) = (user.locale, self.parts.settings.roles.of(&user.role));
        user.locale = self.language_of(&place).unwrap_or(own_locale);
        let zone = user.zone.clone().unwrap_or_else(|| self.parts.settings.zone.clone());
        let aside = platform.aside(event);
        Asker { user, actor, place, platform, capabilities, own_locale, zone, event: event.id.clone(), aside }
    }

    /// The language of what everybody in a place reads, where the configuration says one.
    pub(super) fn language_of(&self, place: &Place) -> Option<Locale> {
        self.parts.settings.places.of(place).filter(|_| !place.private)?.language
    }

    /// Whether the asker is welcome where they are. Others get one sentence, and that they tried is recorded: once in a
    /// while, as for those whom nobody knows.
    pub(super) async fn admit(&self, asker: &Asker) -> Result<bool, PipelineError> {
        let ruling = self.parts.settings.entrance(&asker.user.role, &asker.place);
        if ruling.allowed {
            return Ok(true);
        }
        let once_more = self.strangers.turned_away.once_more_in(&asker.actor, &asker.place, self.parts.clock.now());
        if !once_more && asker.aside.is_none() {
            return Ok(false);
        }
        if once_more {
            let denied = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
            let (rule, detail) = (Some(ruling.why.word().to_owned()), Some(ruling.to_string()));
            self.record(AuditEvent { rule, detail, ..denied }).await?;
        }
        Err(PipelineError::Tell(match ruling.why {
            Why::RoleUnknown => text("role-not-configured").with("role", asker.user.role.word()),
            _ => text("place-not-welcome"),
        }))
    }
}
