//! Receives events from the homeserver and hands them over, each room independently.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use matrix_sdk::ruma::OwnedRoomId;
use matrix_sdk::sync::{JoinedRoomUpdate, LeftRoomUpdate, State};
use matrix_sdk::{Client, Room};
use pstral_core::domain::{Actor, Event, EventBody};
use pstral_core::ports::{Inbox, PlatformError};
use serde_json::Value;
use tokio::sync::mpsc::channel;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::Matrix;
use crate::account::open_fault;
use crate::catching_up::{leave_old, missed};
use crate::connection::SyncState;
use crate::event::{json_of, moment};
use crate::hearing::Work;
use crate::place::{Spot, platform};
use crate::room_queue::{RoomQueue, RoomUpdate};
use crate::sync_position::SyncPosition;
use crate::syncing::{Update, keep_syncing};
use crate::undecryptable::rooms_of_keys;
use crate::verifying;

/// The interval at which undecryptable messages are retried without news of a key.
const LATE: Duration = Duration::from_secs(15);
/// The interval at which upgraded rooms are checked.
const MOVED: Duration = Duration::from_mins(1);
/// The time-out for events being handed over when the program ends.
const HANDING_OVER: Duration = Duration::from_secs(2);
/// The time-out for placing reactions below the last answers when the program ends.
const REACTING: Duration = Duration::from_secs(3);
/// The error of a sync that failed because of a bug of ours.
const BROKEN: &str = "the sync task panicked";

/// The update of a room in one sync, with the token of the sync before.
type SyncUpdate = RoomUpdate<(JoinedRoomUpdate, Option<String>)>;

/// The work of handled events, and the room and sync they came from, if they did come from one.
struct HandledUpdate<'a> {
    work: Vec<Work<'a>>,
    of: Option<(OwnedRoomId, u64)>,
}

impl Matrix {
    /// Handles events until `shutdown`, then waits for those in progress.
    pub(crate) async fn listen(&self, inbox: &Inbox, shutdown: &CancellationToken) -> Result<(), PlatformError> {
        self.connection.set(SyncState::Connecting);
        let client = match self.open().await {
            Ok(opened) => opened,
            Err(error) => {
                self.connection.set(SyncState::Down(error.to_string()));
                let (fault, locale) = (open_fault(error), self.config.locale);
                let (fact, remedy) = (fault.fact.render(locale), fault.remedy.render(locale));
                return Err(PlatformError::Rejected(format!("{fact}. {remedy}")));
            }
        };
        let position = SyncPosition::new(&self.session_store.store());
        let (heard, mut updates) = channel(8);
        let syncing = keep_syncing(client.clone(), self.connection.clone(), position.read(), heard);
        // Apart: reading what the server says takes its time, and others need not wait for that.
        let mut syncing = AbortOnDropHandle::new(tokio::spawn(syncing));
        let mut reacting = self.keep_reactions().boxed();
        let mut keys = rooms_of_keys(&client).await;
        let (mut late, mut moved) = (tokio::time::interval(LATE), tokio::time::interval(MOVED));
        let mut beside = FuturesUnordered::from_iter([
            self.answer_invites(&client).boxed(),
            self.keep_typing().boxed(),
            self.keep_trust().boxed(),
            self.keep_keys_backed_up(&client).boxed(),
            self.set_profile(&client).boxed(),
        ]);
        let _verifying = verifying::decline(&client);
        let mut hearing: FuturesUnordered<BoxFuture<'_, HandledUpdate<'_>>> = FuturesUnordered::new();
        let mut queue = RoomQueue::default();
        let mut answering: FuturesUnordered<Work<'_>> = FuturesUnordered::new();
        let ended = loop {
            tokio::select! {
                () = shutdown.cancelled() => break Ok(()),
                ended = &mut syncing => break ended.unwrap_or_else(|_| Err(PlatformError::Unavailable(BROKEN.to_owned()))),
                Some(Update { response, since }) = updates.recv() => {
                    for room in response.rooms.left.keys() {
                        self.dm_index.forget(room);
                        self.own_messages.abandon_in(room);
                    }
                    let left = response.rooms.left.into_iter();
                    answering.extend(left.filter_map(|(id, update)| left_room(&client, id, &update, inbox)));
                    let joined = response.rooms.joined.into_iter().map(|(id, update)| (id, (update, since.clone())));
                    let (now, until) = queue.enqueue(joined, response.next_batch);
                    hearing.extend(now.into_iter().map(|update| self.handle_update(&client, update, inbox).boxed()));
                    position.put(until);
                    self.invite_signal.arrived.notify_one();
                }
                Some(handled) = hearing.next() => {
                    answering.extend(handled.work);
                    let next = next_update(handled.of, &mut queue, &position);
                    hearing.extend(next.map(|update| self.handle_update(&client, update, inbox).boxed()));
                }
                Some(rooms) = keys.next(), if !self.undecryptable.is_empty() => hearing.push(self.hear_late(Some(rooms), inbox).boxed()),
                _ = late.tick(), if !self.undecryptable.is_empty() => hearing.push(self.hear_late(None, inbox).boxed()),
                _ = moved.tick() => beside.push(self.successors.follow(client.joined_rooms()).boxed()),
                () = &mut reacting => {}
                Some(()) = beside.next() => {}
                Some(()) = answering.next() => {}
            }
        };
        drop((syncing, beside));
        // What is being handed over is; else it would be again after the next start.
        while let Ok(Some(handled)) = tokio::time::timeout(HANDING_OVER, hearing.next()).await {
            answering.extend(handled.work);
            let next = next_update(handled.of, &mut queue, &position);
            hearing.extend(next.map(|update| self.handle_update(&client, update, inbox).boxed()));
        }
        self.connection.set(match &ended {
            Ok(()) => SyncState::Idle,
            Err(PlatformError::Rejected(_)) => SyncState::LoggedOut,
            Err(error) => SyncState::Down(error.to_string()),
        });
        // While answers come to their end, their reactions do too; those of the last ones a moment later.
        let answered = async {
            answering.for_each(|()| std::future::ready(())).await;
            let _ = tokio::time::timeout(REACTING, self.reaction_queue.wait_until_empty()).await;
        };
        tokio::select! {
            () = answered => {}
            () = &mut reacting => {}
        }
        ended
    }

    /// Handles the events of a room in one sync in their order, since edits follow their messages. Those that the
    /// server omitted come first.
    async fn handle_update<'a>(&'a self, client: &Client, update: SyncUpdate, inbox: &'a Inbox) -> HandledUpdate<'a> {
        let (number, id, (update, since)) = (update.number, update.room, update.content);
        let work = match client.get_room(&id) {
            Some(room) => self.follow(room, update, since.as_ref(), inbox).await,
            None => Vec::new(),
        };
        HandledUpdate { work, of: Some((id, number)) }
    }

    async fn follow<'a>(
        &'a self,
        room: Room,
        update: JoinedRoomUpdate,
        since: Option<&String>,
        inbox: &'a Inbox,
    ) -> Vec<Work<'a>> {
        let timeline = update.timeline;
        let mut events = Vec::new();
        if let Some(from) = timeline.prev_batch.filter(|_| timeline.limited) {
            events = missed(&room, from, since).await;
        }
        events.extend(timeline.events);
        // Also where we were not away: of a room that we have just come into, the server tells what was said before.
        leave_old(room.room_id(), &mut events);
        let mut work = Vec::new();
        for event in events {
            work.extend(self.hear_of(&room, event, inbox).await);
        }
        work.push(async move { self.close_abandoned(&room).await }.boxed());
        work
    }

    /// Handles the messages that have become decryptable.
    async fn hear_late<'a>(&'a self, of: Option<Vec<OwnedRoomId>>, inbox: &'a Inbox) -> HandledUpdate<'a> {
        let mut work = Vec::new();
        for (room, event) in self.undecryptable.read_now(of.as_deref()).await {
            work.extend(self.hear_of(&room, event, inbox).await);
        }
        HandledUpdate { work, of: None }
    }
}

/// Marks an update of a room as handled, and returns the next one of that room.
fn next_update(
    of: Option<(OwnedRoomId, u64)>,
    queue: &mut RoomQueue<(JoinedRoomUpdate, Option<String>)>,
    position: &SyncPosition,
) -> Option<SyncUpdate> {
    let (room, number) = of?;
    let (next, until) = queue.complete(&room, number);
    position.put(until);
    next
}

/// Handles our removal from a room. If we left by ourselves, as by declining an invitation, nobody is told: the sync
/// omits our own events.
///
/// It happened when the server says, or now where it does not: what is asked after we came back has to be later.
fn left_room<'a>(client: &Client, id: OwnedRoomId, update: &LeftRoomUpdate, inbox: &'a Inbox) -> Option<Work<'a>> {
    let name = client.user_id().map(ToString::to_string).unwrap_or_default();
    let timeline: Vec<Value> = update.timeline.events.iter().map(json_of).collect();
    let (State::Before(state) | State::After(state)) = &update.state;
    let state: Vec<Value> = state.iter().filter_map(|event| serde_json::from_str(event.json().get()).ok()).collect();
    let at = removed_at(&timeline, &state, &name)?;
    let was_private = client.get_room(&id).is_some_and(|room| room.direct_targets_length() > 0);
    let event = Event {
        id: format!("left {id} {at}"),
        at,
        actor: Actor { platform: platform(), id: name.clone(), name },
        place: Spot::new(id, None).place(was_private),
        body: EventBody::Left,
    };
    Some(inbox(event))
}

/// Returns the time of our removal; `None` if we left by ourselves. A server that truncates the timeline reports the
/// removal in the state.
fn removed_at(timeline: &[Value], state: &[Value], own: &str) -> Option<Timestamp> {
    let is_ours = |event: &&Value| event["type"] == "m.room.member" && event["state_key"] == own;
    let found = timeline.iter().rfind(is_ours).or_else(|| state.iter().rfind(is_ours));
    match found {
        Some(event) if event["sender"] == own => None,
        Some(event) => Some(moment(event)),
        None => Some(Timestamp::now()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_removal_is_found_in_the_timeline_or_in_the_state() {
        let own = "@pstral:x";
        let leave = |sender: &str, at: i64| {
            let mut event = json!({ "type": "m.room.member", "state_key": own, "sender": sender });
            event["origin_server_ts"] = at.into();
            event
        };
        let at = |millis| Some(Timestamp::from_millisecond(millis).unwrap());
        let (kicked, left) = ([leave("@zoe:x", 5)], [leave(own, 7)]);
        assert_eq!(removed_at(&kicked, &[], own), at(5));
        assert_eq!(removed_at(&[], &kicked, own), at(5));
        assert_eq!(removed_at(&kicked, &left, own), at(5));
        assert_eq!(removed_at(&left, &[], own), None);
        assert_eq!(removed_at(&[], &left, own), None);
        assert!(removed_at(&[], &[], own) > at(7), "now");
    }
}
