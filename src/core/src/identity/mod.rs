//! Resolves a platform account to a local user and links accounts to users.
//!
//! Never answers a question: whoever is not known hears only of linking, or is turned away.

mod linking;

use std::sync::Arc;

use crate::access::recent::Recent;
use crate::asker::Asker;
use crate::domain::{Event, User};
use crate::error::PipelineError;
use crate::outbox::send::Outbox;
use crate::ports::{ChatPlatform, Clock, Entropy, People};
use crate::recorder::Recorder;
use crate::settings::Settings;

/// Finds out who acts, and links those who give a code.
pub(crate) struct Identity {
    pub(crate) settings: Arc<Settings>,
    pub(crate) helped: Recent,
    pub(crate) requested: Recent,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) people: Arc<dyn People>,
}

impl Identity {
    /// The asker of an event. A code that is posted or given is seen to first, whoever gives it; an actor who is not
    /// linked, or whose user is disabled, gets the linking help for anything else.
    pub(crate) async fn identify(
        &self,
        event: &Event,
        platform: Arc<dyn ChatPlatform>,
    ) -> Result<Option<Asker>, PipelineError> {
        if self.burn_posted(event, &*platform).await? {
            return Ok(None);
        }
        let linked = self.people.linked(&event.actor).await?;
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
        let (own_locale, capabilities) = (user.locale, self.settings.roles.of(&user.role));
        user.locale = self.settings.language_of(&place).unwrap_or(own_locale);
        let zone = user.zone.clone().unwrap_or_else(|| self.settings.zone.clone());
        let aside = platform.aside(event);
        Asker { user, actor, place, platform, capabilities, own_locale, zone, event: event.id.clone(), aside, ip: None }
    }
}
