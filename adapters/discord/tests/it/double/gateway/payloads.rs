//! The first payloads of a session.

use serde_json::{Value, json};

use super::Session;
use super::dispatch::intent;
use crate::double::clock::written;
use crate::double::json::with;
use crate::double::world::{Guild, Id, Kind, World};

/// The flag of an application that may read messages: <https://discord.com/developers/docs/resources/application>.
const READS_MESSAGES: u64 = 1 << 19;

impl World {
    /// `READY`.
    pub(super) fn ready(&self, session: &Session) -> Value {
        let guilds = self.guilds.values().filter(|guild| self.is_in(guild) && session.serves(Some(guild.id)));
        let guilds: Vec<Value> =
            guilds.map(|guild| json!({ "id": guild.id.to_string(), "unavailable": true })).collect();
        let own = [("mfa_enabled", json!(true)), ("verified", json!(true)), ("email", Value::Null)];
        json!({
            "v": 10, "user": with(self.user(self.app.bot), own), "guilds": guilds, "session_id": session.id,
            "session_type": "normal", "resume_gateway_url": self.gateway.url, "private_channels": [],
            "relationships": [], "presences": [], "guild_join_requests": [], "user_settings": {},
            "shard": [session.shard.0, session.shard.1],
            "application": { "id": self.app.id.to_string(), "flags": self.app_flags() },
        })
    }

    /// The flags of the application.
    pub(in crate::double) fn app_flags(&self) -> u64 {
        if self.app.privileged & intent::MESSAGE_CONTENT != 0 { READS_MESSAGES } else { 0 }
    }

    /// `GUILD_CREATE`. Without the intent for presences it names no member but the bot:
    /// <https://discord.com/developers/docs/events/gateway-events#guild-create>.
    pub(in crate::double) fn guild_create(&self, guild: &Guild, intents: u64) -> Value {
        let of_guild = |kind: fn(Kind) -> bool| -> Vec<Value> {
            let channels = self.channels.values().filter(|channel| channel.guild == Some(guild.id));
            channels.filter(|channel| kind(channel.kind)).map(|channel| self.channel(channel)).collect()
        };
        let everybody = intents & intent::GUILD_PRESENCES != 0;
        let members = guild.members.keys().filter(|member| everybody || **member == self.app.bot);
        let members: Vec<Value> = members.map(|member| self.whole_member(guild.id, *member)).collect();
        let threads = of_guild(|kind| kind == Kind::Thread).into_iter();
        let threads: Vec<Value> = threads.filter(|thread| thread["thread_metadata"]["archived"] == false).collect();
        let count = guild.crowd + u64::try_from(guild.members.len()).unwrap_or_default();
        with(
            self.guild(guild),
            [
                ("joined_at", json!(written(guild.joined))),
                ("large", json!(count > 250)),
                ("unavailable", json!(false)),
                ("member_count", json!(count)),
                ("voice_states", json!([])),
                ("members", json!(members)),
                ("channels", json!(of_guild(|kind| kind != Kind::Thread))),
                ("threads", json!(threads)),
                ("presences", json!([])),
                ("stage_instances", json!([])),
                ("guild_scheduled_events", json!([])),
                ("soundboard_sounds", json!([])),
            ],
        )
    }

    /// Checks whether the bot is a member.
    pub(in crate::double) fn is_in(&self, guild: &Guild) -> bool {
        guild.members.contains_key(&self.app.bot)
    }

    /// The guilds that a session is told of when it begins.
    pub(super) fn guilds_of(&self, session: &Session) -> Vec<Id> {
        let guilds = self.guilds.values().filter(|guild| self.is_in(guild) && session.serves(Some(guild.id)));
        guilds.map(|guild| guild.id).collect()
    }
}
