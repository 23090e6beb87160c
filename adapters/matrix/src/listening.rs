//! The sync: staying connected, and handing over what comes from there.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _, join_all};
use futures::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::deserialized_responses::TimelineEvent;
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter;
use matrix_sdk::ruma::{OwnedRoomId, uint};
use matrix_sdk::sync::{JoinedRoomUpdate, LeftRoomUpdate, SyncResponse};
use matrix_sdk::{Client, Room};
use pstral_core::domain::{Actor, Event, EventBody};
use pstral_core::ports::{Inbox, PlatformError};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Sender, channel};
use tokio_util::sync::CancellationToken;

use crate::Matrix;
use crate::account::open_fault;
use crate::event::{json_of, moment};
use crate::fault::is_logged_out;
use crate::place::{Spot, platform};

/// How long the server may wait for something to happen.
const POLL: Duration = Duration::from_secs(30);
/// The first wait after a sync that failed, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How often what could not be read is tried again.
const LATE: Duration = Duration::from_secs(2);
/// What is older is answered no more: who asked it has gone elsewhere.
const MISSED: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);
/// Pages of a hundred events that are read again where the server left some out.
const PAGES: usize = 5;

/// How it stands with the server.
#[derive(Default)]
pub(crate) struct Connection(Mutex<Standing>);

#[derive(Default)]
enum Standing {
    /// Nobody listens.
    #[default]
    Idle,
    Connecting,
    Up,
    Down(String),
    LoggedOut,
}

impl Connection {
    /// Whether events come; `None` where nobody listens.
    pub(crate) fn is_up(&self) -> Option<Result<(), PlatformError>> {
        match &*self.standing() {
            Standing::Idle => None,
            Standing::Up => Some(Ok(())),
            Standing::Connecting => Some(Err(PlatformError::Unavailable("not connected yet".to_owned()))),
            Standing::Down(why) => Some(Err(PlatformError::Unavailable(why.clone()))),
            Standing::LoggedOut => Some(Err(PlatformError::Rejected("logged out".to_owned()))),
        }
    }

    fn set(&self, standing: Standing) {
        *self.standing() = standing;
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One sync that takes what is there: what was said before is not answered.
pub(crate) async fn first_sync(client: &Client) -> matrix_sdk::Result<()> {
    client.sync_once(settings(Duration::ZERO)).boxed().await.map(drop)
}

/// Synapse tells of ten events a room where nobody asks for more, and of whom is online.
fn settings(timeout: Duration) -> SyncSettings {
    let wanted = json!({
        "presence": { "not_types": ["*"] },
        "room": {
            "ephemeral": { "not_types": ["*"] },
            "timeline": { "limit": 100, "lazy_load_members": true },
            "state": { "lazy_load_members": true },
        },
    });
    let filter: FilterDefinition = serde_json::from_value(wanted).expect("invariant: it is a filter");
    SyncSettings::new().timeout(timeout).filter(Filter::FilterDefinition(filter))
}

impl Matrix {
    /// Answers what comes from the server until `shutdown`, then awaits what is being answered.
    pub(crate) async fn listen(&self, inbox: &Inbox, shutdown: &CancellationToken) -> Result<(), PlatformError> {
        self.connection.set(Standing::Connecting);
        let client = match self.open().await {
            Ok(opened) => opened,
            Err(error) => {
                self.connection.set(Standing::Down(error.to_string()));
                let (fault, locale) = (open_fault(error), self.config.locale);
                let (fact, remedy) = (fault.fact.render(locale), fault.remedy.render(locale));
                return Err(PlatformError::Rejected(format!("{fact}. {remedy}")));
            }
        };
        let (heard, mut updates) = channel(8);
        let mut syncing = self.keep_syncing(&client, heard).boxed();
        let mut reacting = self.keep_reactions().boxed();
        let mut late = tokio::time::interval(LATE);
        let mut answering: FuturesUnordered<BoxFuture<'_, ()>> = FuturesUnordered::new();
        for room in client.invited_rooms() {
            answering.push(self.consider(room).boxed());
        }
        let ended = loop {
            tokio::select! {
                () = shutdown.cancelled() => break Ok(()),
                ended = &mut syncing => break ended,
                Some(update) = updates.recv() => {
                    for work in self.work_of(&client, update, inbox) {
                        answering.push(work);
                    }
                    answering.push(self.try_late(inbox).boxed());
                }
                _ = late.tick(), if !self.late.is_empty() => answering.push(self.try_late(inbox).boxed()),
                () = &mut reacting => {}
                Some(()) = answering.next() => {}
            }
        };
        drop(syncing);
        self.connection.set(if ended.is_ok() { Standing::Idle } else { Standing::LoggedOut });
        // While answers come to their end, their reactions do too.
        tokio::select! {
            () = answering.for_each(|()| std::future::ready(())) => {}
            () = &mut reacting => {}
        }
        ended
    }

    /// Syncs for ever; ends where the account is logged in no more.
    async fn keep_syncing(&self, client: &Client, heard: Sender<SyncResponse>) -> Result<(), PlatformError> {
        let (mut wait, mut timeout) = (FIRST_WAIT, Duration::ZERO);
        loop {
            match client.sync_once(settings(timeout)).boxed().await {
                Ok(response) => {
                    self.connection.set(Standing::Up);
                    (wait, timeout) = (FIRST_WAIT, POLL);
                    if heard.send(response).await.is_err() {
                        return Ok(());
                    }
                }
                Err(error) if is_logged_out(&error) => {
                    tracing::error!(%error, "Matrix has logged us out");
                    return Err(PlatformError::Rejected(format!("logged out: {error}")));
                }
                Err(error) => {
                    tracing::warn!(%error, "the homeserver does not answer; trying again");
                    self.connection.set(Standing::Down(error.to_string()));
                    tokio::time::sleep(wait).await;
                    (wait, timeout) = ((wait * 2).min(LONGEST_WAIT), Duration::ZERO);
                }
            }
        }
    }

    /// All that one answer of the server asks for.
    fn work_of<'a>(&'a self, client: &Client, update: SyncResponse, inbox: &'a Inbox) -> Vec<BoxFuture<'a, ()>> {
        let mut work: Vec<BoxFuture<'a, ()>> = Vec::new();
        for (id, update) in update.rooms.joined {
            if let Some(room) = client.get_room(&id) {
                work.push(self.follow(room, update, inbox).boxed());
            }
        }
        let invited = update.rooms.invited.into_keys().filter_map(|id| client.get_room(&id));
        work.extend(invited.map(|room| self.consider(room).boxed()));
        work.extend(update.rooms.left.into_iter().filter_map(|(id, update)| left(client, id, &update, inbox)));
        work
    }

    /// What happened in a room, what the server left out first.
    async fn follow(&self, room: Room, update: JoinedRoomUpdate, inbox: &Inbox) {
        let timeline = update.timeline;
        let mut events = Vec::new();
        if let Some(from) = timeline.prev_batch.filter(|_| timeline.limited) {
            events = missed(&room, from).await;
        }
        events.extend(timeline.events);
        events.retain(is_recent);
        join_all(events.into_iter().map(|event| self.hear_of(&room, event, inbox))).await;
    }
}

/// We were removed from a room. Where we left by ourselves, as by declining, nobody need be told.
fn left<'a>(client: &Client, id: OwnedRoomId, update: &LeftRoomUpdate, inbox: &'a Inbox) -> Option<BoxFuture<'a, ()>> {
    let name = client.user_id().map(ToString::to_string).unwrap_or_default();
    let by_ourselves = |event: &Value| event["state_key"] == name.as_str() && event["sender"] == name.as_str();
    if update.timeline.events.iter().map(json_of).any(|event| by_ourselves(&event)) {
        return None;
    }
    let was_private = client.get_room(&id).is_some_and(|room| room.direct_targets_length() > 0);
    let now = Timestamp::now();
    let event = Event {
        id: format!("left {id} {now}"),
        at: now,
        actor: Actor { platform: platform(), id: name.clone(), name },
        place: Spot::new(id, None).place(was_private),
        body: EventBody::Left,
    };
    Some(inbox(event))
}

/// What came before the events that the server told of, the oldest first.
async fn missed(room: &Room, from: String) -> Vec<TimelineEvent> {
    let (mut from, mut found) = (Some(from), Vec::new());
    for _ in 0..PAGES {
        let Some(token) = from.take() else { break };
        let mut options = MessagesOptions::backward().from(token.as_str());
        options.limit = uint!(100);
        let page = match room.messages(options).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, "what was said meanwhile cannot be read");
                break;
            }
        };
        let is_over = page.chunk.is_empty() || !page.chunk.iter().any(is_recent);
        from = page.end.filter(|_| !is_over);
        found.extend(page.chunk);
    }
    found.reverse();
    found
}

fn is_recent(event: &TimelineEvent) -> bool {
    Timestamp::now().duration_since(moment(&json_of(event))) < MISSED
}
