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
use crate::fault::{Fault, codes};
use crate::opened::{Opened, Told};
use crate::place::{Spot, spot};
use crate::rest::{plain, with_body};
use crate::threads::Way;

/// The location of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
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
                Err(fault) if fault.code() == Some(codes::CLOSED_TO_US) && place.private => {
                    self.privates.close(channel_id.get());
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
                    self.privates.open(channel_id.get());
                    id
                }
                Err(fault) => return Err(fault.into()),
            },
        };
        Ok(MessageRef { place: place.clone(), id })
    }

    async fn send_in(&self, channel_id: ChannelId, place: &Place, body: Body) -> Result<String, Fault> {
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
        let asked = Standing::Channel(above, MessageId::new(thread.get()));
        self.message_at(&asked).await.ok().flatten().map(|_| above)
    }

    async fn send_there(&self, channel_id: ChannelId, place: &Place, body: Body) -> Result<String, Fault> {
        let post = async |channel_id, body: Body| {
            self.put(place, LightMethod::Post, Route::ChannelMessages { channel_id }, &body).await
        };
        if let Way::Reply(channel, asked) = self.begin_wanted(channel_id).await? {
            let sent = post(channel, body.in_reply_to(asked.get())).await?;
            return Ok(above(&sent.to_string()));
        }
        let question = self.asked.to_reply_to(place).filter(|_| is_channel(place));
        let body = match question.as_ref().and_then(|question| question.message) {
            Some(asked) => body.in_reply_to(asked),
            None => body,
        };
        let sent = post(channel_id, body).await?;
        if let Some(question) = question {
            question.is_replied_to();
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
        closed: Fault,
    ) -> Result<String, PlatformError> {
        let theirs = self.privates.of(channel.get()).map(|user| self.interactions.of(user)).unwrap_or_default();
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

    async fn answer_opened(&self, opened: &Opened, place: &Place, body: Body) -> Result<MessageId, PlatformError> {
        let (application_id, token) = (self.application(), opened.token.as_str());
        let mut told = opened.told.lock().await;
        if *told == Told::Nothing {
            // A click that waits for a form, and gets words for one person instead.
            drop(told);
            self.think(opened).await;
            told = opened.told.lock().await;
        }
        match *told {
            Told::Thinking => {
                let route = Route::WebhookOriginalInteractionResponse { application_id, token };
                let message = self.put(place, LightMethod::Patch, route, &body).await?;
                *told = Told::Heard;
                Ok(message)
            }
            Told::Heard => {
                drop(told);
                // Discord takes no nonce here (`IncomingWebhookRequestPartial` in its description): where its answer is lost
                // and this is sent again, who acted reads it twice.
                let route = Route::WebhookFollowupMessages { application_id, token };
                Ok(self.put(place, LightMethod::Post, route, &body.for_one()).await?)
            }
            Told::Nothing | Told::Lost => Err(PlatformError::Gone),
        }
    }

    pub(crate) async fn edit_at(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let (mut body, standing) = (Body::of(message)?, standing(at)?);
        if let (Standing::Aside(interaction, _), Ok(Spot::Channel(_))) = (&standing, spot(&at.place))
            && let Some(opened) = self.interactions.get(*interaction)
        {
            body = body.after(&text("discord-private-closed").render(opened.locale));
        }
        // It stands there and takes no changes any more: nobody has deleted it.
        let over = || PlatformError::Rejected("what it answers is over".to_owned());
        let token = self.token_for(&standing).ok_or_else(over)?;
        match self.put(&at.place, LightMethod::Patch, self.route(&standing, &token), &body).await {
            Ok(_) => Ok(()),
            Err(fault) if matches!(fault.code(), Some(codes::INVALID_TOKEN | codes::UNKNOWN_WEBHOOK)) => Err(over()),
            Err(fault) => Err(fault.into()),
        }
    }

    pub(crate) async fn delete_at(&self, at: &MessageRef) -> Result<(), PlatformError> {
        let standing = standing(at)?;
        let Some(token) = self.token_for(&standing) else { return Ok(()) };
        let deleted = self.rest.write(&at.place, plain(LightMethod::Delete, self.route(&standing, &token))).await;
        match deleted.map_err(PlatformError::from) {
            Ok(_) | Err(PlatformError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Fetches a message of ours; `None` if it can no longer be fetched.
    pub(crate) async fn message_at(&self, standing: &Standing) -> Result<Option<Value>, Fault> {
        let Some(token) = self.token_for(standing) else { return Ok(None) };
        self.rest.ask(plain(LightMethod::Get, self.route(standing, &token))).await.map(Some)
    }

    /// Returns the token of the interaction that a message answers, empty if it answers none; `None` if it has expired.
    fn token_for(&self, standing: &Standing) -> Option<String> {
        match standing {
            Standing::Channel(..) => Some(String::new()),
            Standing::Aside(interaction, _) => Some(self.interactions.get(*interaction)?.token.clone()),
        }
    }

    fn route<'a>(&self, standing: &Standing, token: &'a str) -> Route<'a> {
        match *standing {
            Standing::Channel(channel_id, message_id) => Route::ChannelMessage { channel_id, message_id },
            Standing::Aside(_, message_id) => {
                Route::WebhookFollowupMessage { application_id: self.application(), token, message_id }
            }
        }
    }

    /// Writes a message and returns its id.
    async fn put(&self, place: &Place, method: LightMethod, route: Route<'_>, body: &Body) -> Result<MessageId, Fault> {
        let written = if body.files.is_empty() {
            self.rest.write(place, with_body(method, route, &body.json)).await?
        } else {
            self.rest.upload(place, method, route, body).await?
        };
        let id = written["id"].as_str().and_then(|id| id.parse().ok()).filter(|id| *id > 0);
        id.map(MessageId::new).ok_or_else(|| Fault::Away("a message without an id".to_owned()))
    }

    /// Returns the channel of the private conversation with a user.
    pub(crate) async fn private_with(&self, user: u64) -> Result<u64, Fault> {
        if let Some(known) = self.privates.with(user) {
            return Ok(known);
        }
        let wish: Value = json!({ "recipient_id": user.to_string() });
        let opened: PrivateChannel =
            self.rest.ask(with_body(LightMethod::Post, Route::UserMeDmChannels, &wish)).await?;
        self.privates.learn(user, opened.id.get());
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

pub(crate) fn standing(at: &MessageRef) -> Result<Standing, PlatformError> {
    let number = |word: &str| word.parse::<u64>().ok().filter(|number| *number > 0);
    let message = |word: &str| number(word).map(MessageId::new).ok_or(PlatformError::Gone);
    if let Some(id) = at.id.strip_prefix(ABOVE) {
        return match spot(&at.place.channel())? {
            Spot::Channel(channel) => Ok(Standing::Channel(channel, message(id)?)),
            Spot::Aside(_) => Err(PlatformError::Gone),
        };
    }
    match (spot(&at.place)?, at.id.split_once(BESIDE)) {
        (Spot::Aside(interaction), _) => Ok(Standing::Aside(interaction, message(&at.id)?)),
        (Spot::Channel(_), Some((interaction, id))) => {
            Ok(Standing::Aside(number(interaction).ok_or(PlatformError::Gone)?, message(id)?))
        }
        (Spot::Channel(channel), None) => Ok(Standing::Channel(channel, message(&at.id)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{aside, channel, private, thread};

    #[test]
    fn every_message_is_found_again() {
        let at = |place: Place, id: &str| standing(&MessageRef { place, id: id.to_owned() });
        let in_channel = |channel, message| Ok(Standing::Channel(ChannelId::new(channel), MessageId::new(message)));
        assert_eq!(at(channel(7), "1"), in_channel(7, 1));
        assert_eq!(at(thread(7, 8), "1"), in_channel(8, 1));
        assert_eq!(at(private(9), "1"), in_channel(9, 1));
        assert_eq!(at(aside(5), "1"), Ok(Standing::Aside(5, MessageId::new(1))));
        assert_eq!(at(private(9), "5@1"), Ok(Standing::Aside(5, MessageId::new(1))), "it was closed");
        assert_eq!(at(thread(7, 8), "^1"), in_channel(7, 1), "there was no thread");
        for strange in ["", "x", "0", "5@", "@1", "^", "^x"] {
            assert_eq!(at(private(9), strange), Err(PlatformError::Gone), "{strange}");
        }
    }
}
