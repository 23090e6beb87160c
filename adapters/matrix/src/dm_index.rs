//! Private conversations that the account data does not list yet: it arrives with a later sync, and the first messages
//! come sooner.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use matrix_sdk::Room;
use matrix_sdk::ruma::events::room::history_visibility::HistoryVisibility;
use matrix_sdk::ruma::room::JoinRule;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};

use parking_lot::Mutex;

use crate::dms::Audience;

/// Time to wait for the account data before it is written again, and the number of attempts.
const KNOWN_AFTER: Duration = Duration::from_secs(5);
const TRIES: u32 = 4;

/// Rooms created as private conversations, and the person of each.
#[derive(Debug, Default)]
pub(crate) struct DmIndex {
    begun: Mutex<HashMap<OwnedRoomId, Begun>>,
    /// The room in which each person wrote last.
    used: Mutex<HashMap<OwnedUserId, OwnedRoomId>>,
    /// Conversations of two that others could read.
    plain: Mutex<HashSet<OwnedRoomId>>,
}

#[derive(Debug)]
struct Begun {
    with: OwnedUserId,
    by_us: bool,
}

impl DmIndex {
    pub(crate) fn note(&self, room: &RoomId, with: &UserId, by_us: bool) {
        self.begun.lock().insert(room.to_owned(), Begun { with: with.to_owned(), by_us });
    }

    pub(crate) fn forget(&self, room: &RoomId) {
        self.begun.lock().remove(room);
    }

    /// Notes that somebody writes in a conversation of two.
    pub(crate) fn uses(&self, user: &UserId, room: &RoomId, audience: Audience) {
        let mut plain = self.plain.lock();
        if audience == Audience::DmReadableByOthers {
            plain.insert(room.to_owned());
        } else {
            plain.remove(room);
        }
        drop(plain);
        if audience == Audience::DmConfidential {
            self.used.lock().insert(user.to_owned(), room.to_owned());
        }
    }

    /// Says if a room is the one that somebody wrote in last.
    pub(crate) fn is_used(&self, user: &UserId, room: &RoomId) -> bool {
        self.used.lock().get(user).is_some_and(|used| used == room)
    }

    /// Says if a room is a conversation of two that others could read.
    pub(crate) fn is_plain(&self, room: &RoomId) -> bool {
        self.plain.lock().contains(room)
    }

    /// Checks whether a room was created as a private conversation.
    pub(crate) fn is_one(&self, room: &Room) -> bool {
        room.direct_targets_length() > 0 || self.begun.lock().contains_key(room.room_id())
    }

    /// Checks whether it was created as a private conversation with this user.
    pub(crate) fn is_with(&self, room: &Room, user: &UserId) -> bool {
        room.direct_targets().iter().any(|target| target.as_str() == user.as_str())
            || self.begun.lock().get(room.room_id()).is_some_and(|begun| begun.with == user)
    }

    /// Checks whether a room is confidential: only its members can read it, and not the server.
    pub(crate) async fn is_closed(&self, room: &Room) -> bool {
        let is_encrypted = room.latest_encryption_state().await.is_ok_and(|state| state.is_encrypted());
        let is_open = match room.join_rule() {
            Some(rule) => rule == JoinRule::Public,
            // Of one that we have just begun no sync has told yet.
            None => self.begun.lock().get(room.room_id()).is_none_or(|begun| !begun.by_us),
        };
        is_encrypted && !is_open && room.history_visibility_or_default() != HistoryVisibility::WorldReadable
    }
}

/// Ensures that the account data lists a private conversation, also after a restart. matrix-sdk writes it on joining,
/// unless a sync was faster or another room was written at the same time.
pub(crate) async fn ensure_listed_as_dm(room: Room, with: OwnedUserId) {
    for tried in 0..TRIES {
        tokio::time::sleep(KNOWN_AFTER * (1 + tried)).await;
        if room.direct_targets_length() > 0 {
            return;
        }
        if let Err(error) = room.client().account().mark_as_dm(room.room_id(), std::slice::from_ref(&with)).await {
            tracing::warn!(%error, room = %room.room_id(), "a room could not be listed as a private conversation; unlisted, it is not one after a restart");
        }
    }
}
