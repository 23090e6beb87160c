//! Sending, editing and deleting messages, in channels and in answer to an interaction.

use pstral_core::domain::{MessageRef, Outgoing, Place};
use pstral_core::ports::{PlatformError, SendKey};
use pstral_core::text::text;
use serde_json::{Value, json};
use serenity::http::{LightMethod, Route};
use serenity::model::channel::PrivateChannel;
use serenity::model::id::{ApplicationId, ChannelId, MessageId};

use crate::Discord;
use crate::body::Body;
use crate::error::{DiscordError, codes};
use crate::pending_interactions::{PendingInteraction, ResponseState};
use crate::place::{Spot, spot};
use crate::rest::{plain, with_body};
use crate::threads::AnswerTarget;

/// The location of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MessageLocation {
    Channel(ChannelId, MessageId),
    /// A message in answer to this interaction.
    Aside(u64, MessageId),
}

/// Separates interaction and message in the id of a message that belongs in a private conversation but had to be shown
/// beside an interaction.
const BESIDE: char = '@';
/// Prefixes the id of a message that belongs in a thread but is in the channel above, because there is no thread.
const ABOVE: char = '^';

impl Discord {
    pub(crate) async fn send_to(
        &self,
        key: SendKey,
        place: &Place,
        message: &Outgoing,
    ) -> Result<MessageRef, PlatformError> {
        let body = Body::of(message)?;
        if self.closed.contains(place) {
            return Err(PlatformError::Gone);
        }
        let id = match spot(place)? {
            Spot::Aside(interaction) => self.answer_aside(interaction, place, body).await?.to_string(),
            Spot::Channel(channel_id) => match self.send_in(channel_id, place, body.clone().named(key)).await {
                Err(fault) if fault.code() == Some(codes::CANNOT_MESSAGE_USER) && place.private => {
                    self.dm_channels.close(channel_id.get());
                    self.send_beside(channel_id, place, body, fault).await?
                }
                // A message with files may lack the permission for those alone.
                Err(fault) if fault.code() == Some(codes::MISSING_PERMISSIONS) && message.files.is_empty() => {
                    tracing::warn!(
                        place = place.path(),
                        "the bot may not write there: whoever asked is told in private"
                    );
                    self.closed.record(place);
                    return Err(PlatformError::Gone);
                }
                Ok(id) => {
                    self.dm_channels.open(channel_id.get());
                    id
                }
                Err(fault) => return Err(fault.into()),
            },
        };
        Ok(MessageRef { place: place.clone(), id })
    }

    async fn send_in(&self, channel_id: ChannelId, place: &Place, body: Body) -> Result<String, DiscordError> {
        match self.send_there(channel_id, place, body.clone()).await {
            // A program that ended before its thread began knows nothing of it any more.
            Err(fault) if fault.code() == Some(codes::UNKNOWN_CHANNEL) => {
                match self.question_below(channel_id, place).await {
                    Some(above) => {
                        self.without_thread(above, channel_id.get());
                        self.send_there(channel_id, place, body).await
                    }
                    None => Err(fault),
                }
            }
            sent => sent,
        }
    }

    /// Returns the channel of the message that a missing thread would have begun from.
    async fn question_below(&self, thread: ChannelId, place: &Place) -> Option<ChannelId> {
        let Ok(Spot::Channel(above)) = spot(&place.channel()) else { return None };
        if above == thread || self.threads.begins(thread.get()).is_some() {
            return None;
        }
        let asked = MessageLocation::Channel(above, MessageId::new(thread.get()));
        self.message_at(&asked).await.ok().flatten().map(|_| above)
    }

    async fn send_there(&self, channel_id: ChannelId, place: &Place, body: Body) -> Result<String, DiscordError> {
        let post = async |channel_id, body: Body| {
            self.put(place, LightMethod::Post, Route::ChannelMessages { channel_id }, &body).await
        };
        if let AnswerTarget::Reply(channel, asked) = self.begin_wanted(channel_id).await? {
            let sent = post(channel, body.in_reply_to(asked.get())).await?;
            return Ok(above(&sent.to_string()));
        }
        let question = self.questions.to_reply_to(place).filter(|_| is_channel(place));
        let body = match question.as_ref().and_then(|question| question.message) {
            Some(asked) => body.in_reply_to(asked),
            None => body,
        };
        let sent = post(channel_id, body).await?;
        if let Some(question) = question {
            question.mark_replied();
        }
        Ok(sent.to_string())
    }

    /// Shows a private message beside the user's latest interaction, and says why: their private conversation is closed
    /// to us. Fails if they did nothing recently.
    async fn send_beside(
        &self,
        channel: ChannelId,
        place: &Place,
        body: Body,
        closed: DiscordError,
    ) -> Result<String, PlatformError> {
        let theirs = self.dm_channels.of(channel.get()).map(|user| self.interactions.of(user)).unwrap_or_default();
        // Where the last one takes nothing, an earlier one may.
        for opened in theirs {
            let body = body.clone().after(&text("discord-private-closed").render(opened.locale));
            match self.answer_opened(&opened, place, body).await {
                Ok(message) => return Ok(format!("{}{BESIDE}{message}", opened.id)),
                Err(PlatformError::Gone) => {}
                Err(error) => return Err(error),
            }
        }
        Err(closed.into())
    }

    /// Shows a message to the person of an interaction, and to nobody else.
    pub(crate) async fn answer_aside(
        &self,
        interaction: u64,
        place: &Place,
        body: Body,
    ) -> Result<MessageId, PlatformError> {
        let opened = self.interactions.get(interaction).ok_or(PlatformError::Gone)?;
        self.answer_opened(&opened, place, body).await
    }

    async fn answer_opened(
        &self,
        opened: &PendingInteraction,
        place: &Place,
        body: Body,
    ) -> Result<MessageId, PlatformError> {
        let (application_id, token) = (self.application(), opened.token.as_str());
        let mut state = opened.state.lock().await;
        if *state == ResponseState::Pending {
            // A click that waits for a form, and gets words for one person instead.
            drop(state);
            self.defer_reply(opened).await;
            state = opened.state.lock().await;
        }
        match *state {
            ResponseState::Deferred => {
                let route = Route::WebhookOriginalInteractionResponse { application_id, token };
                let message = self.put(place, LightMethod::Patch, route, &body).await?;
                *state = ResponseState::Acknowledged;
                Ok(message)
            }
            ResponseState::Acknowledged => {
                drop(state);
                // Discord takes no nonce here (`IncomingWebhookRequestPartial` in its description): where its answer is lost
                // and this is sent again, who acted reads it twice.
                let route = Route::WebhookFollowupMessages { application_id, token };
                Ok(self.put(place, LightMethod::Post, route, &body.for_one()).await?)
            }
            ResponseState::Pending | ResponseState::Failed => Err(PlatformError::Gone),
        }
    }

    pub(crate) async fn edit_at(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let (mut body, location) = (Body::of(message)?, location(at)?);
        if let (MessageLocation::Aside(interaction, _), Ok(Spot::Channel(_))) = (&location, spot(&at.place))
            && let Some(opened) = self.interactions.get(*interaction)
        {
            body = body.after(&text("discord-private-closed").render(opened.locale));
        }
        // It stands there and takes no changes any more: nobody has deleted it.
        let over = || PlatformError::Rejected("what it answers is over".to_owned());
        let token = self.token_for(&location).ok_or_else(over)?;
        match self.put(&at.place, LightMethod::Patch, self.route(&location, &token), &body).await {
            Ok(_) => Ok(()),
            Err(fault) if matches!(fault.code(), Some(codes::INVALID_TOKEN | codes::UNKNOWN_WEBHOOK)) => Err(over()),
            Err(fault) => Err(fault.into()),
        }
    }

    pub(crate) async fn delete_at(&self, at: &MessageRef) -> Result<(), PlatformError> {
        let location = location(at)?;
        let Some(token) = self.token_for(&location) else { return Ok(()) };
        let deleted = self.rest.write(&at.place, plain(LightMethod::Delete, self.route(&location, &token))).await;
        match deleted.map_err(PlatformError::from) {
            Ok(_) | Err(PlatformError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Fetches a message of ours; `None` if it can no longer be fetched.
    pub(crate) async fn message_at(&self, location: &MessageLocation) -> Result<Option<Value>, DiscordError> {
        let Some(token) = self.token_for(location) else { return Ok(None) };
        self.rest.request_json(plain(LightMethod::Get, self.route(location, &token))).await.map(Some)
    }

    /// Returns the token of the interaction that a message answers, empty if it answers none; `None` if it has expired.
    fn token_for(&self, location: &MessageLocation) -> Option<String> {
        match location {
            MessageLocation::Channel(..) => Some(String::new()),
            MessageLocation::Aside(interaction, _) => Some(self.interactions.get(*interaction)?.token.clone()),
        }
    }

    fn route<'a>(&self, location: &MessageLocation, token: &'a str) -> Route<'a> {
        match *location {
            MessageLocation::Channel(channel_id, message_id) => Route::ChannelMessage { channel_id, message_id },
            MessageLocation::Aside(_, message_id) => {
                Route::WebhookFollowupMessage { application_id: self.application(), token, message_id }
            }
        }
    }

    /// Writes a message and returns its id.
    async fn put(
        &self,
        place: &Place,
        method: LightMethod,
        route: Route<'_>,
        body: &Body,
    ) -> Result<MessageId, DiscordError> {
        let written = if body.files.is_empty() {
            self.rest.write(place, with_body(method, route, &body.json)).await?
        } else {
            self.rest.upload(place, method, route, body).await?
        };
        let id = written["id"].as_str().and_then(|id| id.parse().ok()).filter(|id| *id > 0);
        id.map(MessageId::new).ok_or_else(|| DiscordError::Unavailable("a message without an id".to_owned()))
    }

    /// Returns the channel of the private conversation with a user.
    pub(crate) async fn private_with(&self, user: u64) -> Result<u64, DiscordError> {
        if let Some(known) = self.dm_channels.with(user) {
            return Ok(known);
        }
        let wish: Value = json!({ "recipient_id": user.to_string() });
        let opened: PrivateChannel =
            self.rest.request_json(with_body(LightMethod::Post, Route::UserMeDmChannels, &wish)).await?;
        self.dm_channels.learn(user, opened.id.get());
        Ok(opened.id.get())
    }

    pub(crate) fn application(&self) -> ApplicationId {
        ApplicationId::new(self.config.application)
    }
}

/// Checks whether it is a channel that several people read, and not a thread.
fn is_channel(place: &Place) -> bool {
    !place.private && place.channel() == *place
}

/// Returns the id of a message that belongs in a thread but is in the channel above.
pub(crate) fn above(message: &str) -> String {
    format!("{ABOVE}{message}")
}

pub(crate) fn location(at: &MessageRef) -> Result<MessageLocation, PlatformError> {
    let number = |word: &str| word.parse::<u64>().ok().filter(|number| *number > 0);
    let message = |word: &str| number(word).map(MessageId::new).ok_or(PlatformError::Gone);
    if let Some(id) = at.id.strip_prefix(ABOVE) {
        return match spot(&at.place.channel())? {
            Spot::Channel(channel) => Ok(MessageLocation::Channel(channel, message(id)?)),
            Spot::Aside(_) => Err(PlatformError::Gone),
        };
    }
    match (spot(&at.place)?, at.id.split_once(BESIDE)) {
        (Spot::Aside(interaction), _) => Ok(MessageLocation::Aside(interaction, message(&at.id)?)),
        (Spot::Channel(_), Some((interaction, id))) => {
            Ok(MessageLocation::Aside(number(interaction).ok_or(PlatformError::Gone)?, message(id)?))
        }
        (Spot::Channel(channel), None) => Ok(MessageLocation::Channel(channel, message(&at.id)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{aside, channel, private, thread};

    #[test]
    fn every_message_is_found_again() {
        let at = |place: Place, id: &str| location(&MessageRef { place, id: id.to_owned() });
        let in_channel =
            |channel, message| Ok(MessageLocation::Channel(ChannelId::new(channel), MessageId::new(message)));
        assert_eq!(at(channel(7), "1"), in_channel(7, 1));
        assert_eq!(at(thread(7, 8), "1"), in_channel(8, 1));
        assert_eq!(at(private(9), "1"), in_channel(9, 1));
        assert_eq!(at(aside(5), "1"), Ok(MessageLocation::Aside(5, MessageId::new(1))));
        assert_eq!(at(private(9), "5@1"), Ok(MessageLocation::Aside(5, MessageId::new(1))), "it was closed");
        assert_eq!(at(thread(7, 8), "^1"), in_channel(7, 1), "there was no thread");
        for strange in ["", "x", "0", "5@", "@1", "^", "^x"] {
            assert_eq!(at(private(9), strange), Err(PlatformError::Gone), "{strange}");
        }
    }
}
