//! The JSON of the double's state, as Discord would write it.

use serde_json::{Map, Value, json};

use super::clock::written;
use super::world::{Attachment, Channel, Guild, Id, Kind, Message, Role, World, flag};

/// The guild fields that are null in every guild here.
const NOTHING_OF_A_GUILD: [&str; 16] = [
    "icon",
    "splash",
    "discovery_splash",
    "afk_channel_id",
    "widget_channel_id",
    "application_id",
    "rules_channel_id",
    "max_presences",
    "vanity_url_code",
    "description",
    "banner",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "home_header",
    "latest_onboarding_question_id",
    "incidents_data",
];

impl World {
    /// An account.
    pub(super) fn user(&self, id: Id) -> Value {
        let name = self.name_of(id);
        let bot = self.accounts.get(&id).is_some_and(|account| account.bot);
        json!({
            "id": id.to_string(), "username": name.to_lowercase(), "global_name": name, "discriminator": "0",
            "avatar": null, "bot": bot, "system": false, "banner": null, "accent_color": null, "public_flags": 0,
            "flags": 0, "primary_guild": null, "avatar_decoration_data": null, "collectibles": null,
        })
    }

    /// A member of a guild, without the account.
    pub(super) fn member(&self, guild: Id, id: Id) -> Value {
        let roles = self.guilds.get(&guild).and_then(|guild| guild.members.get(&id)).cloned().unwrap_or_default();
        let roles: Vec<String> = roles.iter().map(Id::to_string).collect();
        json!({
            "roles": roles, "nick": null, "avatar": null, "banner": null, "joined_at": "2024-01-02T03:04:05Z",
            "premium_since": null, "deaf": false, "mute": false, "flags": 0, "pending": false,
            "communication_disabled_until": null,
        })
    }

    /// A member of a guild, with the account.
    pub(super) fn whole_member(&self, guild: Id, id: Id) -> Value {
        with(self.member(guild, id), [("user", self.user(id))])
    }

    /// A channel of any kind.
    pub(super) fn channel(&self, channel: &Channel) -> Value {
        let last = self.messages.values().rev().find(|message| message.channel == channel.id && message.only.is_none());
        let last = last.map(|message| message.id.to_string());
        let head = json!({
            "id": channel.id.to_string(), "type": channel.kind.number(), "last_message_id": last, "flags": 0,
        });
        if let Some(other) = channel.with {
            return with(head, [("recipients", json!([self.user(other)])), ("last_pin_timestamp", Value::Null)]);
        }
        let common = [
            ("guild_id", json!(channel.guild.map(|guild| guild.to_string()))),
            ("name", json!(channel.name)),
            ("parent_id", json!(channel.parent.map(|parent| parent.to_string()))),
            ("rate_limit_per_user", json!(0)),
        ];
        let head = with(head, common);
        if channel.kind == Kind::Thread { self.thread(channel, head) } else { of_guild(channel, head) }
    }

    fn thread(&self, channel: &Channel, head: Value) -> Value {
        let said = self.messages.values().filter(|message| message.channel == channel.id).count();
        let metadata = json!({
            "archived": channel.archived, "locked": channel.locked, "auto_archive_duration": channel.archives_after,
            "archive_timestamp": "2024-01-02T03:04:05Z", "create_timestamp": "2024-01-02T03:04:05Z",
        });
        let own = [
            ("owner_id", json!(channel.owner.map(|owner| owner.to_string()))),
            ("thread_metadata", metadata),
            ("message_count", json!(said)),
            ("total_message_sent", json!(said)),
            ("member_count", json!(2)),
        ];
        with(head, own)
    }

    /// A guild as `GUILD_CREATE` and `GET /guilds/{id}` have it.
    pub(super) fn guild(&self, guild: &Guild) -> Value {
        let roles: Vec<Value> = guild.roles.iter().map(role).collect();
        // Where Discord greets who joins: the first channel.
        let mut texts = self.channels.values().filter(|channel| channel.guild == Some(guild.id));
        let system = texts.find(|channel| channel.kind == Kind::Text).map(|channel| channel.id.to_string());
        let body = json!({
            "id": guild.id.to_string(), "name": guild.name, "owner_id": guild.owner.to_string(), "afk_timeout": 300,
            "region": "deprecated", "widget_enabled": false, "verification_level": 1,
            "default_message_notifications": 1, "explicit_content_filter": 0, "roles": roles, "emojis": [],
            "features": [], "mfa_level": 0, "system_channel_id": system, "system_channel_flags": 0,
            "max_members": 500_000, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "fr",
            "max_video_channel_users": 25, "max_stage_video_channel_users": 50, "nsfw_level": 0, "nsfw": false,
            "stickers": [], "premium_progress_bar_enabled": false, "hub_type": null,
        });
        with(body, NOTHING_OF_A_GUILD.map(|key| (key, Value::Null)))
    }

    /// A message as the API answers it.
    pub(super) fn message(&self, message: &Message) -> Value {
        let mentions: Vec<Value> = message.mentions.iter().map(|id| self.user(*id)).collect();
        let alone = message.only.is_some();
        let files = message.attachments.iter().map(|file| self.attachment(message.channel, file, alone));
        let attachments: Vec<Value> = files.collect();
        let author = if message.webhook.is_some() { self.hook(message) } else { self.user(message.author) };
        let body = json!({
            "id": message.id.to_string(), "channel_id": message.channel.to_string(), "type": message.kind,
            "author": author, "content": message.content, "timestamp": written(message.at),
            "edited_timestamp": message.edited.map(written), "tts": false, "mention_everyone": message.everyone,
            "mentions": mentions, "mention_roles": [], "attachments": attachments, "embeds": message.embeds,
            "pinned": false, "flags": message.flags, "components": message.components,
        });
        let Value::Object(mut body) = body else { return body };
        if let Some(nonce) = &message.nonce {
            body.insert("nonce".to_owned(), nonce.clone());
        }
        if let Some(webhook) = message.webhook {
            body.insert("webhook_id".to_owned(), json!(webhook.to_string()));
        }
        if message.author == self.app.bot && matches!(message.kind, 20 | 23) {
            body.insert("application_id".to_owned(), json!(self.app.id.to_string()));
        }
        self.add_reply(message, &mut body);
        if message.flags & flag::HAS_THREAD != 0
            && let Some(thread) = self.channels.get(&message.id)
        {
            body.insert("thread".to_owned(), self.channel(thread));
        }
        Value::Object(body)
    }

    fn add_reply(&self, message: &Message, body: &mut Map<String, Value>) {
        let Some(to) = message.reply_to else { return };
        let reference = json!({
            "type": 0, "message_id": to.to_string(), "channel_id": message.channel.to_string(),
            "guild_id": self.guild_of(message.channel).map(|guild| guild.to_string()),
        });
        body.insert("message_reference".to_owned(), reference);
        // One level: what a reply replied to is not told again.
        let of = self.messages.get(&to).map(|of| self.message(&Message { reply_to: None, ..of.clone() }));
        body.insert("referenced_message".to_owned(), of.unwrap_or_default());
    }

    /// A message as the gateway tells it.
    pub(super) fn told_message(&self, message: &Message) -> Value {
        let body = self.message(message);
        let Some(guild) = self.guild_of(message.channel) else { return body };
        let body = with(body, [("guild_id", json!(guild.to_string()))]);
        if message.webhook.is_some() {
            return body;
        }
        with(body, [("member", self.member(guild, message.author))])
    }

    /// A file; `alone` when only one person sees it.
    pub(super) fn attachment(&self, channel: Id, file: &Attachment, alone: bool) -> Value {
        let url = format!("{}/attachments/{channel}/{}/{}", self.files_at, file.id, file.name);
        json!({
            "id": file.id.to_string(), "filename": file.name, "size": file.bytes.len(), "url": url, "proxy_url": url,
            "content_type": file.media_type, "ephemeral": alone,
        })
    }

    fn hook(&self, message: &Message) -> Value {
        let name = self.name_of(message.author);
        json!({
            "id": message.webhook.unwrap_or_default().to_string(), "username": name, "global_name": null,
            "discriminator": "0000", "avatar": null, "bot": true, "public_flags": 0, "flags": 0,
        })
    }
}

fn of_guild(channel: &Channel, head: Value) -> Value {
    let overwrites = channel.overwrites.iter().map(|overwrite| {
        json!({
            "id": overwrite.id.to_string(), "type": u8::from(!overwrite.of_role),
            "allow": overwrite.allow.to_string(), "deny": overwrite.deny.to_string(),
        })
    });
    let overwrites = overwrites.collect();
    with(
        head,
        [
            ("position", json!(0)),
            ("permission_overwrites", overwrites),
            ("nsfw", json!(false)),
            ("topic", Value::Null),
            ("last_pin_timestamp", Value::Null),
        ],
    )
}

/// A role of a guild.
pub(super) fn role(role: &Role) -> Value {
    json!({
        "id": role.id.to_string(), "name": role.name, "permissions": role.permissions.to_string(), "position": 0,
        "color": 0, "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "hoist": false, "managed": false, "mentionable": false, "icon": null, "unicode_emoji": null, "flags": 0,
        "description": null,
    })
}

/// An object with more in it.
pub(super) fn with<const N: usize>(object: Value, more: [(&str, Value); N]) -> Value {
    let Value::Object(mut object) = object else { return object };
    object.extend(more.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(object)
}
