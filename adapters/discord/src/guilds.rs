//! Servers that we enter and leave.

use std::time::Duration;

use jiff::Timestamp;
use pstral_core::ports::Inbox;
use pstral_core::text::text;
use serenity::http::{LightMethod, Route};
use serenity::model::guild::Guild;

use crate::Discord;
use crate::asked::Question;
use crate::body::open;
use crate::place::{Spot, spot};
use crate::rest::{plain, with_body};

/// A server that we entered longer ago has been told already.
const NEW: Duration = Duration::from_mins(10);

impl Discord {
    /// Learns of a server that we are in. One where we do not answer is told so when we are new there, and left where the
    /// configuration wants that.
    pub(crate) async fn enter(&self, guild: &Guild) {
        let id = guild.id.get();
        if self.config.allows_guild(id) {
            self.channels.learn_all(guild.channels.values());
            self.channels.learn_all(&guild.threads);
            return;
        }
        let since = Timestamp::now().as_second().saturating_sub(guild.joined_at.unix_timestamp());
        let is_new = u64::try_from(since).is_ok_and(|since| since < NEW.as_secs());
        if let (true, Some(channel_id)) = (is_new || self.config.leave_others, guild.system_channel_id) {
            let said = open(&text("discord-server-not-allowed").render(self.config.locale));
            let told = self.rest.tell(with_body(LightMethod::Post, Route::ChannelMessages { channel_id }, &said)).await;
            if let Err(fault) = told {
                tracing::info!(?fault, guild = id, "a server where Pstral does not answer could not be told so");
            }
        }
        if self.config.leave_others {
            match self.rest.tell(plain(LightMethod::Delete, Route::UserMeGuild { guild_id: guild.id })).await {
                Ok(()) => tracing::warn!(guild = id, "left a server that is not among platforms.discord.guilds"),
                Err(fault) => tracing::error!(?fault, guild = id, "a server that is not allowed could not be left"),
            }
        } else {
            tracing::warn!(
                guild = id,
                "in a server that is not among platforms.discord.guilds; nobody is answered there"
            );
        }
    }

    /// We were removed from a server.
    pub(crate) async fn leave(&self, guild: u64, inbox: &Inbox) {
        self.channels.forget_guild(guild);
        self.left(|question: &Question| question.guild == Some(guild), inbox).await;
    }

    /// A channel or a thread is gone.
    pub(crate) async fn lose(&self, channel: u64, inbox: &Inbox) {
        self.channels.forget(channel);
        let was_there = |question: &Question| spot(&question.event.place) == Ok(Spot::Channel(channel.into()));
        self.left(was_there, inbox).await;
    }
}
