//! Which of our messages in a channel still look as if they were being written: those that can be stopped.

use pstral_core::domain::{ButtonAction, MessageRef, Place};
use pstral_core::ports::PlatformError;
use serde_json::Value;
use serenity::http::{LightMethod, Route};

use crate::Discord;
use crate::buttons::action;
use crate::place::{Spot, spot};
use crate::rest::plain;

/// Messages looked at, the newest.
const LOOKED_AT: u8 = 50;

impl Discord {
    pub(crate) async fn standing_in(&self, place: &Place) -> Result<Vec<MessageRef>, PlatformError> {
        // What only one person sees ends with what they see.
        let Spot::Channel(channel_id) = spot(place)? else { return Ok(Vec::new()) };
        let own = self.own_id().await?.to_string();
        let request = plain(LightMethod::Get, Route::ChannelMessages { channel_id });
        let newest: Vec<Value> = self.rest.ask(request.params(Some(vec![("limit", LOOKED_AT.to_string())]))).await?;
        let live = newest.iter().filter(|message| message["author"]["id"] == own.as_str() && can_be_stopped(message));
        let at = |message: &Value| Some(MessageRef { place: place.clone(), id: message["id"].as_str()?.to_owned() });
        Ok(live.filter_map(at).collect())
    }
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
