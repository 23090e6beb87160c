//! Finds the bot's messages in a channel that still look unfinished, recognizable by their Stop button.

use pstral_core::domain::{ButtonAction, MessageRef, Place};
use pstral_core::ports::PlatformError;
use serde_json::Value;
use serenity::http::{LightMethod, Route};
use serenity::model::id::ChannelId;

use crate::Discord;
use crate::buttons::action;
use crate::error::DiscordError;
use crate::place::{Spot, spot};
use crate::rest::plain;
use crate::writing::{above, location};

/// The number of newest messages that are examined.
const LOOKED_AT: u8 = 50;

impl Discord {
    pub(crate) async fn find_unfinished(
        &self,
        place: &Place,
        known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        if self.closed.contains(place) {
            return Err(PlatformError::Gone);
        }
        let mut live = match spot(place)? {
            // What would stand there was shown beside what somebody did, and is over with that.
            Spot::Channel(channel_id) if place.private && self.dm_channels.is_closed(channel_id.get()) => {
                return Err(PlatformError::Gone);
            }
            Spot::Channel(channel_id) => self.live_in(channel_id, place).await?,
            // What only one person sees ends with what they see.
            Spot::Aside(interaction) if self.interactions.get(interaction).is_some() => Vec::new(),
            Spot::Aside(_) => return Err(PlatformError::Gone),
        };
        if let Some(known) = known.filter(|known| live.iter().all(|(at, _)| at != *known))
            && let Some(text) = self.still_live(known).await?
        {
            live.insert(0, (known.clone(), text));
        }
        Ok(live)
    }

    /// Finds the unfinished messages among the newest of a channel or thread; where there is no thread, among the
    /// replies that replace it.
    async fn live_in(&self, channel_id: ChannelId, place: &Place) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        let own = self.own_id().await?.to_string();
        let (newest, replies_to) =
            match (self.newest(channel_id).await.map_err(PlatformError::from), spot(&place.channel())?) {
                (Err(PlatformError::Gone), Spot::Channel(above)) if above != channel_id => {
                    (self.newest(above).await?, Some(channel_id.to_string()))
                }
                (newest, _) => (newest?, None),
            };
        let found = newest.iter().rev().filter(|message| message["author"]["id"] == own.as_str());
        let live = found.filter_map(|message| {
            let (id, text) = (message["id"].as_str()?, live_text(message)?);
            let id = match &replies_to {
                None => id.to_owned(),
                Some(question) if message["message_reference"]["message_id"] == question.as_str() => above(id),
                Some(_) => return None,
            };
            Some((MessageRef { place: place.clone(), id }, text))
        });
        Ok(live.collect())
    }

    async fn newest(&self, channel_id: ChannelId) -> Result<Vec<Value>, DiscordError> {
        let request = plain(LightMethod::Get, Route::ChannelMessages { channel_id });
        self.rest.request_json(request.params(Some(vec![("limit", LOOKED_AT.to_string())]))).await
    }

    /// Returns the text of a message that still looks unfinished.
    async fn still_live(&self, at: &MessageRef) -> Result<Option<String>, PlatformError> {
        let Ok(at) = location(at) else { return Ok(None) };
        match self.message_at(&at).await.map_err(PlatformError::from) {
            Ok(message) => Ok(message.as_ref().and_then(live_text)),
            Err(PlatformError::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Returns the text of a message that has a Stop button.
fn live_text(message: &Value) -> Option<String> {
    can_be_stopped(message).then(|| message["content"].as_str().unwrap_or_default().to_owned())
}

fn can_be_stopped(message: &Value) -> bool {
    let rows = message["components"].as_array().into_iter().flatten();
    let mut buttons = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    buttons.any(|button| button["custom_id"].as_str().and_then(action) == Some(ButtonAction::Stop))
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{Button, Outgoing};

    use super::*;
    use crate::body::Body;

    #[test]
    fn a_message_that_can_be_stopped_looks_live() {
        let stop = Button { action: ButtonAction::Stop, label: "Arrêter".to_owned() };
        let live = Body::of(&Outgoing { buttons: vec![stop], ..Outgoing::streaming("Voici") }).unwrap();
        assert!(can_be_stopped(&live.json));
        assert!(!can_be_stopped(&Body::of(&Outgoing::text("Voici")).unwrap().json));
    }
}
