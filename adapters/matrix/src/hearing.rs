//! What people do in rooms: which messages are meant for us, what they say, and where they are answered.

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::{TimelineEvent, VerificationLevel, VerificationState};
use matrix_sdk::ruma::{OwnedEventId, OwnedUserId, UserId};
use pstral_core::domain::{Actor, Event, EventBody};
use pstral_core::ports::Inbox;
use serde_json::Value;

use crate::Matrix;
use crate::event::{id, json_of, moment, redacted, replaced, thread_of};
use crate::mention::{Names, without_quote};
use crate::place::{Spot, platform};

/// What typed commands begin with.
pub(crate) const PREFIX: &str = "!pstral ";

impl Matrix {
    /// Something happened in a room.
    pub(crate) async fn hear_of(&self, room: &Room, event: TimelineEvent, inbox: &Inbox) {
        let said = json_of(&event);
        let (Some(id), Some(sender)) = (event.event_id(), event.sender()) else { return };
        if sender == *room.own_user_id() {
            return;
        }
        if event.kind.is_utd() {
            return self.late.wait_for_key(room.clone(), event);
        }
        if !self.heard.is_new(&id) {
            return;
        }
        match said["type"].as_str() {
            Some("m.room.message") if is_genuine(room, &event).await => {
                self.hear(room, id, &sender, &said, inbox).await;
            }
            Some("m.reaction") => self.pressed(room, id, &sender, &said, inbox).await,
            Some("m.room.redaction") => self.taken_back(room, &sender, &said, inbox).await,
            Some("m.room.tombstone") => self.follow_upgrade(room, &sender, &said).await,
            _ => {}
        }
    }

    /// Somebody wrote.
    async fn hear(&self, room: &Room, id: OwnedEventId, sender: &UserId, said: &Value, inbox: &Inbox) {
        let content = &said["content"];
        // What programs write is a notice, and what changes a message was answered when it was written.
        if content["msgtype"] != "m.text" || replaced(said).is_some() {
            return;
        }
        let body = without_quote(content, content["body"].as_str().unwrap_or_default());
        let private = self.is_private(room).await;
        let own = room.get_member_no_sync(room.own_user_id()).await.ok().flatten();
        let shown = own.as_ref().and_then(|own| own.display_name());
        let names = Names { id: room.own_user_id().as_str(), shown };
        let thread = thread_of(said);
        let is_command = command(body).is_some();
        let is_called = is_command || names.are_called(content, body);
        if !(private || is_called || self.goes_on(room, thread.as_ref(), content).await) {
            return;
        }
        let words = names.without(body);
        let line = command(&words).map(|command| format!("{PREFIX}{command}"));
        let body = match line {
            Some(line) => EventBody::typed(&line, PREFIX).unwrap_or(EventBody::Command(String::new())),
            None if private && pstral_core::pipeline::reads_as_command(&words) => EventBody::Command(words),
            None => EventBody::Said(words),
        };
        let thread = self.thread_to_answer(private, thread, &id, &body);
        if let Some(root) = &thread {
            self.threads.asked(root, sender);
        }
        let spot = Spot::new(room.room_id().to_owned(), thread);
        let event = self.event(room, id, sender, said, spot, private, body).await;
        inbox(event).await;
    }

    /// Where a message is answered: in the thread it is in, or in one of its own.
    fn thread_to_answer(
        &self,
        private: bool,
        thread: Option<OwnedEventId>,
        id: &OwnedEventId,
        body: &EventBody,
    ) -> Option<OwnedEventId> {
        let is_question = matches!(body, EventBody::Said(words) if !words.trim().is_empty());
        match thread {
            _ if private => None,
            Some(root) => Some(root),
            None if self.config.threads && is_question => Some(id.clone()),
            None => None,
        }
    }

    /// Somebody reacted to a message: where it is ours, they pressed a button.
    async fn pressed(&self, room: &Room, event: OwnedEventId, sender: &UserId, said: &Value, inbox: &Inbox) {
        let related = &said["content"]["m.relates_to"];
        let (Some(to), Some(key)) = (id(&related["event_id"]), related["key"].as_str()) else { return };
        let found = match self.ours.find(room, &to).await {
            Ok(found) => found,
            Err(error) => return tracing::warn!(%error, "a message that somebody reacted to cannot be read"),
        };
        let Some((message, action)) = found.and_then(|message| {
            let action = message.action(key)?;
            Some((message, action))
        }) else {
            return;
        };
        let private = self.is_private(room).await;
        let body = EventBody::Clicked(action);
        inbox(self.event(room, event, sender, said, message.spot, private, body).await).await;
    }

    /// Somebody took something back: a question, a reaction, or, as a moderator, a message of ours.
    async fn taken_back(&self, room: &Room, sender: &UserId, said: &Value, inbox: &Inbox) {
        let (Some(gone), Some(event)) = (redacted(said), id(&said["event_id"])) else { return };
        if self.ours.lose(&gone) {
            return;
        }
        let private = self.is_private(room).await;
        let spot = Spot::new(room.room_id().to_owned(), None);
        let body = EventBody::Deleted { event: gone.to_string() };
        inbox(self.event(room, event, sender, said, spot, private, body).await).await;
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of an event")]
    async fn event(
        &self,
        room: &Room,
        id: OwnedEventId,
        sender: &UserId,
        said: &Value,
        spot: Spot,
        private: bool,
        body: EventBody,
    ) -> Event {
        let member = room.get_member_no_sync(sender).await.ok().flatten();
        let name = member.as_ref().map_or_else(|| sender.localpart(), |member| member.name()).to_owned();
        let actor = Actor { platform: platform(), id: sender.to_string(), name };
        Event { id: id.to_string(), at: moment(said), actor, place: spot.place(private), body }
    }

    /// Whether a room is a private conversation: one that was made as such, and that nobody reads but one person and us.
    pub(crate) async fn is_private(&self, room: &Room) -> bool {
        room.direct_targets_length() > 0 && self.other_readers(room).await.is_some_and(|others| others.len() == 1)
    }

    /// Who is in a room, or may come, beside us; `None` where that cannot be known.
    pub(crate) async fn other_readers(&self, room: &Room) -> Option<Vec<OwnedUserId>> {
        let members = match room.members(matrix_sdk::RoomMemberships::ACTIVE).await {
            Ok(members) => members,
            Err(error) => {
                tracing::warn!(%error, "who is in a room cannot be known: it is no private one");
                return None;
            }
        };
        let others = members.iter().map(|member| member.user_id().to_owned());
        Some(others.filter(|user| user != room.own_user_id()).collect())
    }
}

/// Whether a message comes from whom it says: where a room is encrypted, what is not, or was by somebody else, may have been
/// made up by a server.
async fn is_genuine(room: &Room, event: &TimelineEvent) -> bool {
    match event.encryption_info() {
        Some(info) => info.verification_state != VerificationState::Unverified(VerificationLevel::MismatchedSender),
        None => room.latest_encryption_state().await.is_ok_and(|state| !state.is_encrypted()),
    }
}

/// What a typed command says.
fn command(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix(PREFIX.trim_end())?;
    if rest.is_empty() || rest.starts_with(char::is_whitespace) { Some(rest.trim()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn commands_are_told_from_texts() {
        for (line, expected) in [
            ("!pstral help", Some("help")),
            ("!pstral", Some("")),
            ("!pstral\nedit SELECT 1", Some("edit SELECT 1")),
            ("!pstraline", None),
            ("say !pstral help", None),
        ] {
            assert_eq!(command(line), expected, "{line}");
        }
    }
}
