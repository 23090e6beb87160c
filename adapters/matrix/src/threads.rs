//! Threads that the bot takes part in: questions there need no mention.

use matrix_sdk::Room;
use matrix_sdk::ruma::{EventId, OwnedEventId, OwnedRoomId, OwnedUserId, RoomId, UserId};
use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use serde_json::Value;

use crate::Matrix;
use crate::event::json_of;

/// The number of threads remembered.
const REMEMBERED: usize = 2_048;

/// The state of known threads.
#[derive(Debug, Default)]
pub(crate) struct Threads(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    threads: BoundedMap<OwnedEventId, Thread, REMEMBERED>,
    /// The thread in which somebody asked last, by room and user.
    latest: BoundedMap<(OwnedRoomId, OwnedUserId), OwnedEventId, REMEMBERED>,
}

#[derive(Debug, Clone, Default)]
struct Thread {
    is_ours: bool,
    /// The known askers of the thread.
    askers: Vec<OwnedUserId>,
}

impl Threads {
    /// Records that somebody asks in a thread now, which becomes their latest one.
    pub(crate) fn asks_now(&self, room: &RoomId, thread: &EventId, asker: &UserId) {
        self.asked(thread, asker);
        self.0.lock().latest.insert_newest((room.to_owned(), asker.to_owned()), thread.to_owned());
    }

    /// Returns the thread of a room in which somebody asked last.
    pub(crate) fn latest_of(&self, room: &RoomId, asker: &UserId) -> Option<OwnedEventId> {
        self.0.lock().latest.get(&(room.to_owned(), asker.to_owned())).cloned()
    }

    /// Checks whether anybody is known to have asked there.
    pub(crate) fn has_askers(&self, root: &EventId) -> bool {
        self.0.lock().threads.get(root).is_some_and(|thread| !thread.askers.is_empty())
    }

    /// Records that somebody has asked in a thread.
    pub(crate) fn asked(&self, root: &EventId, asker: &UserId) {
        self.learn(root, true);
        if let Some(thread) =
            self.0.lock().threads.get_mut(root).filter(|thread| !thread.askers.iter().any(|known| known == asker))
        {
            thread.askers.push(asker.to_owned());
        }
    }

    /// Checks whether others, and not this user, asked there.
    pub(crate) fn is_of_others(&self, root: &EventId, user: &str) -> bool {
        let known = self.0.lock();
        let askers = known.threads.get(root).map(|thread| thread.askers.as_slice()).unwrap_or_default();
        !askers.is_empty() && !askers.iter().any(|asker| asker == user)
    }

    fn learn(&self, root: &EventId, is_ours: bool) {
        let mut known = self.0.lock();
        if let Some(thread) = known.threads.get_mut(root) {
            thread.is_ours = is_ours;
        } else {
            known.threads.insert(root.to_owned(), Thread { is_ours, askers: Vec::new() });
        }
    }
}

impl Matrix {
    /// Finds out who asked the root question of a thread, as after a restart.
    pub(crate) async fn learn_asker(&self, room: &Room, thread: &EventId) {
        match room.event(thread, None).await.map(|event| event.sender()) {
            Ok(Some(sender)) => self.threads.asked(thread, &sender),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, %thread, "the first message of a thread could not be fetched; its asker stays unknown");
            }
        }
    }

    /// Checks whether a message continues a thread of ours and mentions nobody else.
    pub(crate) async fn continues_thread(&self, room: &Room, thread: Option<&OwnedEventId>, content: &Value) -> bool {
        let calls_somebody = content["m.mentions"]["user_ids"].as_array().is_some_and(|users| !users.is_empty());
        let Some(thread) = thread.filter(|_| !calls_somebody) else { return false };
        let known = self.threads.0.lock().threads.get(thread).map(|known| known.is_ours);
        if let Some(is_ours) = known {
            return is_ours;
        }
        // As after a restart: the server knows where we have taken part.
        match room.event(thread, None).await {
            Ok(event) => {
                let summary = &json_of(&event)["unsigned"]["m.relations"]["m.thread"];
                let is_ours = summary["current_user_participated"] == true;
                self.threads.learn(thread, is_ours);
                is_ours
            }
            Err(error) => {
                tracing::warn!(%error, %thread, "a thread could not be fetched; the message in it is not answered");
                false
            }
        }
    }
}
