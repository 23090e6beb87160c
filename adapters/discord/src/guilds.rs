//! Servers that the bot joins and leaves.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use pstral_core::ports::Inbox;
use pstral_core::text::text;
use serenity::http::{LightMethod, Route};
use serenity::model::Permissions;
use serenity::model::channel::ChannelType;
use serenity::model::guild::Guild;
use serenity::model::id::{ChannelId, UserId};

use crate::Discord;
use crate::body::open;
use crate::place::{Spot, spot};
use crate::questions::Question;
use crate::rest::{plain, with_body};

/// Servers joined longer ago than this have been notified already.
const NEW: Duration = Duration::from_mins(10);

/// Servers that were told that nobody is answered there. They are remembered because Discord announces every server at
/// each new connection.
#[derive(Default)]
pub(crate) struct NotifiedGuilds(Mutex<HashSet<u64>>);

impl NotifiedGuilds {
    fn is_first(&self, guild: u64) -> bool {
        self.0.lock().insert(guild)
    }

    fn forget(&self, guild: u64) {
        self.0.lock().remove(&guild);
    }
}

impl Discord {
    /// Notes a server that the bot is in. If it is not an allowed one, it is told so when newly joined, and left if the
    /// configuration says so.
    pub(crate) async fn on_guild_joined(&self, guild: &Guild) {
        let id = guild.id.get();
        if self.config.allows_guild(id) {
            self.channels.learn_all(guild.channels.values());
            self.channels.learn_all(&guild.threads);
            return;
        }
        if (is_new(guild) || self.config.leave_others) && self.notified_guilds.is_first(id) {
            self.tell_not_allowed(guild).await;
        }
        if self.config.leave_others {
            match self.rest.send_with_retry(plain(LightMethod::Delete, Route::UserMeGuild { guild_id: guild.id })).await
            {
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

    /// Says that nobody is answered in this server: in its system channel, otherwise in the first channel where we may
    /// write.
    async fn tell_not_allowed(&self, guild: &Guild) {
        let Some(channel_id) = self.where_to_tell(guild) else {
            return tracing::info!(guild = guild.id.get(), "in a server that is not allowed nothing can be said");
        };
        let said = open(&text("discord-server-not-allowed").render(self.config.locale));
        let told =
            self.rest.send_with_retry(with_body(LightMethod::Post, Route::ChannelMessages { channel_id }, &said)).await;
        if let Err(fault) = told {
            tracing::info!(
                ?fault,
                guild = guild.id.get(),
                "a server where Pstral does not answer could not be told so"
            );
        }
    }

    fn where_to_tell(&self, guild: &Guild) -> Option<ChannelId> {
        let own = guild.members.get(&UserId::new(*self.own.get()?))?;
        let needed = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
        let mut channels: Vec<_> =
            guild.channels.values().filter(|channel| channel.kind == ChannelType::Text).collect();
        channels.sort_by_key(|channel| (Some(channel.id) != guild.system_channel_id, channel.position, channel.id));
        let open = channels.into_iter().find(|channel| guild.user_permissions_in(channel, own).contains(needed));
        open.map(|channel| channel.id)
    }

    /// Handles the removal of the bot from a server.
    pub(crate) async fn on_guild_left(&self, guild: u64, inbox: &Inbox) {
        self.notified_guilds.forget(guild);
        self.channels.forget_guild(guild);
        self.stop_questions_in(|question: &Question| question.guild == Some(guild), inbox).await;
    }

    /// Handles the deletion of a channel or a thread.
    pub(crate) async fn on_channel_deleted(&self, channel: u64, inbox: &Inbox) {
        self.channels.forget(channel);
        let was_there = |question: &Question| spot(&question.event.place) == Ok(Spot::Channel(channel.into()));
        self.stop_questions_in(was_there, inbox).await;
    }
}

/// Checks whether the bot joined the server only just now.
fn is_new(guild: &Guild) -> bool {
    let since = Timestamp::now().as_second().saturating_sub(guild.joined_at.unix_timestamp());
    u64::try_from(since).is_ok_and(|since| since < NEW.as_secs())
}
