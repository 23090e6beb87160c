//! Finds our messages in a place that still look unfinished.

use std::collections::HashMap;

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::{OwnedEventId, uint};
use pstral_core::domain::{MessageRef, Place};
use pstral_core::ports::PlatformError;

use crate::Matrix;
use crate::content::{OwnContent, parse_own};
use crate::event::{id, is_encrypted, is_genuine, json_of, replaced};
use crate::fault::fault;
use crate::own_messages::{Message, ours, placed};
use crate::place::spot;

/// The number of newest messages that are examined.
const LOOKED_AT: usize = 50;
/// The maximum number of pages of a hundred events read for them: each edit is an event, too.
const PAGES: usize = 20;

impl Matrix {
    pub(crate) async fn find_unfinished(
        &self,
        place: &Place,
        known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        let spot = spot(place)?;
        let room = self.room(&spot).await?;
        let mut found: Vec<(OwnedEventId, OwnContent)> = Vec::new();
        for (at, there, message) in newest(&room).await? {
            if there.spot != spot {
                continue;
            }
            // Others are looked at when somebody reacts to them.
            if message.is_live {
                self.own_messages.learn(&at, Message { is_live: true, placed: placed(&room, &at).await, ..there });
            }
            found.push((at, message));
        }
        let known =
            known.filter(|known| known.place == *place).and_then(|known| OwnedEventId::try_from(&*known.id).ok());
        if let Some(known) = known.filter(|known| found.iter().all(|(at, _)| at != known)) {
            match room.event(&known, None).await.map_err(fault) {
                Ok(event) => {
                    found.extend(ours(&event, is_encrypted(&room).await, &room).map(|(_, message)| (known, message)));
                }
                Err(PlatformError::Gone) => {}
                Err(error) => return Err(error),
            }
        }
        // The newest come first.
        let live = found.into_iter().rev().filter(|(_, message)| message.is_live);
        Ok(live.map(|(at, message)| (MessageRef { place: place.clone(), id: at.to_string() }, message.text)).collect())
    }
}

/// Our newest messages of a room as they stand, the newest first.
async fn newest(room: &Room) -> Result<Vec<(OwnedEventId, Message, OwnContent)>, PlatformError> {
    let (mut from, mut changed, mut found) = (None::<String>, HashMap::<OwnedEventId, OwnContent>::new(), Vec::new());
    let is_encrypted = is_encrypted(room).await;
    for page in 0..PAGES {
        if page > 0 && from.is_none() {
            break;
        }
        let mut options = MessagesOptions::backward().from(from.as_deref());
        options.limit = uint!(100);
        let page = room.messages(options).await.map_err(fault)?;
        for event in &page.chunk {
            read(event, is_encrypted, room, &mut changed, &mut found);
        }
        from = page.end.filter(|_| found.len() < LOOKED_AT);
    }
    Ok(found)
}

/// Takes in an event that is older than those before it.
fn read(
    event: &TimelineEvent,
    is_encrypted: bool,
    room: &Room,
    changed: &mut HashMap<OwnedEventId, OwnContent>,
    found: &mut Vec<(OwnedEventId, Message, OwnContent)>,
) {
    let event_json = json_of(event);
    if event_json["sender"] != room.own_user_id().as_str() || !is_genuine(event, is_encrypted) {
        return;
    }
    if let Some(of) = replaced(&event_json) {
        if let Some(content) = parse_own(&event_json["content"]["m.new_content"]) {
            changed.entry(of).or_insert(content);
        }
        return;
    }
    let (Some(at), Some((spot, first))) = (id(&event_json["event_id"]), ours(event, is_encrypted, room)) else {
        return;
    };
    let content = changed.remove(&at).unwrap_or(first);
    found.push((at, Message::new(spot, content.buttons.clone()), content));
}
