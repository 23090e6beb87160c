//! Interactions on their way to the bot: <https://discord.com/developers/docs/interactions/receiving-and-responding>.

use serde_json::{Value, json};

use crate::double::gateway::Happening;
use crate::double::interaction::{Interaction, InteractionKind, Response};
use crate::double::json::with;
use crate::double::world::{Id, Kind, World};

/// An action of a person that becomes an interaction.
pub(super) struct Deed {
    pub(super) kind: InteractionKind,
    pub(super) by: Id,
    pub(super) channel: Id,
    /// The message whose component was used.
    pub(super) source: Option<Id>,
    /// The `data` of the interaction, which depends on its kind.
    pub(super) data: Value,
    /// A description for complaints.
    pub(super) about: String,
}

impl World {
    /// Sends the interaction to the bot, and returns its id.
    pub(super) fn interact(&mut self, deed: Deed) -> Id {
        let id = self.id();
        let token = format!("aW50ZXJhY3Rpb246{id}");
        let guild = self.guild_of(deed.channel);
        let data = self.interaction(id, &token, &deed);
        let Deed { kind, by, channel, source, about, .. } = deed;
        let about = format!("{} of {}", about, self.name_of(by));
        let (at, answer, followups) = (self.clock.now(), Response::None, Vec::new());
        let known = Interaction { id, token, kind, about, by, channel, at, source, answer, original: None, followups };
        self.interactions.insert(id, known);
        self.dispatch(&Happening { kind: "INTERACTION_CREATE", guild, intent: 0, data, bare: None });
        id
    }

    fn interaction(&self, id: Id, token: &str, deed: &Deed) -> Value {
        let guild = self.guild_of(deed.channel);
        let locale = self.accounts.get(&deed.by).map_or("fr", |account| account.locale);
        let owners = guild.map_or("0".to_owned(), |guild| guild.to_string());
        let body = json!({
            "id": id.to_string(), "application_id": self.app.id.to_string(), "type": deed.kind as u8,
            "data": deed.data, "channel_id": deed.channel.to_string(), "token": token, "version": 1,
            "app_permissions": self.rights(self.app.bot, deed.channel).to_string(), "locale": locale,
            "entitlements": [], "entitlement_sku_ids": [], "authorizing_integration_owners": { "0": owners },
            "context": u8::from(guild.is_none()), "attachment_size_limit": 10 << 20,
            "channel": self.channels.get(&deed.channel).map(|channel| self.channel(channel)),
        });
        let body = match guild {
            Some(guild) => with(
                body,
                [
                    ("guild_id", json!(guild.to_string())),
                    ("guild_locale", json!("fr")),
                    ("guild", json!({ "id": guild.to_string(), "locale": "fr", "features": [] })),
                    ("member", self.acting_member(guild, deed)),
                ],
            ),
            None => with(body, [("user", self.user(deed.by))]),
        };
        // Of the message, everything is told, whatever the intents.
        match deed.source.and_then(|source| self.messages.get(&source)) {
            Some(source) => with(body, [("message", self.message(source))]),
            None => body,
        }
    }

    /// Builds the acting member with their permissions there, as interactions contain it.
    fn acting_member(&self, guild: Id, deed: &Deed) -> Value {
        let permissions = self.rights(deed.by, deed.channel).to_string();
        with(self.whole_member(guild, deed.by), [("permissions", json!(permissions))])
    }

    /// Checks whether a person can be in a channel at all.
    pub(in crate::double) fn can_be_in(&self, person: Id, channel: Id) -> bool {
        let Some(channel) = self.channels.get(&channel) else { return false };
        match channel.guild.and_then(|guild| self.guilds.get(&guild)) {
            Some(guild) => guild.members.contains_key(&person),
            None => channel.kind == Kind::Direct && channel.with == Some(person),
        }
    }
}
