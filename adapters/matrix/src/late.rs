//! Messages that came before the keys to read them: they are answered when the key comes, within a time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::events::room::encrypted::OriginalSyncRoomEncryptedEvent;
use matrix_sdk::ruma::serde::Raw;
use pstral_core::ports::Inbox;
use tokio::time::Instant;

use crate::Matrix;

/// How long a key is waited for.
const PATIENCE: Duration = Duration::from_mins(5);
/// Messages that wait, at most.
const MANY: usize = 500;

/// What cannot be read yet.
#[derive(Default)]
pub(crate) struct Late(Mutex<VecDeque<(Room, TimelineEvent, Instant)>>);

impl Late {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    pub(crate) fn wait_for_key(&self, room: Room, event: TimelineEvent) {
        let mut waiting = self.waiting();
        if waiting.len() >= MANY {
            waiting.pop_front();
        }
        waiting.push_back((room, event, Instant::now()));
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<(Room, TimelineEvent, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Matrix {
    /// Tries what waits once more, and hands over what can be read now.
    pub(crate) async fn try_late(&self, inbox: &Inbox) {
        let waiting = std::mem::take(&mut *self.late.waiting());
        let mut read = Vec::new();
        for (room, event, since) in waiting {
            let raw: &Raw<OriginalSyncRoomEncryptedEvent> = event.raw().cast_ref_unchecked();
            match room.decrypt_event(raw, None).await {
                Ok(decrypted) if !decrypted.kind.is_utd() => read.push((room, decrypted)),
                _ if since.elapsed() < PATIENCE => self.late.waiting().push_back((room, event, since)),
                _ => tracing::warn!(room = %room.room_id(), "a message cannot be read: its key did not come"),
            }
        }
        join_all(read.into_iter().map(|(room, event)| async move { self.hear_of(&room, event, inbox).await })).await;
    }
}
