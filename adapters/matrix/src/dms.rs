//! Private conversations: recognizing them, and finding or creating the one with somebody.

use matrix_sdk::Room;
use matrix_sdk::ruma::{OwnedUserId, RoomId};
use pstral_core::domain::Place;
use pstral_core::ports::PlatformError;

use crate::Matrix;
use crate::place::Spot;

/// The readers of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Several people, or anybody who may join.
    Group,
    /// One person and we, but others could read it, at least the server. Nothing private is said there.
    DmReadableByOthers,
    /// One person and we only, encrypted.
    DmConfidential,
}

impl Matrix {
    /// Returns the private conversation with somebody: encrypted, and with nobody else in it.
    pub(crate) async fn private_with(&self, user: &str) -> Result<Place, PlatformError> {
        let user: OwnedUserId = user.try_into().map_err(|_| PlatformError::Gone)?;
        let client = self.client().await?;
        self.dm_creation.forget_ended();
        let mut rooms: Vec<Room> = client.joined_rooms();
        // Of several, the one that they write in.
        rooms.sort_by_key(|room| !self.dm_index.is_used(&user, room.room_id()));
        for room in rooms.into_iter().filter(|room| self.dm_index.is_with(room, &user)) {
            let others = self.other_readers(&room).await.unwrap_or_default();
            if others == [user.clone()] && self.dm_index.is_closed(&room).await {
                return Ok(private(room.room_id()));
            }
        }
        let room = self.dm_creation.begin(&client, &user, &self.dm_index).await?;
        Ok(private(&room))
    }

    /// Determines the readers of a room: a private conversation is one that was created as such and that only one
    /// person and we read.
    pub(crate) async fn audience(&self, room: &Room) -> Audience {
        let is_of_two =
            self.dm_index.is_one(room) && self.other_readers(room).await.is_some_and(|others| others.len() == 1);
        if !is_of_two {
            return Audience::Group;
        }
        if self.dm_index.is_closed(room).await { Audience::DmConfidential } else { Audience::DmReadableByOthers }
    }

    /// Returns the members of a room and those invited, except us; `None` if that cannot be known.
    async fn other_readers(&self, room: &Room) -> Option<Vec<OwnedUserId>> {
        let members = match room.members(matrix_sdk::RoomMemberships::ACTIVE).await {
            Ok(members) => members,
            Err(error) => {
                tracing::warn!(%error, room = %room.room_id(), "the members of a room could not be read; it does not count as private");
                return None;
            }
        };
        let others = members.iter().map(|member| member.user_id().to_owned());
        Some(others.filter(|user| user != room.own_user_id()).collect())
    }
}

fn private(room: &RoomId) -> Place {
    Spot::new(room.to_owned(), None).place(true)
}
