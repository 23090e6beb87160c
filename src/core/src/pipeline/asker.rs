//! Who is asking: from an actor of a platform to a local user.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Pipeline, Trouble, Why};
use crate::domain::{
    Actor, AuditAction, AuditEvent, AuditStatus, Capability, Event, EventBody, Locale, Outgoing, Place, User, sha256,
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
    /// What their role lets them do.
    pub(super) capabilities: BTreeSet<Capability>,
    /// The language they read where nobody else does; `user.locale` is the one of the place.
    pub(super) own_locale: Locale,
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
            return Ok(Some(self.asker(user, event, platform)));
        }
        let (sentence, locale) = match &event.body {
            EventBody::Command(words) => match super::command::link_code(words) {
                Some(code) => self.link(event, code).await?,
                None => self.help_for_strangers(event, &*platform).await?,
            },
            EventBody::Said(_) | EventBody::Clicked(_) => self.help_for_strangers(event, &*platform).await?,
        };
        self.send(&*platform, &event.place, &Outgoing::text(sentence.render(locale))).await;
        Ok(None)
    }

    /// A known person where they are.
    fn asker(&self, mut user: User, event: &Event, platform: Arc<dyn ChatPlatform>) -> Asker {
        let (actor, place) = (event.actor.clone(), event.place.clone());
        let (own_locale, capabilities) = (user.locale, self.parts.settings.roles.of(&user.role));
        user.locale = self.language_of(&place).unwrap_or(own_locale);
        Asker { user, actor, place, platform, capabilities, own_locale }
    }

    /// The language of what everybody in a place reads, where the configuration says one.
    fn language_of(&self, place: &Place) -> Option<Locale> {
        self.parts.settings.places.of(place).filter(|_| !place.private)?.language
    }

    /// Lets those go on who are welcome where they are; others get one sentence, and that they tried is recorded.
    pub(super) async fn admit(&self, asker: &Asker) -> Result<(), Trouble> {
        let ruling = self.parts.settings.entrance(&asker.user.role, &asker.place);
        if ruling.allowed {
            return Ok(());
        }
        let denied = self.event(asker, AuditAction::Denied, AuditStatus::Refused);
        let (rule, detail) = (Some(ruling.why.word().to_owned()), Some(ruling.to_string()));
        self.record(AuditEvent { rule, detail, ..denied }).await?;
        Err(Trouble::Tell(match ruling.why {
            Why::RoleUnknown => text("role-not-configured").with("role", asker.user.role.word()),
            _ => text("place-not-welcome"),
        }))
    }

    /// What somebody is told whom nobody knows: how to be known, unless only some are welcome here.
    async fn help_for_strangers(&self, event: &Event, platform: &dyn ChatPlatform) -> Result<(Text, Locale), Trouble> {
        let place = &event.place;
        let locale = self.language_of(place).unwrap_or(self.parts.settings.locale);
        let is_closed = self.parts.settings.places.of(place).is_some_and(|terms| terms.roles.is_some());
        if place.private || !is_closed {
            return Ok((linking_help(platform), locale));
        }
        let denied = self.event_by(&event.actor, place, None, AuditAction::Denied, AuditStatus::Refused);
        let rule = Some(Why::NotWelcome.word().to_owned());
        self.record(AuditEvent { rule, ..denied }).await?;
        Ok((text("place-not-welcome"), locale))
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
