//! Codes in the chat: given, asked for, and posted where others read them.

use crate::access::Why;
use crate::commands::reading::link_code;
use crate::domain::{
    Actor, AuditAction, AuditEvent, AuditStatus, Command, Event, EventBody, Locale, Outgoing, Place, User,
};
use crate::egress::neutralized;
use crate::error::PipelineError;
use crate::identity::Identity;
use crate::people::{CODE_LIFETIME, code_hash, codes_in, is_code, locked, new_code};
use crate::ports::{ChatPlatform, LinkRequest, LiveCode, Redeemed};
use crate::text::{Text, text};

impl Identity {
    /// Voids every code that somebody posts where others read it, and tells them; whether there was one.
    pub(crate) async fn burn_posted(&self, event: &Event, platform: &dyn ChatPlatform) -> Result<bool, PipelineError> {
        let written = match &event.body {
            EventBody::Said(words) | EventBody::Command(Command { words, .. }) => words.clone(),
            EventBody::Asked { words, target } => format!("{words} {target}"),
            _ => return Ok(false),
        };
        if event.place.private {
            return Ok(false);
        }
        let mut burnt = false;
        for hash in codes_in(&written).iter().map(|code| code_hash(code)) {
            let Some(code) = self.people.live_code(&hash, self.clock.now()).await? else { continue };
            let (user, detail) = match code {
                LiveCode::OfUser(user) => (Some(user), "code".to_owned()),
                LiveCode::OfActor(actor) => (None, format!("request {} {}", actor.platform, actor.id)),
            };
            let event =
                self.recorder.event_by(&event.actor, &event.place, user, AuditAction::LinkBurnt, AuditStatus::Ok);
            self.recorder.record(AuditEvent { detail: Some(detail), ..event }).await?;
            self.people.burn_code(&hash).await?;
            burnt = true;
        }
        if burnt {
            let locale = self.locale_of(self.people.linked(&event.actor).await?.as_ref(), event, platform);
            let told = text("link-burnt");
            self.say_alone(event, platform, &told, &told, locale).await;
        }
        Ok(burnt)
    }

    /// Links an actor who gives a code, or makes one for somebody to confirm; whether the event was about that.
    pub(crate) async fn take_code(
        &self,
        event: &Event,
        platform: &dyn ChatPlatform,
        linked: Option<&User>,
    ) -> Result<bool, PipelineError> {
        let code = match &event.body {
            EventBody::Command(command) => link_code(command),
            // Somebody unknown who sends the code alone means the same.
            EventBody::Said(words) if event.place.private && linked.is_none() && is_code(words) => Some(words.as_str()),
            EventBody::Said(_)
            | EventBody::Asked { .. }
            | EventBody::Unreadable
            | EventBody::Clicked(_)
            | EventBody::Edited { .. }
            | EventBody::Deleted { .. }
            | EventBody::Reworded { .. }
            | EventBody::Left => None,
        };
        let is_known = linked.is_some_and(|user| !user.disabled);
        let locale = self.locale_of(linked, event, platform);
        let (sentence, locale) = match code {
            None => return Ok(false),
            // Whoever is linked already needs no code.
            Some("") if is_known => return Ok(false),
            Some("") => (self.make_request(event, platform).await?, locale),
            Some(code) if event.place.private => self.redeem(event, code, linked, locale).await?,
            Some(_) => (self.wrong_in_public(event).await?, locale),
        };
        // A code that was asked for is never said to others.
        let elsewhere = if code == Some("") { text("private-failed") } else { sentence.clone() };
        self.say_alone(event, platform, &sentence, &elsewhere, locale).await;
        Ok(true)
    }

    /// The linking help, at most once in a while; each time where the platform shows that an answer is awaited.
    pub(crate) async fn help_stranger(&self, event: &Event, platform: &dyn ChatPlatform) {
        let once_more = self.helped.once_more(&event.actor, self.clock.now());
        if !once_more && platform.awaits(event).is_none() {
            return;
        }
        if self.is_closed(&event.place) {
            return self.turn_away(event, platform, once_more).await;
        }
        let prefix = platform.capabilities().command_prefix;
        let (help, short) = (text("linking-help"), text("linking-help-short"));
        let (help, short) = (help.with("prefix", prefix), short.with("prefix", prefix));
        let locale = self.locale_of(None, event, platform);
        if platform.is_of_two(&event.place) {
            let plain = text("linking-help-plain").with("prefix", prefix);
            self.outbox.send(platform, &event.place, &Outgoing::text(plain.render(locale))).await;
        } else {
            self.say_alone(event, platform, &help, &short, locale).await;
        }
    }

    /// True if a place that others read admits only some roles.
    fn is_closed(&self, place: &Place) -> bool {
        !place.private && self.settings.places.of(place).is_some_and(|terms| terms.roles.is_some())
    }

    /// Turns away somebody unknown, who is not welcome where only some are; that they tried is recorded, once in a while.
    async fn turn_away(&self, event: &Event, platform: &dyn ChatPlatform, once_more: bool) {
        let place = &event.place;
        if once_more {
            let denied = self.recorder.event_by(&event.actor, place, None, AuditAction::Denied, AuditStatus::Refused);
            let rule = Some(Why::NotWelcome.word().to_owned());
            if let Err(error) = self.recorder.append(AuditEvent { rule, ..denied }).await {
                return tracing::error!(%error, "an unlinked account was turned away, but the audit could not record it");
            }
        }
        let sentence = text("place-not-welcome");
        if let Some(locale) = platform.awaits(event) {
            return self.say_alone(event, platform, &sentence, &sentence, locale).await;
        }
        let locale = self.settings.language_of(place).unwrap_or(self.settings.locale);
        self.outbox.send(platform, place, &Outgoing::text(sentence.render(locale))).await;
    }

    /// Tells whoever confirms a link, by a code that names who asks.
    async fn make_request(&self, event: &Event, platform: &dyn ChatPlatform) -> Result<Text, PipelineError> {
        let (now, prefix) = (self.clock.now(), platform.capabilities().command_prefix);
        if !self.requested.once_more(&event.actor, now) {
            return Ok(text("link-request-later"));
        }
        self.recorder
            .record(self.recorder.event_by(
                &event.actor,
                &event.place,
                None,
                AuditAction::LinkRequested,
                AuditStatus::Ok,
            ))
            .await?;
        let (actor, code) = (event.actor.clone(), new_code(&*self.entropy));
        let request = LinkRequest { actor, hash: code_hash(&code), at: now, expires_at: now + CODE_LIFETIME };
        self.people.request_link(&request).await?;
        Ok(text("link-request").with("code", code).with("prefix", prefix))
    }

    /// Answers a person who gives a code in private, in their language once it is known.
    async fn redeem(
        &self,
        event: &Event,
        code: &str,
        linked: Option<&User>,
        locale: Locale,
    ) -> Result<(Text, Locale), PipelineError> {
        let (now, hash) = (self.clock.now(), code_hash(code));
        let user = match self.people.live_code(&hash, now).await? {
            // Not a guess: they have read it here.
            Some(LiveCode::OfActor(actor)) if same(&actor, &event.actor) => {
                return Ok((text("link-own-request"), locale));
            }
            Some(LiveCode::OfUser(user)) => Some(user),
            Some(LiveCode::OfActor(_)) | None => None,
        };
        let before = linked.filter(|before| Some(before.id) != user);
        let detail = before.map(|before| format!("replaces={}", before.id.0));
        let attempt =
            self.recorder.event_by(&event.actor, &event.place, user, AuditAction::LinkAttempt, AuditStatus::Ok);
        self.recorder.record(AuditEvent { detail: detail.clone(), ..attempt }).await?;
        let redeemed = self.people.redeem_code(&event.actor, &hash, now).await?;
        let (status, user, sentence, locale) = match redeemed {
            Redeemed::Linked(user) => {
                let sentence = text("link-done").with("name", neutralized(&user.full_name));
                (AuditStatus::Ok, Some(user.id), sentence, user.locale)
            }
            Redeemed::Wrong => (AuditStatus::Refused, None, text("link-wrong"), locale),
            Redeemed::Locked { until } => (AuditStatus::Refused, None, locked(until, now), locale),
        };
        let ended = self.recorder.event_by(&event.actor, &event.place, user, AuditAction::Link, status);
        self.recorder.append_or_log(AuditEvent { detail, ..ended }).await;
        Ok((sentence, locale))
    }

    /// A code given where others read it was none, or it would have been burnt: it counts like any wrong one.
    async fn wrong_in_public(&self, event: &Event) -> Result<Text, PipelineError> {
        let now = self.clock.now();
        let about = |action, status| self.recorder.event_by(&event.actor, &event.place, None, action, status);
        self.recorder.record(about(AuditAction::LinkAttempt, AuditStatus::Ok)).await?;
        let until = self.people.count_wrong_code(&event.actor, now).await?;
        self.recorder.append_or_log(about(AuditAction::Link, AuditStatus::Refused)).await;
        Ok(until.map_or_else(|| text("link-in-public"), |until| locked(until, now)))
    }

    /// Says something to one person in private; where that cannot be, `elsewhere` where they are.
    async fn say_alone(
        &self,
        event: &Event,
        platform: &dyn ChatPlatform,
        sentence: &Text,
        elsewhere: &Text,
        locale: Locale,
    ) {
        let message = Outgoing::text(sentence.render(locale));
        if let Some(aside) = platform.aside(event)
            && self.outbox.send(platform, &aside, &message).await
        {
            return;
        }
        let place = if event.place.private { Ok(event.place.clone()) } else { platform.open_dm(&event.actor).await };
        if let Ok(place) = place
            && self.outbox.send(platform, &place, &message).await
        {
            return;
        }
        if !event.place.private {
            self.outbox.send(platform, &event.place, &Outgoing::text(elsewhere.render(locale))).await;
        }
    }

    /// The language of somebody: their own, or that of their client while nobody knows them.
    fn locale_of(&self, user: Option<&User>, event: &Event, platform: &dyn ChatPlatform) -> Locale {
        let unknown = || platform.awaits(event).unwrap_or(self.settings.locale);
        user.map_or_else(unknown, |user| user.locale)
    }
}

/// Names decide nothing.
fn same(one: &Actor, other: &Actor) -> bool {
    (&one.platform, &one.id) == (&other.platform, &other.id)
}
