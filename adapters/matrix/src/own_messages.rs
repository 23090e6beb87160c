//! A cache of our own messages, as far as needed to edit them and to handle reactions to them.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::{IncludeRelations, RelationsOptions};
use matrix_sdk::ruma::events::relation::RelationType;
use matrix_sdk::ruma::events::room::encrypted::OriginalSyncRoomEncryptedEvent;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{EventId, OwnedEventId, RoomId, uint};
use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use pstral_core::domain::ButtonAction;
use pstral_core::ports::PlatformError;

use crate::content::{OwnContent, parse_own};
use crate::event::{is_encrypted, is_genuine, json_of, newest_content, thread_of};
use crate::fault::fault;
use crate::place::Spot;
use crate::reaction_keys::same;
use crate::seen_events::SeenEvents;

/// The number of messages cached. Older ones are fetched again when somebody reacts to them.
const KNOWN: usize = 4_096;

/// The maximum number of unfinished messages that are completed when we return to a room.
const ABANDONED: usize = 256;

/// A message of ours.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) spot: Spot,
    pub(crate) buttons: Vec<(String, ButtonAction)>,
    pub(crate) is_gone: bool,
    /// True if it still looks unfinished.
    pub(crate) is_live: bool,
    /// Our own reactions, by key; the ids of those placed by an earlier run may be unknown.
    pub(crate) placed: Vec<(String, Option<OwnedEventId>)>,
    /// The names of the files sent with it.
    pub(crate) files: Vec<String>,
    /// A fingerprint of the content that we wrote last; `None` if this run did not write it.
    pub(crate) shown: Option<u64>,
}

impl Message {
    pub(crate) fn new(spot: Spot, buttons: Vec<(String, ButtonAction)>) -> Self {
        Self { spot, buttons, is_gone: false, is_live: false, placed: Vec::new(), files: Vec::new(), shown: None }
    }

    /// Returns the action of a reaction to it.
    pub(crate) fn action(&self, key: &str) -> Option<ButtonAction> {
        let found = self.buttons.iter().find(|(known, _)| same(known, key));
        found.map(|(_, action)| action.clone())
    }
}

/// The reason why there is no message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotOurs {
    /// Written by somebody else, or gone.
    Known,
    /// Written by us, at this place, but undecryptable for now.
    Unreadable(Spot),
}

/// The cached messages.
#[derive(Debug, Default)]
pub(crate) struct OwnMessages {
    known: Mutex<BoundedMap<OwnedEventId, Message, KNOWN>>,
    /// Messages of others that were examined.
    others: SeenEvents,
    /// Unfinished messages in rooms where we may not write any more.
    abandoned: Mutex<Vec<OwnedEventId>>,
}

impl OwnMessages {
    pub(crate) fn get(&self, id: &EventId) -> Option<Message> {
        self.known.lock().get(id).cloned()
    }

    /// Adds a message, unless it is cached.
    pub(crate) fn learn(&self, id: &EventId, message: Message) {
        let mut known = self.known.lock();
        if !known.contains_key(id) {
            known.insert(id.to_owned(), message);
        }
    }

    /// Changes a cached message.
    pub(crate) fn change(&self, id: &EventId, change: impl FnOnce(&mut Message)) {
        if let Some(message) = self.known.lock().get_mut(id) {
            change(message);
        }
    }

    /// Removes a deleted event, and returns true if it was a message of ours.
    pub(crate) fn lose(&self, id: &EventId, room: &RoomId) -> bool {
        let mut is_ours = false;
        self.change(id, |message| {
            is_ours = message.spot.room == room;
            message.is_gone |= is_ours;
        });
        is_ours
    }

    /// Notes that a message could not be edited, so that it is completed as soon as it can be.
    pub(crate) fn abandon(&self, id: &EventId) {
        let is_live = self.get(id).is_some_and(|message| message.is_live && !message.is_gone);
        let mut abandoned = self.abandoned.lock();
        if is_live && abandoned.len() < ABANDONED && !abandoned.iter().any(|known| known == id) {
            abandoned.push(id.to_owned());
        }
    }

    /// Checks whether a message of the room is being written.
    pub(crate) fn is_writing_in(&self, room: &RoomId) -> bool {
        let known = self.known.lock();
        known.iter().any(|(_, message)| message.is_live && !message.is_gone && message.spot.room == room)
    }

    /// Notes all unfinished messages of a room as abandoned.
    pub(crate) fn abandon_in(&self, room: &RoomId) {
        let of_room = |(_, message): &(&OwnedEventId, &Message)| message.is_live && message.spot.room == room;
        let live: Vec<_> = self.known.lock().iter().filter(of_room).map(|(id, _)| id.clone()).collect();
        for id in &live {
            self.abandon(id);
        }
    }

    /// Removes and returns the abandoned messages of a room, to be completed.
    pub(crate) fn take_abandoned(&self, room: &RoomId) -> Vec<(OwnedEventId, Message)> {
        let mut abandoned = self.abandoned.lock();
        let mut taken = Vec::new();
        abandoned.retain(|id| match self.get(id) {
            Some(message) if message.spot.room == room => {
                taken.push((id.clone(), message));
                false
            }
            known => known.is_some(),
        });
        taken.retain(|(_, message)| message.is_live && !message.is_gone);
        taken
    }

    /// Finds the message of that id; `None` if it is not ours, gone, or undecryptable.
    pub(crate) async fn find(&self, room: &Room, id: &EventId) -> Result<Option<Message>, PlatformError> {
        Ok(self.look(room, id).await?.ok())
    }

    /// Finds a message of ours, and distinguishes undecryptable ones from those of others.
    pub(crate) async fn look(&self, room: &Room, id: &EventId) -> Result<Result<Message, NotOurs>, PlatformError> {
        if let Some(message) = self.get(id) {
            let stands = !message.is_gone && message.spot.room == room.room_id();
            return Ok(if stands { Ok(message) } else { Err(NotOurs::Known) });
        }
        if self.others.contains(id) {
            return Ok(Err(NotOurs::Known));
        }
        let event = match room.event(id, None).await.map_err(fault) {
            Ok(event) => with_its_key(room, event).await,
            Err(PlatformError::Gone) => return Ok(Err(NotOurs::Known)),
            Err(error) => return Err(error),
        };
        let Some((spot, content)) = ours(&event, is_encrypted(room).await, room) else {
            // Only the content is encrypted: its sender and its thread can be read.
            let event_json = json_of(&event);
            if is_closed(&event) && event_json["sender"] == room.own_user_id().as_str() {
                let spot = Spot::new(room.room_id().to_owned(), thread_of(&event_json));
                return Ok(Err(NotOurs::Unreadable(spot)));
            }
            self.others.insert(id);
            return Ok(Err(NotOurs::Known));
        };
        let placed = placed(room, id).await;
        let message = Message { is_live: content.is_live, placed, ..Message::new(spot, content.buttons) };
        self.learn(id, message.clone());
        Ok(Ok(message))
    }
}

/// Decrypts an event if possible: after a recovery, old keys are fetched from the backup one by one.
async fn with_its_key(room: &Room, event: TimelineEvent) -> TimelineEvent {
    let event_json = json_of(&event);
    let Some(session) = event_json["content"]["session_id"].as_str().filter(|_| is_closed(&event)) else {
        return event;
    };
    if let Err(error) = room.client().encryption().backups().download_room_key(room.room_id(), session).await {
        tracing::debug!(%error, room = %room.room_id(), "a room key could not be fetched from the backup");
        return event;
    }
    let raw: &Raw<OriginalSyncRoomEncryptedEvent> = event.raw().cast_ref_unchecked();
    match room.decrypt_event(raw, None).await {
        Ok(read) => read,
        Err(_) => event,
    }
}

fn is_closed(event: &TimelineEvent) -> bool {
    json_of(event)["type"] == "m.room.encrypted"
}

/// Returns our reactions below a message since an earlier run. If they cannot be fetched, an obsolete one stays.
pub(crate) async fn placed(room: &Room, id: &EventId) -> Vec<(String, Option<OwnedEventId>)> {
    let annotations = IncludeRelations::RelationsOfType(RelationType::Annotation);
    let options =
        RelationsOptions { include_relations: annotations, limit: Some(uint!(100)), ..RelationsOptions::default() };
    let found = match room.relations(id.to_owned(), options).await {
        Ok(found) => found.chunk,
        Err(error) => {
            tracing::debug!(%error, event = %id, "earlier reactions of Pstral could not be fetched; obsolete ones stay");
            return Vec::new();
        }
    };
    let ours = found.iter().filter(|event| event.sender().is_some_and(|sender| sender == *room.own_user_id()));
    let key = |event: &TimelineEvent| Some(json_of(event)["content"]["m.relates_to"]["key"].as_str()?.to_owned());
    ours.filter_map(|event| Some((key(event)?, event.event_id()))).collect()
}

/// Reads an event as a message of ours; returns its place and its state.
pub(crate) fn ours(event: &TimelineEvent, is_encrypted: bool, room: &Room) -> Option<(Spot, OwnContent)> {
    let event_json = json_of(event);
    let is_ours = event_json["type"] == "m.room.message" && event_json["sender"] == room.own_user_id().as_str();
    if !is_ours || !is_genuine(event, is_encrypted) {
        return None;
    }
    let content = parse_own(newest_content(&event_json))?;
    Some((Spot::new(room.room_id().to_owned(), thread_of(&event_json)), content))
}
