//! Messages from people: which are addressed to Pstral, what they say, and where they are answered.

use std::sync::Arc;

use pstral_core::domain::{Actor, Event, EventBody, Place};
use pstral_core::ports::Inbox;
use serenity::http::{LightMethod, Route};
use serenity::model::channel::{GuildChannel, Message, MessageType};
use serenity::model::id::ChannelId;
use serenity::model::user::User;

use crate::Discord;
use crate::channels::CachedChannel;
use crate::error::DiscordError;
use crate::place::{platform, private};
use crate::questions::Question;
use crate::rest::plain;
use crate::snowflake::moment;

impl Discord {
    /// Handles a message posted where the bot is.
    pub(crate) async fn hear(&self, message: Message, inbox: &Inbox) {
        let Ok(own) = self.own_id().await else { return };
        if !self.is_of_somebody(&message, own) {
            return;
        }
        let Some(place) = self.place_where_addressed(&message, own).await else { return };
        // Before anything is done for it: events come twice.
        if !self.questions.is_new(message.id.get()) {
            return;
        }
        self.recent.spoke_in(message.channel_id.get(), message.guild_id.map(u64::from));
        let said = without_mention(&message.content, own);
        let body = EventBody::typed(&said, "/").unwrap_or(EventBody::Said(String::new()));
        match body {
            EventBody::Said(words) => {
                let place = self.place_to_answer(&message, place, &words);
                self.closed.forget(&place);
                self.ask(&message, place, words, inbox).await;
            }
            body => inbox(event(&message, place, body)).await,
        }
    }

    /// Registers a question, reads its files and hands it over.
    async fn ask(&self, message: &Message, place: Place, said: String, inbox: &Inbox) {
        let (id, event) = (message.id.get(), event(message, place, EventBody::Said(said.clone())));
        let question = Question::new(event, said, message.guild_id.map(u64::from), Some(id));
        let question = question.with_files(message.attachments.iter().map(|file| file.id.get()));
        let question = self.questions.record(id, question);
        let words = self
            .with_attachments(
                self.with_quoted(&question.said, message.channel_id, message.referenced_message.as_deref()),
                &message.attachments,
            )
            .await;
        self.hand_over(id, &question, words, inbox).await;
    }

    /// Hands a question over with everything that belongs to it, and keeps it registered until it is answered. Does
    /// nothing if its message was edited or deleted meanwhile.
    pub(crate) async fn hand_over(&self, message: u64, question: &Arc<Question>, words: String, inbox: &Inbox) {
        if self.questions.still_asks(message, question) {
            let event = question.event.clone();
            inbox(Event { body: event.body.clone().saying(words), ..event }).await;
        }
        question.answered.cancel();
    }

    /// Adds the text of the message that is replied to, unless that is our own in the same conversation, which knows it
    /// already.
    pub(crate) fn with_quoted(&self, said: &str, channel: ChannelId, quoted: Option<&Message>) -> String {
        let Some(quoted) = quoted.filter(|_| !said.trim().is_empty()) else { return said.to_owned() };
        let is_own = self.own.get().is_some_and(|own| quoted.author.id.get() == *own);
        let is_among_many = self.channels.get(channel.get()).is_some_and(|known| known.within.is_none());
        if is_own && !is_among_many {
            return said.to_owned();
        }
        pstral_core::attached::replying(said, &actor(&quoted.author).name, &quoted.content, self.config.locale)
    }

    /// Checks whether a person wrote it: not ourselves, no other bot, and a webhook only if the configuration allows
    /// that.
    fn is_of_somebody(&self, message: &Message, own: u64) -> bool {
        let is_text = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
        let of_webhook = message.webhook_id.is_some() && message.application_id.is_none();
        is_text && message.author.id.get() != own && (!message.author.bot || (of_webhook && self.config.webhooks))
    }

    /// Returns the place of a message that is addressed to us: in private, by a mention, in a thread of ours, or in a
    /// channel that needs no mention.
    async fn place_where_addressed(&self, message: &Message, own: u64) -> Option<Place> {
        let (id, author) = (message.channel_id.get(), message.author.id.get());
        let Some(guild) = message.guild_id.map(u64::from) else {
            self.dm_channels.learn(author, id);
            return Some(private(id));
        };
        if !self.config.allows_guild(guild) {
            return None;
        }
        let is_mentioned = message.mentions.iter().any(|user| user.id.get() == own);
        let known = self.channels.get(id);
        let is_in_ours = known.is_some_and(|known| known.was_begun_by(own)) && self.config.message_content;
        let speaks = !message.content.is_empty() || !message.attachments.is_empty();
        let is_open = self.config.without_mention.contains(&id) && self.config.message_content;
        let goes_on = (is_in_ours || is_open) && speaks && message.mentions.is_empty();
        if !(is_mentioned || goes_on) {
            return None;
        }
        let known = self.known(message.channel_id).await?;
        self.config.allows(guild, known.channel(id)).then(|| known.place(id))
    }

    /// Returns a channel of a server, fetching it if it is not cached.
    pub(crate) async fn known(&self, channel_id: ChannelId) -> Option<CachedChannel> {
        if let Some(known) = self.channels.get(channel_id.get()) {
            return Some(known);
        }
        let channel: Result<GuildChannel, DiscordError> =
            self.rest.request_json(plain(LightMethod::Get, Route::Channel { channel_id })).await;
        match channel {
            Ok(channel) => {
                let known = CachedChannel::from(&channel);
                self.channels.learn(channel_id.get(), known);
                Some(known)
            }
            Err(fault) => {
                tracing::warn!(?fault, channel = channel_id.get(), "a channel that was written in cannot be seen");
                None
            }
        }
    }

    /// Returns the place of a thread on the question, or the place where it was asked if no thread is possible.
    fn place_to_answer(&self, message: &Message, asked_in: Place, words: &str) -> Place {
        let channel_id = message.channel_id;
        let can_begin = self.channels.get(channel_id.get()).is_some_and(|known| known.threads);
        if asked_in.private || !can_begin || !self.config.threads || words.trim().is_empty() {
            return asked_in;
        }
        self.want_thread(channel_id, message.id.get(), message.author.id, words)
    }
}

/// Creates the event of a message.
pub(crate) fn event(message: &Message, place: Place, body: EventBody) -> Event {
    let id = message.id.get();
    Event { id: id.to_string(), at: moment(id), actor: actor(&message.author), place, body }
}

/// Converts a Discord user to an actor.
pub(crate) fn actor(user: &User) -> Actor {
    let name = user.global_name.as_ref().unwrap_or(&user.name).clone();
    Actor { platform: platform(), id: user.id.to_string(), name }
}

/// Removes the mentions of the bot from a text.
pub(crate) fn without_mention(content: &str, own: u64) -> String {
    content.replace(&format!("<@{own}>"), "").replace(&format!("<@!{own}>"), "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_called_is_no_part_of_the_question() {
        for (content, said) in [
            ("<@5> Liste les clients", "Liste les clients"),
            ("Liste <@!5> les clients <@6>", "Liste  les clients <@6>"),
            ("<@5>", ""),
            ("<@55> Liste", "<@55> Liste"),
        ] {
            assert_eq!(without_mention(content, 5), said, "{content}");
        }
    }
}
