//! A person with a program of their own, whose keys are their own.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::media::{MediaFormat, MediaRequestParameters};
use matrix_sdk::ruma::api::client::room::create_room::v3::Request as NewRoom;
use matrix_sdk::ruma::events::room::MediaSource;
use matrix_sdk::ruma::{EventId, OwnedEventId, OwnedRoomId, RoomId, UserId};
use matrix_sdk::{Client, Room};
use pstral_synapse::{Account, Server};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Shown;
use super::shown::take;

/// A time-out far beyond what anything needs.
const PATIENCE: Duration = Duration::from_mins(3);

/// The runtime of people's clients, separate from ours so that their resource use can be told apart.
static APART: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name(Person::THREADS)
        .enable_all()
        .build()
        .unwrap()
});

/// Somebody.
pub(crate) struct Person {
    pub(crate) account: Account,
    pub(crate) client: Client,
    seen: Arc<Mutex<Seen>>,
    changed: watch::Sender<u64>,
    syncing: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    rooms: HashMap<OwnedRoomId, Vec<Shown>>,
    unreadable: usize,
}

impl Drop for Person {
    fn drop(&mut self) {
        self.syncing.abort();
    }
}

impl Person {
    /// The name of the threads that their programs run on.
    pub(crate) const THREADS: &str = "people";

    /// Makes an account and logs it in.
    pub(crate) async fn of(server: &Server, name: &str) -> Self {
        Self::by_way_of(&server.url(), server, name).await
    }

    /// Creates an account and logs it in through a URL of its own, such as a proxy.
    pub(crate) async fn by_way_of(url: &str, server: &Server, name: &str) -> Self {
        Self::with(url, server.account(name)).await
    }

    /// Logs an account in that is there already, on one more device.
    pub(crate) async fn with(url: &str, account: Account) -> Self {
        let client = Client::builder().homeserver_url(url).respect_login_well_known(false).build().await.unwrap();
        client.matrix_auth().login_username(&account.name, &account.password).send().await.unwrap();
        client.sync_once(settings(Duration::ZERO)).boxed().await.unwrap();
        let (seen, changed) = (Arc::<Mutex<Seen>>::default(), watch::Sender::new(0));
        let syncing = APART.spawn(follow(client.clone(), Arc::clone(&seen), changed.clone()).boxed());
        Self { account, client, seen, changed, syncing }
    }

    pub(crate) fn id(&self) -> &str {
        &self.account.id
    }

    /// Makes a room and invites somebody.
    pub(crate) async fn room(&self, encrypted: bool, with: &[&str]) -> OwnedRoomId {
        self.make(encrypted, false, true, with).await
    }

    /// Begins a private conversation.
    pub(crate) async fn dm(&self, encrypted: bool, with: &str) -> OwnedRoomId {
        self.make(encrypted, true, true, &[with]).await
    }

    async fn make(&self, encrypted: bool, direct: bool, waits: bool, with: &[&str]) -> OwnedRoomId {
        let encryption = json!({
            "type": "m.room.encryption", "state_key": "", "content": { "algorithm": "m.megolm.v1.aes-sha2" },
        });
        let mut asked = NewRoom::new();
        asked.is_direct = direct;
        asked.preset = Some(if direct { "trusted_private_chat".into() } else { "private_chat".into() });
        asked.invite = with.iter().map(|user| UserId::parse(*user).unwrap()).collect();
        if encrypted {
            asked.initial_state = vec![serde_json::from_value(encryption).unwrap()];
        }
        let room = self.client.create_room(asked).await.unwrap().room_id().to_owned();
        for user in with.iter().filter(|_| waits) {
            self.has_come(&room, &UserId::parse(*user).unwrap()).await;
        }
        room
    }

    /// A room that everybody may come into.
    pub(crate) async fn public_room(&self) -> OwnedRoomId {
        let mut asked = NewRoom::new();
        asked.preset = Some("public_chat".into());
        let room = self.client.create_room(asked).await.unwrap().room_id().to_owned();
        self.until(|| async { self.client.get_room(&room) }).await.unwrap();
        room
    }

    /// Checks whether a user is in a room, as far as this person's client knows.
    pub(crate) async fn is_there(&self, room: &RoomId, user: &UserId) -> bool {
        let Some(room) = self.client.get_room(room) else { return false };
        let member = room.get_member_no_sync(user).await.unwrap();
        member.is_some_and(|member| member.membership().as_str() == "join")
    }

    /// Waits until somebody is in a room.
    pub(crate) async fn has_come(&self, room: &RoomId, user: &UserId) {
        let come = self.until(|| async { self.is_there(room, user).await.then_some(()) });
        come.await.unwrap_or_else(|| panic!("{user} does not come"));
    }

    /// Begins a private conversation, and waits for nobody.
    pub(crate) async fn begins_dm(&self, encrypted: bool, with: &str) -> OwnedRoomId {
        self.make(encrypted, true, false, &[with]).await
    }

    /// Brings somebody into a room, who can read and write there then.
    pub(crate) async fn brings(&self, whom: &Self, room: &RoomId) {
        let there = self.there(room);
        there.invite_user_by_id(whom.client.user_id().unwrap()).await.unwrap();
        whom.joins(room).await;
        let encrypted = there.encryption_state().is_encrypted();
        let knows = || async { Some(whom.client.get_room(room)?.encryption_state().is_encrypted() == encrypted) };
        whom.until(|| async { knows().await.filter(|knows| *knows) }).await.expect("to know whether it is encrypted");
    }

    /// Comes into a room they are invited to.
    pub(crate) async fn joins(&self, room: &RoomId) {
        self.client.join_room_by_id(room).await.unwrap();
    }

    /// The rooms they are invited to.
    pub(crate) async fn invited(&self) -> OwnedRoomId {
        let found = self.until(|| async { self.client.invited_rooms().first().map(|room| room.room_id().to_owned()) });
        found.await.expect("an invitation")
    }

    /// Says something.
    pub(crate) async fn says(&self, room: &RoomId, words: &str) -> String {
        self.sends(room, json!({ "msgtype": "m.text", "body": words })).await
    }

    /// Says something to somebody, as programs do that know of mentions.
    pub(crate) async fn asks(&self, room: &RoomId, whom: &str, words: &str) -> String {
        let name = whom.trim_start_matches('@').split(':').next().unwrap();
        let body = format!("{name}: {words}");
        self.sends(room, json!({ "msgtype": "m.text", "body": body, "m.mentions": { "user_ids": [whom] } })).await
    }

    /// Says something in a thread.
    pub(crate) async fn says_in(&self, room: &RoomId, thread: &str, words: &str) -> String {
        let related = json!({ "rel_type": "m.thread", "event_id": thread });
        self.sends(room, json!({ "msgtype": "m.text", "body": words, "m.relates_to": related })).await
    }

    pub(crate) async fn sends(&self, room: &RoomId, content: Value) -> String {
        let sent = self.there(room).send_raw("m.room.message", content).await.unwrap();
        sent.response.event_id.to_string()
    }

    /// Sends a file, encrypted where the room is; `beside` is what else its message says.
    pub(crate) async fn attaches(&self, room: &RoomId, name: &str, bytes: &[u8], beside: Value) -> String {
        let mut content =
            json!({ "msgtype": "m.file", "body": name, "filename": name, "info": { "size": bytes.len() } });
        if self.there(room).encryption_state().is_encrypted() {
            let sealed = self.client.upload_encrypted_file(&mut std::io::Cursor::new(bytes)).await.unwrap();
            content["file"] = serde_json::to_value(sealed).unwrap();
        } else {
            let kind = "text/plain".parse().unwrap();
            let there = self.client.media().upload(&kind, bytes.to_vec(), None).await.unwrap().content_uri;
            content["url"] = there.as_str().into();
        }
        for (key, value) in beside.as_object().unwrap() {
            content[key] = value.clone();
        }
        self.sends(room, content).await
    }

    /// Reacts to a message.
    pub(crate) async fn reacts(&self, room: &RoomId, to: &str, key: &str) -> String {
        let content = json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": to, "key": key } });
        self.there(room).send_raw("m.reaction", content).await.unwrap().response.event_id.to_string()
    }

    /// Takes something back.
    pub(crate) async fn redacts(&self, room: &RoomId, what: &str) {
        self.there(room).redact(&event(what), None, None).await.unwrap();
    }

    /// Returns the messages of a room, as they are shown.
    pub(crate) fn sees(&self, room: &RoomId) -> Vec<Shown> {
        self.seen.lock().unwrap().rooms.get(room).cloned().unwrap_or_default()
    }

    /// The first message that is as it should be.
    pub(crate) async fn sees_one(&self, room: &RoomId, what: &str, is: impl Fn(&Shown) -> bool) -> Shown {
        let found =
            self.until(|| async { self.sees(room).into_iter().find(|message| !message.is_gone && is(message)) });
        found.await.unwrap_or_else(|| panic!("{} sees no {what} in:\n{}", self.account.name, self.page(room)))
    }

    /// A message of somebody else that says something.
    pub(crate) async fn hears(&self, room: &RoomId, part: &str) -> Shown {
        let own = self.account.id.clone();
        self.sees_one(room, part, |message| message.sender != own && message.text().contains(part)).await
    }

    /// Waits for a message of somebody else that contains a text and is complete.
    pub(crate) async fn reads(&self, room: &RoomId, part: &str) -> Shown {
        let own = self.account.id.clone();
        let is = |message: &Shown| message.sender != own && !message.is_live() && message.text().contains(part);
        self.sees_one(room, part, is).await
    }

    /// A room as one page of text.
    pub(crate) fn page(&self, room: &RoomId) -> String {
        let line = |message: &Shown| {
            let state = if message.is_gone {
                " (gone)"
            } else if message.is_live() {
                " (live)"
            } else {
                ""
            };
            format!("{}{state}: {}\n  {:?}\n", message.sender, message.text(), message.reactions)
        };
        self.sees(room).iter().map(line).collect()
    }

    /// Messages that nobody gave them the key of.
    pub(crate) fn unreadable(&self) -> usize {
        self.seen.lock().unwrap().unreadable
    }

    /// Downloads the content of a file that was sent.
    pub(crate) async fn opens(&self, file: &Shown) -> Vec<u8> {
        let content = file.last();
        let source = if content["file"].is_object() {
            MediaSource::Encrypted(serde_json::from_value(content["file"].clone()).unwrap())
        } else {
            MediaSource::Plain(content["url"].as_str().unwrap().into())
        };
        let wanted = MediaRequestParameters { source, format: MediaFormat::File };
        self.client.media().get_media_content(&wanted, false).await.unwrap()
    }

    /// Waits until something is so; `None` where it never is.
    pub(crate) async fn until<T, F: Future<Output = Option<T>>>(&self, is: impl Fn() -> F) -> Option<T> {
        let mut changed = self.changed.subscribe();
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = is().await {
                    return found;
                }
                let _ = tokio::time::timeout(Duration::from_millis(500), changed.changed()).await;
            }
        })
        .await
        .ok()
    }

    pub(crate) fn there(&self, room: &RoomId) -> Room {
        self.client.get_room(room).unwrap()
    }
}

fn event(id: &str) -> OwnedEventId {
    EventId::parse(id).unwrap()
}

fn settings(timeout: Duration) -> SyncSettings {
    let filter = json!({ "room": { "timeline": { "limit": 100 } } });
    let filter: matrix_sdk::ruma::api::client::filter::FilterDefinition = serde_json::from_value(filter).unwrap();
    SyncSettings::new().timeout(timeout).filter(filter.into())
}

/// Reads everything that comes, for ever; what cannot be read is tried again when more has come.
async fn follow(client: Client, seen: Arc<Mutex<Seen>>, changed: watch::Sender<u64>) {
    let mut closed = Vec::new();
    loop {
        let Ok(update) = client.sync_once(settings(Duration::from_secs(20))).boxed().await else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        for (id, room) in update.rooms.joined {
            closed.extend(room.timeline.events.into_iter().map(|event| (id.clone(), event)));
        }
        let mut still = Vec::new();
        for (id, event) in std::mem::take(&mut closed) {
            let mut event = event;
            if event.kind.is_utd()
                && let Some(room) = client.get_room(&id)
                && let Ok(opened) = room.decrypt_event(event.raw().cast_ref_unchecked(), None).await
            {
                event = opened;
            }
            if event.kind.is_utd() {
                still.push((id, event));
                continue;
            }
            let json: Value = serde_json::from_str(event.raw().json().get()).unwrap();
            let is_encrypted = event.encryption_info().is_some();
            take(seen.lock().unwrap().rooms.entry(id).or_default(), &json, is_encrypted);
        }
        seen.lock().unwrap().unreadable = still.len();
        closed = still;
        changed.send_modify(|count| *count += 1);
    }
}
