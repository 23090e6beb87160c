//! Messages that arrived before their keys, and reactions to undecryptable messages: they are handled once they can be
//! decrypted, within a time limit.

use std::collections::VecDeque;
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt as _};
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::events::room::encrypted::OriginalSyncRoomEncryptedEvent;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId};
use matrix_sdk::{Client, Room};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::event::json_of;

/// Time to wait for a key.
const KEY_TIMEOUT: Duration = Duration::from_mins(5);
/// The maximum number of waiting messages, in all and of one person, since each is retried repeatedly.
const MAX_WAITING: usize = 500;
const MAX_WAITING_OF_ONE: usize = 20;

/// Streams the rooms for which keys have arrived.
pub(crate) async fn rooms_of_keys(client: &Client) -> BoxStream<'static, Vec<OwnedRoomId>> {
    match client.encryption().room_keys_received_stream().await {
        // Where some were left out, the next tick tries all.
        Some(keys) => keys
            .map(|keys| keys.unwrap_or_default().into_iter().map(|key| key.room_id).collect())
            .chain(stream::pending())
            .boxed(),
        None => stream::pending().boxed(),
    }
}

/// The messages that cannot be decrypted yet.
#[derive(Default)]
pub(crate) struct UndecryptableEvents(Mutex<VecDeque<Waiting>>);

struct Waiting {
    room: Room,
    sender: OwnedUserId,
    event: TimelineEvent,
    since: Instant,
}

impl UndecryptableEvents {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    pub(crate) fn put(&self, room: Room, sender: OwnedUserId, event: TimelineEvent) {
        let mut waiting = self.0.lock();
        if waiting.iter().any(|other| other.event.event_id() == event.event_id()) {
            return;
        }
        let of_one = waiting.iter().filter(|other| other.sender == sender).count();
        let first =
            if of_one >= MAX_WAITING_OF_ONE { waiting.iter().position(|other| other.sender == sender) } else { None };
        if let Some(first) = first.or((waiting.len() >= MAX_WAITING).then_some(0)) {
            waiting.remove(first);
        }
        waiting.push_back(Waiting { room, sender, event, since: Instant::now() });
    }

    /// Retries the waiting messages of these rooms or of all, and returns those that can be decrypted now.
    pub(crate) async fn read_now(&self, of: Option<&[OwnedRoomId]>) -> Vec<(Room, TimelineEvent)> {
        let is_meant = |one: &Waiting| of.is_none_or(|rooms| rooms.iter().any(|room| room == one.room.room_id()));
        let (tried, others): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut *self.0.lock()).into_iter().partition(is_meant);
        self.0.lock().extend(others);
        let mut read = Vec::new();
        for one in tried {
            if json_of(&one.event)["type"] != "m.room.encrypted" {
                read.push((one.room, one.event));
                continue;
            }
            let raw: &Raw<OriginalSyncRoomEncryptedEvent> = one.event.raw().cast_ref_unchecked();
            match one.room.decrypt_event(raw, None).await {
                Ok(decrypted) if !decrypted.kind.is_utd() => read.push((one.room, decrypted)),
                _ if one.since.elapsed() < KEY_TIMEOUT => self.0.lock().push_back(one),
                _ => {
                    tracing::warn!(room = %one.room.room_id(), "a message cannot be decrypted: its key did not arrive");
                }
            }
        }
        read
    }
}
