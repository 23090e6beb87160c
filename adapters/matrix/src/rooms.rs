//! Coming into rooms, following those that move, and private conversations.

use std::time::Duration;

use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, UserId};
use matrix_sdk::{Room, RoomState};
use pstral_core::domain::Place;
use pstral_core::ports::PlatformError;
use serde_json::Value;

use crate::Matrix;
use crate::fault::fault;
use crate::glob::matches;
use crate::place::Spot;

/// Between two invitations that are answered: a storm of them keeps nobody waiting, and the server neither.
const APART: Duration = Duration::from_millis(100);
/// Invitations that wait for that, at most; others are looked at when the program starts again.
const WAITING: usize = 200;

/// Whose turn it is to come in.
pub(crate) struct Door {
    waiting: tokio::sync::Semaphore,
    turn: tokio::sync::Mutex<()>,
}

impl Default for Door {
    fn default() -> Self {
        Self { waiting: tokio::sync::Semaphore::new(WAITING), turn: tokio::sync::Mutex::default() }
    }
}

impl Matrix {
    /// We are invited: comes in where that is allowed, and declines otherwise.
    pub(crate) async fn consider(&self, room: Room) {
        let Ok(_waits) = self.door.waiting.try_acquire() else {
            return tracing::warn!(room = %room.room_id(), "too many invitations: this one waits");
        };
        let _turn = self.door.turn.lock().await;
        if room.state() != RoomState::Invited {
            return;
        }
        let inviter = match room.invite_details().await {
            Ok(invite) => Some(invite.inviter_id),
            Err(error) => return tracing::warn!(%error, "an invitation cannot be read"),
        };
        let is_welcome = inviter.as_ref().is_some_and(|inviter| self.may_invite(&room, inviter));
        let done = if is_welcome { room.join().await } else { room.leave().await };
        match done {
            Ok(()) if is_welcome => tracing::info!(room = %room.room_id(), "came into a room"),
            Ok(()) => tracing::warn!(room = %room.room_id(), ?inviter, "declined an invitation that is not allowed"),
            Err(error) => tracing::warn!(%error, room = %room.room_id(), "an invitation could not be answered"),
        }
        tokio::time::sleep(APART).await;
    }

    /// Whether somebody may bring us into a room.
    fn may_invite(&self, room: &Room, inviter: &UserId) -> bool {
        if self.config.invites.is_empty() {
            return inviter.server_name() == room.own_user_id().server_name();
        }
        let server = inviter.server_name().as_str();
        let names = [inviter.as_str(), room.room_id().as_str(), server];
        self.config.invites.iter().any(|pattern| names.iter().any(|name| matches(pattern, name)))
    }

    /// A room has moved: comes into the new one. Who moved it could have thrown us out.
    pub(crate) async fn follow_upgrade(&self, room: &Room, sender: &UserId, said: &Value) {
        let Some(next) = said["content"]["replacement_room"].as_str() else { return };
        let Ok(next) = OwnedRoomId::try_from(next) else { return };
        let via = [sender.server_name().to_owned()];
        match room.client().join_room_by_id_or_alias((&*next).into(), &via).await {
            Ok(_) => tracing::info!(from = %room.room_id(), to = %next, "followed a room that has moved"),
            Err(error) => tracing::warn!(%error, from = %room.room_id(), "a room has moved where we cannot come"),
        }
    }

    /// The private conversation with somebody: encrypted, and nobody else in it.
    pub(crate) async fn private_with(&self, user: &str) -> Result<Place, PlatformError> {
        let user: OwnedUserId = user.try_into().map_err(|_| PlatformError::Gone)?;
        let client = self.client().await?;
        // One at a time: two would make two rooms.
        let _turn = self.opening.lock().await;
        let rooms: Vec<Room> = client.joined_rooms();
        for room in rooms.into_iter().filter(|room| is_direct_with(room, &user)) {
            let others = self.other_readers(&room).await.unwrap_or_default();
            let is_closed = room.latest_encryption_state().await.is_ok_and(|state| state.is_encrypted());
            if is_closed && others == [user.clone()] {
                return Ok(Spot::new(room.room_id().to_owned(), None).place(true));
            }
        }
        let room = client.create_dm(&user).await.map_err(fault)?;
        Ok(Spot::new(room.room_id().to_owned(), None).place(true))
    }
}

fn is_direct_with(room: &Room, user: &UserId) -> bool {
    room.direct_targets().iter().any(|target| target.as_str() == user.as_str())
}
