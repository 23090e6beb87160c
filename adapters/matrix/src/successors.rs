//! Upgraded rooms: we follow to the new room if it names the old one as its predecessor.

use std::collections::HashMap;
use std::time::Duration;

use matrix_sdk::deserialized_responses::RawAnySyncOrStrippedState;
use matrix_sdk::ruma::api::client::state::get_state_event_for_key;
use matrix_sdk::ruma::events::StateEventType;
use matrix_sdk::ruma::{OwnedRoomId, OwnedServerName, OwnedUserId, RoomId};
use matrix_sdk::{Client, Room, RoomState};
use parking_lot::Mutex;
use pstral_core::ports::PlatformError;
use serde_json::Value;
use tokio::time::Instant;

use crate::fault::fault;
use crate::invites::leave;
use crate::writing::once;

/// The time-out for joining, and the number of attempts.
const JOIN_TIMEOUT: Duration = Duration::from_mins(1);
const TRIES: u32 = 5;
/// The time until the first retry, which doubles each time.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Rooms that were tried: the number of attempts, and the time of the next.
#[derive(Debug, Default)]
pub(crate) struct Successors(Mutex<HashMap<OwnedRoomId, (u32, Instant)>>);

impl Successors {
    /// Checks whether it is time to try a room, and counts the attempt if so.
    fn is_due(&self, room: &RoomId) -> bool {
        let mut tried = self.0.lock();
        let now = Instant::now();
        let (times, at) = tried.entry(room.to_owned()).or_insert((0, now));
        if *times >= TRIES || *at > now {
            return false;
        }
        *at = now + RETRY_AFTER * 2_u32.pow(*times);
        *times += 1;
        true
    }

    /// Joins the new rooms of those that were upgraded.
    pub(crate) async fn follow(&self, rooms: Vec<Room>) {
        for room in rooms {
            let Some(next) = room.successor_room().map(|next| next.room_id) else { continue };
            let client = room.client();
            // Where we left, or were thrown out, we stay away; where we are invited, who moved the room has the say.
            let is_known = client.get_room(&next).is_some_and(|next| next.state() != RoomState::Invited);
            if is_known || !self.is_due(&next) {
                continue;
            }
            match tokio::time::timeout(JOIN_TIMEOUT, come_along(&client, &room, &next)).await {
                Ok(Ok(true)) => {
                    tracing::info!(from = %room.room_id(), to = %next, "joined the room that replaced another");
                }
                Ok(Ok(false)) => {
                    tracing::warn!(from = %room.room_id(), to = %next, "a room was replaced by one that does not name it; not followed");
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, from = %room.room_id(), "a room was replaced by one that cannot be joined");
                }
                Err(_) => {
                    tracing::warn!(from = %room.room_id(), "a room was replaced, but joining the new one timed out");
                }
            }
        }
    }
}

/// Joins the new room, and returns true if it is the successor. Otherwise whoever may upgrade a room could bring us
/// anywhere.
async fn come_along(client: &Client, old: &Room, next: &RoomId) -> Result<bool, PlatformError> {
    let joined = client.join_room_by_id_or_alias(next.into(), &servers(old).await).await.map_err(fault)?;
    let asked = get_state_event_for_key::v3::Request::new(next.to_owned(), StateEventType::RoomCreate, String::new());
    let made = client.send(asked).with_request_config(once()).await;
    let made = made.ok().and_then(|made| serde_json::from_str::<Value>(made.event_or_content.get()).ok());
    // Where that cannot be known it may be any room.
    let is_the_same = made.is_some_and(|made| made["predecessor"]["room_id"] == old.room_id().as_str());
    if !is_the_same {
        leave(&joined).await?;
    }
    Ok(is_the_same)
}

/// Returns servers that know the new room: that of whoever upgraded the old one.
async fn servers(old: &Room) -> Vec<OwnedServerName> {
    let moved = old.get_state_event(StateEventType::RoomTombstone, "").await.ok().flatten();
    let sender = moved.and_then(|moved| match moved {
        RawAnySyncOrStrippedState::Sync(event) => event.get_field::<OwnedUserId>("sender").ok().flatten(),
        RawAnySyncOrStrippedState::Stripped(event) => event.get_field::<OwnedUserId>("sender").ok().flatten(),
    });
    let server = sender.map(|sender| sender.server_name().to_owned());
    server.into_iter().chain([old.own_user_id().server_name().to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_room_that_cannot_be_followed_is_tried_ever_more_rarely() {
        let (successors, room) = (Successors::default(), OwnedRoomId::try_from("!a:x").unwrap());
        let mut tried = 0;
        for _ in 0..100 {
            tried += u32::from(successors.is_due(&room));
            tokio::time::advance(Duration::from_secs(30)).await;
        }
        assert_eq!(tried, TRIES);
    }
}
