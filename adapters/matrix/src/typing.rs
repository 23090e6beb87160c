//! Typing notices: a room shows that an answer is being written, from the question to its last text.

use std::collections::HashMap;
use std::time::Duration;

use matrix_sdk::Room;
use matrix_sdk::ruma::api::client::typing::create_typing_event::v3::{Request, Typing, TypingInfo};
use matrix_sdk::ruma::{OwnedRoomId, RoomId};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::Matrix;
use crate::writing::once;

/// Time for which the homeserver shows a typing notice, and the interval at which it is renewed.
const SHOWN: Duration = Duration::from_secs(30);
const REPEAT_INTERVAL: Duration = Duration::from_secs(20);
/// The maximum time for which a typing notice is shown while no text follows.
const WITHOUT_TEXT: Duration = Duration::from_mins(3);

/// The rooms with a typing notice: when it was started, and when it was sent to the homeserver last.
#[derive(Default)]
pub(crate) struct TypingRooms(Mutex<HashMap<OwnedRoomId, (Instant, Instant)>>);

impl TypingRooms {
    /// Starts the typing notice of a room; true if it was not shown.
    fn begin(&self, room: &RoomId) -> bool {
        let now = Instant::now();
        self.0.lock().insert(room.to_owned(), (now, now)).is_none()
    }

    /// Ends the typing notice of a room; true if it was shown until now.
    fn end(&self, room: &RoomId) -> bool {
        self.0.lock().remove(room).is_some()
    }

    /// Returns the rooms whose typing notice is to be renewed; `is_live` checks whether a text is being written there.
    fn due(&self, is_live: impl Fn(&RoomId) -> bool) -> Vec<OwnedRoomId> {
        let mut rooms = self.0.lock();
        rooms.retain(|room, (since, _)| since.elapsed() < WITHOUT_TEXT || is_live(room));
        let due = rooms.iter_mut().filter(|(_, (_, told))| told.elapsed() >= REPEAT_INTERVAL);
        due.map(|(room, (_, told))| {
            *told = Instant::now();
            room.clone()
        })
        .collect()
    }
}

impl Matrix {
    /// Shows that an answer is being written in a room.
    pub(crate) async fn type_in(&self, room: &Room) {
        if self.typing.begin(room.room_id()) {
            tell(room, Typing::Yes(TypingInfo::new(SHOWN))).await;
        }
    }

    /// Ends the typing notice of a room, unless another answer is being written there.
    pub(crate) fn stop_typing_in(&self, room: &Room) {
        if !self.own_messages.is_writing_in(room.room_id()) && self.typing.end(room.room_id()) {
            let room = room.clone();
            tokio::spawn(async move { tell(&room, Typing::No).await });
        }
    }

    /// Renews typing notices for as long as the future is polled.
    pub(crate) async fn keep_typing(&self) {
        loop {
            tokio::time::sleep(REPEAT_INTERVAL).await;
            let Ok(client) = self.client().await else { continue };
            for room in self.typing.due(|room| self.own_messages.is_writing_in(room)) {
                if let Some(room) = client.get_room(&room) {
                    tell(&room, Typing::Yes(TypingInfo::new(SHOWN))).await;
                }
            }
        }
    }
}

/// Sends a typing notice without retries: nobody waits for it.
async fn tell(room: &Room, typing: Typing) {
    let request = Request::new(room.own_user_id().to_owned(), room.room_id().to_owned(), typing);
    if let Err(error) = room.client().send(request).with_request_config(once()).await {
        tracing::debug!(%error, room = %room.room_id(), "the typing notice was not sent");
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::room_id;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_shown_as_long_as_a_text_grows() {
        let (typing, room) = (TypingRooms::default(), room_id!("!a:x"));
        assert!(typing.begin(room) && !typing.begin(room));
        assert!(typing.due(|_| true).is_empty());
        for _ in 0..20 {
            tokio::time::advance(REPEAT_INTERVAL).await;
            assert_eq!(typing.due(|_| true), [room]);
        }
        assert!(typing.end(room) && !typing.end(room));
        typing.begin(room);
        tokio::time::advance(WITHOUT_TEXT).await;
        assert!(typing.due(|_| false).is_empty(), "no text follows");
    }
}
