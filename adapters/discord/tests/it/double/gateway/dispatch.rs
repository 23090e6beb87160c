//! Events on their way to the sessions that are to know of them.

use serde_json::{Value, json};

use crate::double::json::with;
use crate::double::world::{Id, Kind, Message, World};

/// Intents, as bits: <https://discord.com/developers/docs/events/gateway#list-of-intents>.
pub(in crate::double) mod intent {
    pub(in crate::double) const GUILDS: u64 = 1;
    pub(in crate::double) const GUILD_MEMBERS: u64 = 1 << 1;
    pub(in crate::double) const GUILD_PRESENCES: u64 = 1 << 8;
    pub(in crate::double) const GUILD_MESSAGES: u64 = 1 << 9;
    pub(in crate::double) const DIRECT_MESSAGES: u64 = 1 << 12;
    pub(in crate::double) const MESSAGE_CONTENT: u64 = 1 << 15;
    /// Those that have to be switched on for the application.
    pub(in crate::double) const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;
    /// Every one there is.
    pub(in crate::double) const KNOWN: u64 = 0x1FFFF | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25;
}

/// Something that happened.
#[derive(Debug)]
pub(in crate::double) struct Happening<'a> {
    pub(in crate::double) kind: &'a str,
    /// The guild, which determines the shard.
    pub(in crate::double) guild: Option<Id>,
    /// The intent that a session must have requested; 0 for events that every session receives.
    pub(in crate::double) intent: u64,
    pub(in crate::double) data: Value,
    /// The data for sessions that may not read all content.
    pub(in crate::double) bare: Option<Value>,
}

impl World {
    /// Tells it to every session that is to know.
    pub(in crate::double) fn dispatch(&mut self, happening: &Happening<'_>) {
        for session in &mut self.gateway.sessions {
            let asked = happening.intent == 0 || session.intents & happening.intent != 0;
            if !asked || !session.serves(happening.guild) {
                continue;
            }
            let reads = session.intents & intent::MESSAGE_CONTENT != 0;
            let bare = happening.bare.as_ref().filter(|_| !reads);
            session.tell(happening.kind, bare.unwrap_or(&happening.data));
        }
    }

    /// Tells of a message, `MESSAGE_CREATE` or `MESSAGE_UPDATE`. What only one person sees is not told.
    pub(in crate::double) fn tell_message(&mut self, kind: &str, id: Id) {
        let Some(message) = self.messages.get(&id).filter(|message| message.only.is_none()) else { return };
        let data = self.told_message(message);
        let bare = (!self.is_told(message)).then(|| bared(data.clone()));
        let guild = self.guild_of(message.channel);
        self.dispatch(&Happening { kind, guild, intent: of_messages(guild), data, bare });
    }

    /// Tells that a message is gone.
    pub(in crate::double) fn tell_deletion(&mut self, message: &Message) {
        let guild = self.guild_of(message.channel);
        let data = json!({ "id": message.id.to_string(), "channel_id": message.channel.to_string() });
        let data = match guild {
            Some(guild) => with(data, [("guild_id", json!(guild.to_string()))]),
            None => data,
        };
        self.dispatch(&Happening { kind: "MESSAGE_DELETE", guild, intent: of_messages(guild), data, bare: None });
    }

    /// Tells of a channel or a thread: made, changed or gone.
    pub(in crate::double) fn tell_channel(&mut self, deed: &str, id: Id) {
        let Some(channel) = self.channels.get(&id) else { return };
        let what = if channel.kind == Kind::Thread { "THREAD" } else { "CHANNEL" };
        let (data, guild) = (self.channel(channel), channel.guild);
        let data = if deed == "CREATE" { with(data, [("newly_created", json!(true))]) } else { data };
        let kind = format!("{what}_{deed}");
        self.dispatch(&Happening { kind: &kind, guild, intent: intent::GUILDS, data, bare: None });
    }
}

fn of_messages(guild: Option<Id>) -> u64 {
    if guild.is_some() { intent::GUILD_MESSAGES } else { intent::DIRECT_MESSAGES }
}

/// A message without what people wrote in it.
pub(in crate::double) fn bared(message: Value) -> Value {
    let nothing = || json!([]);
    with(
        message,
        [("content", json!("")), ("embeds", nothing()), ("attachments", nothing()), ("components", nothing())],
    )
}
