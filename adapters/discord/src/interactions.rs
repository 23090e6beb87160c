//! Interactions: commands, buttons and forms. Each is acknowledged before it is answered.

use std::time::Duration;

use pstral_core::domain::{Actor, Event, EventBody, Place};
use pstral_core::text::text;
use serde_json::{Value, json};
use serenity::http::{LightMethod, Route};
use serenity::model::application::Interaction;
use serenity::model::channel::PartialChannel;
use serenity::model::id::{ChannelId, GuildId, InteractionId};
use serenity::model::user::User;

use pstral_core::ports::Inbox;

use crate::Discord;
use crate::body::short;
use crate::channels::CachedChannel;
use crate::error::{DiscordError, codes};
use crate::hearing::actor;
use crate::pending_interactions::{PendingInteraction, ResponseState};
use crate::place::private;
use crate::rest::{plain, with_body};
use crate::snowflake::moment;

/// The time-out of one attempt at a first answer.
const TRY: Duration = Duration::from_millis(1_200);
/// The pause before the next attempt.
const PAUSE: Duration = Duration::from_millis(150);

/// Types of first answers
/// (<https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object>).
pub(crate) mod answers {
    pub(crate) const CHANNEL_MESSAGE: u8 = 4;
    pub(crate) const DEFERRED_MESSAGE: u8 = 5;
    pub(crate) const DEFERRED_UPDATE: u8 = 6;
    pub(crate) const SUGGESTIONS: u8 = 8;
    pub(crate) const MODAL: u8 = 9;
}

/// The fields that all kinds of interaction share: the person, the server and the channel.
pub(crate) struct Acted<'a> {
    pub(crate) id: InteractionId,
    pub(crate) user: &'a User,
    pub(crate) guild: Option<GuildId>,
    pub(crate) channel_id: ChannelId,
    pub(crate) channel: Option<&'a PartialChannel>,
}

/// Implements the conversion to [`Acted`] for one kind of interaction: their fields are the same, their types are not.
macro_rules! acted {
    ($interaction:expr) => {
        $crate::interactions::Acted {
            id: $interaction.id,
            user: &$interaction.user,
            guild: $interaction.guild_id,
            channel_id: $interaction.channel_id,
            channel: $interaction.channel.as_ref(),
        }
    };
}
pub(crate) use acted;

impl Acted<'_> {
    /// Creates the event of the interaction in a place.
    pub(crate) fn event(&self, place: Place, body: EventBody) -> Event {
        let id = self.id.get();
        Event { id: id.to_string(), at: moment(id), actor: self.actor(), place, body }
    }

    pub(crate) fn actor(&self) -> Actor {
        actor(self.user)
    }
}

impl Discord {
    /// Handles an interaction, which waits for an answer.
    pub(crate) async fn interact(&self, interaction: Interaction, inbox: &Inbox) {
        match interaction {
            Interaction::Command(command) => self.command(&command, inbox).await,
            Interaction::Autocomplete(command) => self.suggest(&command).await,
            Interaction::Component(click) => self.click(&click, inbox).await,
            Interaction::Modal(form) => self.form_sent(&form, inbox).await,
            _ => {}
        }
    }

    /// Returns the place of an interaction and its channel, if that is known; `None` where Pstral does not answer.
    pub(crate) fn where_it_was(&self, acted: &Acted<'_>) -> Option<(Place, Option<CachedChannel>)> {
        let (id, user) = (acted.channel_id.get(), acted.user.id.get());
        let Some(guild) = acted.guild.map(u64::from) else {
            self.dm_channels.learn(user, id);
            self.recent.spoke_in(id, None);
            return Some((private(id), None));
        };
        let told = || acted.channel.map(|channel| CachedChannel::of_interaction(guild, channel));
        let known = self.channels.get(id).or_else(told)?;
        if !self.config.allows(guild, known.channel(id)) {
            return None;
        }
        // Who clicks in a thread may go on there in words.
        self.recent.spoke_in(id, Some(guild));
        let place = known.place(id);
        self.closed.forget(&place);
        Some((place, Some(known)))
    }

    /// Sends the first answer to an interaction. Returns true if the interaction is ours to answer: if Discord does not
    /// accept the first answer, the request is still carried out and its result shown elsewhere.
    pub(crate) async fn acknowledge(&self, opened: &PendingInteraction, answer: &Value, then: ResponseState) -> bool {
        let mut state = opened.state.lock().await;
        if *state != ResponseState::Pending {
            return true;
        }
        let (now, is_ours) = match self.answer_first(opened, answer).await {
            Ok(()) => (then, true),
            // By another instance, which has it.
            Err(fault) if fault.code() == Some(codes::ALREADY_ANSWERED) => (ResponseState::Failed, false),
            Err(fault) => {
                tracing::warn!(
                    ?fault,
                    interaction = opened.id,
                    "Discord did not accept the first response; the result is shown elsewhere"
                );
                (ResponseState::Failed, true)
            }
        };
        *state = now;
        is_ours
    }

    /// Sends the first answer to an interaction, retrying while Discord fails or is silent, for as long as it accepts
    /// one.
    pub(crate) async fn answer_first(&self, opened: &PendingInteraction, answer: &Value) -> Result<(), DiscordError> {
        let mut may_be_taken = false;
        loop {
            let route = Route::InteractionResponse { interaction_id: opened.id.into(), token: &opened.token };
            let answered = self.rest.answer(with_body(LightMethod::Post, route, answer));
            let silent = || Err(DiscordError::Unavailable("no answer in time".to_owned()));
            let (fault, pause, is_lost) = match tokio::time::timeout(TRY, answered).await.unwrap_or_else(|_| silent()) {
                Ok(()) => return Ok(()),
                // An earlier try was taken, and its answer lost. After one that was certainly not, it is another instance's.
                Err(fault) if may_be_taken && fault.code() == Some(codes::ALREADY_ANSWERED) => return Ok(()),
                Err(DiscordError::RateLimited(wait)) => (DiscordError::RateLimited(wait), wait.max(PAUSE), false),
                Err(fault @ DiscordError::NotSent(_)) => (fault, PAUSE, false),
                Err(fault @ DiscordError::Unavailable(_)) => (fault, PAUSE, true),
                Err(fault) => return Err(fault),
            };
            if !opened.takes_a_first_answer_in(pause) {
                return Err(fault);
            }
            tokio::time::sleep(pause).await;
            may_be_taken |= is_lost;
        }
    }

    /// Shows that person alone that Pstral is thinking.
    pub(crate) async fn defer_reply(&self, opened: &PendingInteraction) -> bool {
        let answer = json!({ "type": answers::DEFERRED_MESSAGE, "data": { "flags": 1 << 6 } });
        self.acknowledge(opened, &answer, ResponseState::Deferred).await
    }

    /// Acknowledges a click without showing anything.
    pub(crate) async fn defer_update(&self, opened: &PendingInteraction) -> bool {
        self.acknowledge(opened, &json!({ "type": answers::DEFERRED_UPDATE }), ResponseState::Acknowledged).await
    }

    /// Tells the person that Pstral does not answer here.
    pub(crate) async fn reply_not_here(&self, opened: &PendingInteraction) {
        self.reply_ephemeral(opened, &text("discord-not-here").render(opened.locale)).await;
    }

    /// Sends a sentence to that person alone, as the first answer.
    pub(crate) async fn reply_ephemeral(&self, opened: &PendingInteraction, sentence: &str) -> bool {
        let answer = json!({ "type": answers::CHANNEL_MESSAGE, "data": short(sentence) });
        self.acknowledge(opened, &answer, ResponseState::Acknowledged).await
    }

    /// Closes an interaction that has been answered: its person is no longer shown that Pstral is thinking.
    pub(crate) async fn close(&self, opened: &PendingInteraction) {
        let mut state = opened.state.lock().await;
        if *state != ResponseState::Deferred {
            return;
        }
        let route =
            Route::WebhookOriginalInteractionResponse { application_id: self.application(), token: &opened.token };
        if let Err(fault) = self.rest.answer(plain(LightMethod::Delete, route)).await {
            tracing::warn!(
                ?fault,
                interaction = opened.id,
                "the deferred reply could not be removed; the person still sees that Pstral is thinking"
            );
        }
        *state = ResponseState::Acknowledged;
    }
}
