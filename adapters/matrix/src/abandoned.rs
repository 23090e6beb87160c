//! Completes answers that still look unfinished because the bot lost access to their room, once it can write there
//! again.

use matrix_sdk::{Room, RoomState};
use pstral_core::domain::{MessageRef, Outgoing};
use pstral_core::text::text;

use crate::Matrix;
use crate::content::LENGTH;
use crate::event::is_encrypted;
use crate::own_messages::ours;

impl Matrix {
    /// Completes the abandoned answers of a room after an event there, such as our return. Their askers were told in
    /// private.
    pub(crate) async fn close_abandoned(&self, room: &Room) {
        if room.state() != RoomState::Joined {
            return;
        }
        for (id, message) in self.own_messages.take_abandoned(room.room_id()) {
            let Ok(read) = room.event(&id, None).await else {
                self.own_messages.abandon(&id);
                continue;
            };
            let Some((_, content)) = ours(&read, is_encrypted(room).await, room) else { continue };
            let sentence = text("answer-interrupted").render(self.config.locale);
            let whole = format!("{}\n\n{sentence}", content.text.trim_end());
            let whole = if LENGTH.holds(&whole) { whole } else { content.text };
            let at = MessageRef { place: message.spot.place(false), id: id.to_string() };
            if let Err(error) = self.edit_at(&at, &Outgoing::text(whole)).await {
                tracing::info!(%error, room = %room.room_id(), "a message that looks live could not be closed yet");
                self.own_messages.abandon(&id);
            }
        }
    }
}
