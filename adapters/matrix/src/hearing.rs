//! Events in rooms: which messages are addressed to Pstral, what they say, and where they are answered.

use futures::future::{BoxFuture, FutureExt as _};
use jiff::Timestamp;
use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::ruma::api::client::receipt::create_receipt::v3::{ReceiptType, Request as Receipt};
use matrix_sdk::ruma::events::receipt::ReceiptThread;
use matrix_sdk::ruma::{OwnedEventId, UserId};
use pstral_core::commands::reads_as_command;
use pstral_core::domain::{About, Actor, Event, EventBody};
use pstral_core::ports::Inbox;
use serde_json::Value;

use crate::Matrix;
use crate::catching_up::MISSED;
use crate::content::OURS;
use crate::dms::Audience;
use crate::event::{answered, is_encrypted, is_genuine, is_redacted, json_of, moment, replaced, thread_of};
use crate::incoming_files::{Attached, Files, caption};
use crate::incoming_reactions::Unread;
use crate::mention::{Names, without_quote};
use crate::place::{Spot, platform};
use crate::questions::Question;
use crate::rewording::answered_by;
use crate::writing::once;

/// The prefix of typed commands.
pub(crate) const PREFIX: &str = "!pstral ";

/// The prefixes of commands on other platforms, which people may use too.
const SIGNS: [char; 2] = ['/', '!'];

/// The pending rest of a received event: it has been handed over, and is answered when this future ends.
pub(crate) type Work<'a> = BoxFuture<'a, ()>;

/// The parsed text of a message.
pub(crate) struct ParsedMessage {
    pub(crate) text: String,
    pub(crate) body: EventBody,
    mentions_bot: bool,
}

impl Matrix {
    /// Handles an event in a room.
    pub(crate) async fn hear_of<'a>(&'a self, room: &Room, event: TimelineEvent, inbox: &'a Inbox) -> Option<Work<'a>> {
        let event_json = json_of(&event);
        let (id, sender) = (event.event_id()?, event.sender()?);
        if sender == *room.own_user_id() {
            return None;
        }
        // An event that was fetched in a page of messages is not marked as undecryptable.
        if event.kind.is_utd()
            || (event_json["type"] == "m.room.encrypted" && event_json["content"]["algorithm"].is_string())
        {
            self.undecryptable.put(room.clone(), sender, event);
            return None;
        }
        if !self.seen_events.insert(&id) {
            return None;
        }
        // An encrypted event may claim any type. Changes of a room and redactions count only in plain events, which the
        // server has checked.
        let is_plain = event.encryption_info().is_none();
        match event_json["type"].as_str() {
            Some("m.room.message" | "m.sticker" | "m.poll.start" | "org.matrix.msc3381.poll.start")
                if is_genuine(&event, is_encrypted(room).await) =>
            {
                if let Some(of) = replaced(&event_json) {
                    return self.reword(room, id, &of, &sender, &event_json, inbox).await;
                }
                self.hear(room, id, &sender, &event_json, inbox).await
            }
            Some("m.reaction") if is_plain || is_genuine(&event, is_encrypted(room).await) => {
                match self.pressed(room, id.clone(), &sender, &event_json, inbox).await {
                    Ok(work) => work,
                    Err(Unread { error, spot }) => {
                        // A homeserver that does not answer is asked again for as long as a question would be answered.
                        let patience = if spot.is_some() { self.config.key_patience } else { MISSED };
                        let is_waited_for = Timestamp::now().duration_since(moment(&event_json)) < patience;
                        tracing::warn!(%error, room = %room.room_id(), is_waited_for, "a message that somebody reacted to cannot be read");
                        if is_waited_for {
                            self.seen_events.forget(&id);
                            self.undecryptable.put(room.clone(), sender, event);
                            return None;
                        }
                        let (room, spot) = (room.clone(), spot?);
                        Some(async move { self.tell_unread(&room, spot, &sender).await }.boxed())
                    }
                }
            }
            Some("m.room.redaction") if is_plain => self.taken_back(room, &sender, &event_json, inbox).await,
            Some("m.room.tombstone") if is_plain && event_json["state_key"] == "" => {
                Some(self.successors.follow(vec![room.clone()]).boxed())
            }
            _ => None,
        }
    }

    /// Handles a message.
    async fn hear<'a>(
        &'a self,
        room: &Room,
        id: OwnedEventId,
        sender: &UserId,
        event_json: &Value,
        inbox: &'a Inbox,
    ) -> Option<Work<'a>> {
        if is_redacted(event_json) {
            return None;
        }
        let content = &event_json["content"];
        let audience = self.audience(room).await;
        self.dm_index.uses(sender, room.room_id(), audience);
        let is_direct = audience != Audience::Group;
        let thread = thread_of(event_json);
        // What programs write is a notice, or another Pstral's.
        if content.get(OURS).is_some() {
            return None;
        }
        let body = match content["msgtype"].as_str() {
            Some("m.file") => caption(content).unwrap_or_default(),
            Some("m.key.verification.request") => return self.decline_verification(room, id, sender, content),
            Some("m.notice") => return None,
            _ => content["body"].as_str().unwrap_or_default(),
        };
        if content["msgtype"] == "m.file" && body.is_empty() {
            // It waits for the question.
            let spot = Spot::new(room.room_id().to_owned(), thread.filter(|_| !is_direct));
            if let Some(file) = Attached::of(content) {
                self.waiting.put(spot, sender, file);
            }
            return None;
        }
        let ParsedMessage { text: words, body, mentions_bot } = self.parse_body(room, content, body, is_direct).await;
        let is_text = matches!(content["msgtype"].as_str(), Some("m.text" | "m.file"));
        let body = if is_text { body } else { EventBody::Unreadable };
        let replied = self.replied_to(room, content).await;
        let goes_on = replied.is_some() || self.continues_thread(room, thread.as_ref(), content).await;
        if !(is_direct || mentions_bot || goes_on) {
            return None;
        }
        let thread = thread.or(replied.and_then(|spot| spot.thread));
        let there = Spot::new(room.room_id().to_owned(), thread.clone().filter(|_| !is_direct));
        let files = match body {
            EventBody::Said(_) => self.files_with(&there, sender, content),
            _ => Files::default(),
        };
        let new_thread = || self.thread_to_answer(room, &id, sender, &body, !files.is_empty());
        let thread = if is_direct { None } else { thread.or_else(new_thread) };
        if let Some(root) = &thread {
            self.threads.asks_now(room.room_id(), root, sender);
        }
        let spot = Spot::new(room.room_id().to_owned(), thread);
        let event =
            self.event(room, id.clone(), sender, event_json, spot, audience == Audience::DmConfidential, body).await;
        has_read(room, id.clone());
        if !matches!(event.body, EventBody::Said(_)) {
            return Some(inbox(event));
        }
        let question = self.questions.record(&id, Question::new(event, words));
        if files.is_empty() {
            let answering = inbox(question.whole());
            return Some(async move { answered_by(answering, &question).await }.boxed());
        }
        // Reading them takes its time; what is said next need not wait for it.
        let room = room.clone();
        Some(async move { self.ask_with(question, &room, files, inbox).await }.boxed())
    }

    /// Parses a body: its text, and whether it mentions us.
    pub(crate) async fn parse_body(&self, room: &Room, content: &Value, body: &str, is_direct: bool) -> ParsedMessage {
        let body = without_quote(content, body);
        let own = room.get_member_no_sync(room.own_user_id()).await.ok().flatten();
        let shown = own.as_ref().and_then(|own| own.display_name());
        let names = Names { id: room.own_user_id().as_str(), shown };
        let mentions_bot = command(body).is_some() || names.mention_bot(content, body);
        let words = names.without(body);
        // As the name says it, a prefix may be taken for one.
        let marked = command(body).or_else(|| command(&words));
        let bare = words.trim_start_matches(SIGNS);
        let body = match marked {
            Some(command) => EventBody::command(command),
            None if is_direct && reads_as_command(bare) => EventBody::command(bare),
            None => EventBody::Said(words.clone()),
        };
        ParsedMessage { text: words, body, mentions_bot }
    }

    /// Returns the place of our message that is explicitly replied to, as people do whose clients do not know threads.
    async fn replied_to(&self, room: &Room, content: &Value) -> Option<Spot> {
        self.own_messages.find(room, &answered(content)?).await.ok().flatten().map(|message| message.spot)
    }

    /// Returns the root of the thread that answers a message outside threads: normally the message itself, but for a
    /// command about an answer the thread in which its sender asked last.
    fn thread_to_answer(
        &self,
        room: &Room,
        id: &OwnedEventId,
        sender: &UserId,
        body: &EventBody,
        has_files: bool,
    ) -> Option<OwnedEventId> {
        match body {
            EventBody::Unreadable => self.config.threads.then(|| id.clone()),
            EventBody::Said(words) => {
                (self.config.threads && (has_files || !words.trim().is_empty())).then(|| id.clone())
            }
            EventBody::Command(command) if command.name.spec().is_some_and(|spec| spec.about == About::Answer) => {
                self.threads.latest_of(room.room_id(), sender)
            }
            _ => None,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of an event")]
    pub(crate) async fn event(
        &self,
        room: &Room,
        id: OwnedEventId,
        sender: &UserId,
        event_json: &Value,
        spot: Spot,
        private: bool,
        body: EventBody,
    ) -> Event {
        let member = room.get_member_no_sync(sender).await.ok().flatten();
        let name = member.as_ref().map_or_else(|| sender.localpart(), |member| member.name()).to_owned();
        let actor = Actor { platform: platform(), id: sender.to_string(), name };
        Event { id: id.to_string(), at: moment(event_json), actor, place: spot.place(private), body }
    }
}

/// Sends a read receipt without waiting for it.
fn has_read(room: &Room, id: OwnedEventId) {
    let (client, mut receipt) = (room.client(), Receipt::new(room.room_id().to_owned(), ReceiptType::Read, id));
    receipt.thread = ReceiptThread::Unthreaded;
    tokio::spawn(async move {
        if let Err(error) = client.send(receipt).with_request_config(once()).await {
            tracing::debug!(%error, "a read receipt was not sent");
        }
    });
}

/// Parses a typed command. The prefix may have any case, as phones capitalize it, and be followed by a colon or comma.
fn command(line: &str) -> Option<&str> {
    let (prefix, line) = (PREFIX.trim_end(), line.trim_start());
    let (start, rest) = line.split_at_checked(prefix.len())?;
    let rest = rest.strip_prefix([':', ',']).unwrap_or(rest);
    let is_one = start.eq_ignore_ascii_case(prefix) && (rest.is_empty() || rest.starts_with(char::is_whitespace));
    is_one.then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn commands_are_told_from_texts() {
        for (line, expected) in [
            ("!pstral help", Some("help")),
            ("!pstral", Some("")),
            ("!Pstral aide", Some("aide")),
            ("!PSTRAL: help", Some("help")),
            ("!pstra", None),
            ("!é", None),
            ("!pstral\nedit SELECT 1", Some("edit SELECT 1")),
            ("!pstraline", None),
            ("say !pstral help", None),
        ] {
            assert_eq!(command(line), expected, "{line}");
        }
    }
}
