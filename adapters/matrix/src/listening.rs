//! The sync: staying connected, and handing over what comes from there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _, join_all};
use futures::stream::{self, BoxStream, FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::ruma::OwnedRoomId;
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter;
use matrix_sdk::sync::{JoinedRoomUpdate, LeftRoomUpdate, SyncResponse};
use matrix_sdk::{Client, Room};
use pstral_core::domain::{Actor, Event, EventBody};
use pstral_core::ports::{Inbox, PlatformError};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Sender, channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::Matrix;
use crate::account::open_fault;
use crate::bookmark::Bookmark;
use crate::catching_up::{leave_old, missed};
use crate::event::json_of;
use crate::fault::is_logged_out;
use crate::place::{Spot, platform};

/// How long the server may wait for something to happen.
const POLL: Duration = Duration::from_secs(30);
/// The first wait after a sync that failed, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How often what could not be read is tried again without news of a key.
const LATE: Duration = Duration::from_secs(15);
/// How often rooms are looked at that may have moved.
const MOVED: Duration = Duration::from_mins(1);

/// How long what is being handed over may take when the program ends.
const HANDING_OVER: Duration = Duration::from_secs(2);
/// Of a sync that ended by a fault of our own.
const BROKEN: &str = "reading what the homeserver says has failed";

/// How it stands with the server.
#[derive(Clone, Default)]
pub(crate) struct Connection(Arc<Mutex<Standing>>);

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

/// What one sync told.
struct Update {
    response: SyncResponse,
    /// Up to where the one before had told, where that is known.
    since: Option<String>,
    /// Whether we were away before.
    is_first: bool,
}

/// What is to be done, all of it handed over, and up to where it was told.
struct Heard<'a> {
    work: Vec<BoxFuture<'a, ()>>,
    until: Option<String>,
}

/// One sync that takes what is there: what was said before is not answered.
pub(crate) async fn first_sync(client: &Client) -> matrix_sdk::Result<()> {
    client.sync_once(settings(Duration::ZERO)).boxed().await.map(drop)
}

/// Synapse tells of ten events a room where nobody asks for more, and of whom is online.
///
/// All members of a room come with it, not only those who write. Where they come one by one (`lazy_load_members`), Synapse takes
/// each for somebody new whose keys may have changed, us too; matrix-sdk then keeps what is sent into encrypted rooms waiting
/// for our own keys, five seconds each, and the sync that asks for them waits behind that.
fn settings(timeout: Duration) -> SyncSettings {
    let wanted = json!({
        "presence": { "not_types": ["*"] },
        "room": {
            "ephemeral": { "not_types": ["*"] },
            "timeline": { "limit": 100 },
        },
    });
    let filter: FilterDefinition = serde_json::from_value(wanted).expect("invariant: it is a filter");
    SyncSettings::new().timeout(timeout).filter(Filter::FilterDefinition(filter))
}

/// Syncs for ever; ends where the account is logged in no more.
async fn keep_syncing(
    client: Client,
    connection: Connection,
    mut since: Option<String>,
    heard: Sender<Update>,
) -> Result<(), PlatformError> {
    let (mut wait, mut timeout) = (FIRST_WAIT, Duration::ZERO);
    loop {
        let settings = settings(timeout);
        let settings = match &since {
            Some(token) => settings.token(token.clone()),
            None => settings,
        };
        match client.sync_once(settings).boxed().await {
            Ok(response) => {
                connection.set(Standing::Up);
                let next = response.next_batch.clone();
                let update = Update { response, since: since.replace(next), is_first: timeout.is_zero() };
                (wait, timeout) = (FIRST_WAIT, POLL);
                if heard.send(update).await.is_err() {
                    return Ok(());
                }
            }
            Err(error) if is_logged_out(&error) => {
                tracing::error!(%error, "Matrix has logged us out");
                return Err(PlatformError::Rejected(format!("logged out: {error}")));
            }
            Err(error) => {
                tracing::warn!(%error, "the homeserver does not answer; trying again");
                connection.set(Standing::Down(error.to_string()));
                tokio::time::sleep(wait).await;
                (wait, timeout) = ((wait * 2).min(LONGEST_WAIT), Duration::ZERO);
            }
        }
    }
}

/// Rooms that keys have come for.
async fn rooms_of_keys(client: &Client) -> BoxStream<'static, Vec<OwnedRoomId>> {
    match client.encryption().room_keys_received_stream().await {
        // Where some were left out, the next tick tries all.
        Some(keys) => keys
            .map(|keys| keys.unwrap_or_default().into_iter().map(|key| key.room_id).collect())
            .chain(stream::pending())
            .boxed(),
        None => stream::pending().boxed(),
    }
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
        let bookmark = Bookmark::new(&self.vault.store());
        let (heard, mut updates) = channel(8);
        let syncing = keep_syncing(client.clone(), self.connection.clone(), bookmark.read(), heard);
        // Apart: reading what the server says takes its time, and others need not wait for that.
        let mut syncing = AbortOnDropHandle::new(tokio::spawn(syncing));
        let mut reacting = self.keep_reactions().boxed();
        let mut keys = rooms_of_keys(&client).await;
        let (mut late, mut moved) = (tokio::time::interval(LATE), tokio::time::interval(MOVED));
        let mut beside = FuturesUnordered::from_iter([self.keep_door(&client).boxed()]);
        let mut hearing: FuturesUnordered<BoxFuture<'_, Heard<'_>>> = FuturesUnordered::new();
        // One update after the other: what changes a message comes after it.
        let mut is_busy = false;
        let mut answering: FuturesUnordered<BoxFuture<'_, ()>> = FuturesUnordered::new();
        let ended = loop {
            tokio::select! {
                () = shutdown.cancelled() => break Ok(()),
                ended = &mut syncing => break ended.unwrap_or_else(|_| Err(PlatformError::Unavailable(BROKEN.to_owned()))),
                Some(update) = updates.recv(), if !is_busy => {
                    is_busy = true;
                    hearing.push(self.hear_update(&client, update, inbox).boxed());
                    self.door.knocked.notify_one();
                }
                Some(heard) = hearing.next() => {
                    answering.extend(heard.work);
                    if let Some(until) = heard.until {
                        bookmark.put(&until);
                        is_busy = false;
                    }
                }
                Some(rooms) = keys.next(), if !self.late.is_empty() => hearing.push(self.hear_late(Some(rooms), inbox).boxed()),
                _ = late.tick(), if !self.late.is_empty() => hearing.push(self.hear_late(None, inbox).boxed()),
                _ = moved.tick() => beside.push(self.successors.follow(client.joined_rooms()).boxed()),
                () = &mut reacting => {}
                Some(()) = beside.next() => {}
                Some(()) = answering.next() => {}
            }
        };
        drop((syncing, beside));
        // What is being handed over is; else it would be again after the next start.
        while let Ok(Some(heard)) = tokio::time::timeout(HANDING_OVER, hearing.next()).await {
            answering.extend(heard.work);
            heard.until.iter().for_each(|until| bookmark.put(until));
        }
        self.connection.set(if ended.is_ok() { Standing::Idle } else { Standing::LoggedOut });
        // While answers come to their end, their reactions do too.
        tokio::select! {
            () = answering.for_each(|()| std::future::ready(())) => {}
            () = &mut reacting => {}
        }
        ended
    }

    /// All that one answer of the server asks for, each room by itself.
    async fn hear_update<'a>(&'a self, client: &Client, update: Update, inbox: &'a Inbox) -> Heard<'a> {
        let Update { response, since, is_first } = update;
        let joined = response.rooms.joined.into_iter().filter_map(|(id, room)| Some((client.get_room(&id)?, room)));
        let joined = joined.map(|(room, update)| self.follow(room, update, since.as_ref(), is_first, inbox));
        let mut work: Vec<_> = join_all(joined).await.into_iter().flatten().collect();
        work.extend(response.rooms.left.into_iter().filter_map(|(id, update)| left(client, id, &update, inbox)));
        Heard { work, until: Some(response.next_batch) }
    }

    /// What happened in a room, what the server left out first. In its order: what changes a message comes after it.
    async fn follow<'a>(
        &'a self,
        room: Room,
        update: JoinedRoomUpdate,
        since: Option<&String>,
        is_first: bool,
        inbox: &'a Inbox,
    ) -> Vec<BoxFuture<'a, ()>> {
        let timeline = update.timeline;
        let mut events = Vec::new();
        if let Some(from) = timeline.prev_batch.filter(|_| timeline.limited) {
            events = missed(&room, from, since).await;
        }
        let was_away = is_first || !events.is_empty();
        events.extend(timeline.events);
        if was_away {
            leave_old(&room, &mut events);
        }
        let mut work = Vec::new();
        for event in events {
            work.extend(self.hear_of(&room, event, inbox).await);
        }
        work
    }

    /// What can be read by now that could not be before.
    async fn hear_late<'a>(&'a self, of: Option<Vec<OwnedRoomId>>, inbox: &'a Inbox) -> Heard<'a> {
        let mut work = Vec::new();
        for (room, event) in self.late.read_now(of.as_deref()).await {
            work.extend(self.hear_of(&room, event, inbox).await);
        }
        Heard { work, until: None }
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
