//! Matrix as a chat platform, on matrix-sdk: <https://spec.matrix.org>.

#![recursion_limit = "256"]

mod account;
mod asked;
mod attached;
mod backup;
mod beginnings;
mod bookmark;
mod catching_up;
mod client;
mod closing;
mod config;
mod connection;
mod content;
mod event;
mod examine;
mod fault;
mod files;
mod heard;
mod hearing;
mod homeserver;
mod html;
mod invites;
mod keys;
mod ledger;
mod line;
mod listening;
mod mention;
mod notices;
mod own_messages;
mod place;
mod pressing;
mod privates;
mod profile;
mod reacting;
mod refusals;
mod remote;
mod rewording;
mod rooms;
mod sas;
mod section;
mod session_store;
mod standing;
mod successors;
mod syncing;
mod table;
mod threads;
mod turns;
mod typing;
mod undecryptable;
mod verifying;
mod wanted;
mod writing;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

pub use account::{AccountError, Credentials, Status, Welcome, login, recover, reset, status};
use async_trait::async_trait;
pub use config::{MatrixConfig, SYNAPSE_DEFAULT};
use matrix_sdk::Client;
use matrix_sdk::ruma::OwnedUserId;
pub use profile::{Avatar, AvatarError};
use pstral_core::domain::{Actor, Event, EventBody, MessageRef, Outgoing, Place, PlatformName};
use pstral_core::ports::{
    Advice, BudgetSignals, Capabilities, ChatPlatform, Inbox, LONGEST_WRITE, PlatformError, SendKey, WriteBudget,
};
use pstral_core::text::{Text, text};
pub use sas::{Asker, Emoji, Examiner, Outcome, verify};
pub use section::MatrixSection;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::asked::Asked;
use crate::attached::Waiting;
use crate::beginnings::Beginnings;
use crate::client::{OpenError, Opened};
use crate::connection::Connection;
use crate::heard::Heard;
use crate::invites::Door;
use crate::ledger::Ledger;
use crate::notices::SentNotices;
use crate::own_messages::Ours;
use crate::privates::Privates;
use crate::refusals::Refusals;
use crate::session_store::Vault;
use crate::successors::Successors;
use crate::threads::Threads;
use crate::turns::Turns;
use crate::typing::TypingRooms;
use crate::undecryptable::Late;
use crate::wanted::Wanted;

/// The time-out of a typing indicator, which may be lost.
const TYPING: Duration = Duration::from_secs(5);

/// Time before somebody is told again that something of theirs had no effect.
const REPEAT_AFTER: Duration = Duration::from_mins(10);

/// Time before the same sentence is sent to somebody in private again.
const REPEAT_PRIVATE_AFTER: Duration = Duration::from_hours(24);

/// The Matrix adapter.
pub struct Matrix {
    config: MatrixConfig,
    capabilities: Capabilities,
    vault: Vault,
    opened: tokio::sync::Mutex<Option<Arc<Opened>>>,
    advice: OnceLock<Arc<dyn Advice>>,
    asked: Asked,
    beginnings: Beginnings,
    connection: Connection,
    /// People who were recently told that their verification was cancelled.
    declined: SentNotices<OwnedUserId, ()>,
    door: Door,
    heard: Heard,
    late: Late,
    ledger: Ledger,
    ours: Ours,
    privates: Arc<Privates>,
    refusals: Refusals,
    successors: Successors,
    threads: Threads,
    /// What people were recently told in private, by user and sentence.
    told: SentNotices<(String, String), MessageRef>,
    turns: Turns,
    typing: TypingRooms,
    /// People who were recently told that a message they reacted to cannot be decrypted.
    unread: SentNotices<OwnedUserId, ()>,
    /// Files sent without a caption.
    waiting: Waiting,
    wanted: Wanted,
    /// Notified when a message was written, for which there may be a new key.
    written: Notify,
}

impl Matrix {
    /// Creates the adapter from its configuration. Nothing is opened, and no connection made yet.
    pub fn new(config: MatrixConfig) -> Self {
        Self {
            capabilities: capabilities(&config),
            vault: Vault::new(&config.folder, &config.homeserver),
            ledger: Ledger::new(config.budget),
            opened: tokio::sync::Mutex::default(),
            advice: OnceLock::new(),
            asked: Asked::default(),
            beginnings: Beginnings::default(),
            connection: Connection::default(),
            declined: SentNotices::new(REPEAT_AFTER),
            door: Door::default(),
            heard: Heard::default(),
            late: Late::default(),
            ours: Ours::default(),
            privates: Arc::default(),
            refusals: Refusals::new(&config.folder),
            successors: Successors::default(),
            threads: Threads::default(),
            told: SentNotices::new(REPEAT_PRIVATE_AFTER),
            turns: Turns::default(),
            typing: TypingRooms::default(),
            unread: SentNotices::new(REPEAT_AFTER),
            waiting: Waiting::default(),
            wanted: Wanted::default(),
            written: Notify::default(),
            config,
        }
    }

    /// Returns the client, opening it when it is first needed.
    async fn open(&self) -> Result<Client, OpenError> {
        let mut opened = self.opened.lock().await;
        if let Some(opened) = &*opened {
            return Ok(opened.client.clone());
        }
        let made = client::open(&self.vault, &self.config.passphrase).await?;
        Ok(opened.insert(Arc::new(made)).client.clone())
    }

    async fn client(&self) -> Result<Client, PlatformError> {
        self.open().await.map_err(|error| PlatformError::Unavailable(error.to_string()))
    }

    /// Closes the store, so that another process may use it.
    async fn close(&self) {
        drop(self.opened.lock().await.take());
    }
}

/// The capabilities of Matrix. Every edit is an event that is stored for ever, so a message gets thirty at most, enough
/// to read along.
fn capabilities(config: &MatrixConfig) -> Capabilities {
    Capabilities {
        length: content::LENGTH,
        max_messages: 4,
        edits: true,
        max_edits: 30,
        longest_write: LONGEST_WRITE,
        budget: WriteBudget { place: None, account: config.budget },
        buttons: true,
        pages: false,
        asides: false,
        tables: true,
        command_prefix: hearing::PREFIX,
        max_file_bytes: files::FILE,
        uploads: true,
    }
}

#[async_trait]
impl ChatPlatform for Matrix {
    fn name(&self) -> PlatformName {
        place::platform()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn advise(&self, advice: Arc<dyn Advice>) {
        let _ = self.advice.set(advice);
    }

    fn report_budgets(&self, signals: BudgetSignals) {
        self.ledger.report(signals);
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        let ended = self.listen(&inbox, &shutdown).await;
        self.close().await;
        ended
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.send_to(key, place, message).await
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        self.edit_at(at, message).await
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.delete_at(at).await
    }

    async fn live(
        &self,
        place: &Place,
        known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        self.standing_in(place, known).await
    }

    async fn typing(&self, place: &Place) {
        let Ok(spot) = place::spot(place) else { return };
        let shown = async {
            let room = self.room(&spot).await?;
            self.type_in(&room).await;
            Ok::<_, PlatformError>(())
        };
        if let Ok(Err(error)) = tokio::time::timeout(TYPING, shown).await {
            tracing::debug!(%error, "the typing notice could not be sent");
        }
    }

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        self.private_with(&actor.id).await
    }

    fn is_of_two(&self, place: &Place) -> bool {
        place::spot(place).is_ok_and(|spot| self.privates.is_plain(&spot.room))
    }

    /// Returns the private place for the answer to an event: whoever presses a button below somebody else's question is
    /// answered in private.
    fn aside(&self, event: &Event) -> Option<Place> {
        let is_click = matches!(event.body, EventBody::Clicked(_)) && !event.place.private;
        let root = place::spot(&event.place).ok().filter(|_| is_click)?.thread?;
        self.threads.is_of_others(&root, &event.actor.id).then(|| place::aside(&event.actor.id))
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        if let Some(listening) = self.connection.is_up() {
            listening?;
        }
        let began = Instant::now();
        let name = self.whoami().await?;
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        // Answers go on: what asks for health to decide if questions are answered need not fail.
        let found = if self.connection.is_signed() {
            text("health-matrix")
        } else {
            let AccountError { fact, remedy } = AccountError::unverified();
            text("health-matrix-unsigned").said("fact", fact).said("remedy", remedy)
        };
        Ok(found.with("name", name).count("millis", millis))
    }
}
