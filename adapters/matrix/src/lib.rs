//! Matrix as a chat platform, on matrix-sdk: <https://spec.matrix.org>.

#![recursion_limit = "256"]

mod abandoned;
mod account;
mod backup;
mod catching_up;
mod client;
mod config;
mod connection;
mod content;
mod dm_creation;
mod dm_index;
mod dms;
mod event;
mod examine;
mod fault;
mod hearing;
mod homeserver;
mod html;
mod incoming_files;
mod incoming_reactions;
mod invites;
mod listening;
mod mention;
mod notices;
mod outgoing_files;
mod own_messages;
mod own_reactions;
mod place;
mod profile;
mod questions;
mod rate_budget;
mod reaction_keys;
mod reaction_queue;
mod refusals;
mod remote;
mod rewording;
mod room_queue;
mod sas;
mod section;
mod seen_events;
mod session_store;
mod successors;
mod sync_position;
mod syncing;
mod table;
mod threads;
mod typing;
mod undecryptable;
mod unfinished;
mod verifying;
mod write_locks;
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
pub use sas::{Emoji, Outcome, PeerDevice, VerificationPrompt, verify};
pub use section::MatrixSection;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::client::{OpenError, Opened};
use crate::connection::Connection;
use crate::dm_creation::DmCreation;
use crate::dm_index::DmIndex;
use crate::incoming_files::Waiting;
use crate::invites::InviteSignal;
use crate::notices::SentNotices;
use crate::own_messages::OwnMessages;
use crate::questions::Questions;
use crate::rate_budget::RateBudget;
use crate::reaction_queue::ReactionQueue;
use crate::refusals::Refusals;
use crate::seen_events::SeenEvents;
use crate::session_store::SessionStore;
use crate::successors::Successors;
use crate::threads::Threads;
use crate::typing::TypingRooms;
use crate::undecryptable::UndecryptableEvents;
use crate::write_locks::WriteLocks;

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
    session_store: SessionStore,
    opened: tokio::sync::Mutex<Option<Arc<Opened>>>,
    advice: OnceLock<Arc<dyn Advice>>,
    questions: Questions,
    dm_creation: DmCreation,
    connection: Connection,
    /// People who were recently told that their verification was cancelled.
    declined: SentNotices<OwnedUserId, ()>,
    invite_signal: InviteSignal,
    seen_events: SeenEvents,
    undecryptable: UndecryptableEvents,
    rate_budget: RateBudget,
    own_messages: OwnMessages,
    dm_index: Arc<DmIndex>,
    refusals: Refusals,
    successors: Successors,
    threads: Threads,
    /// Notices recently sent to people in private, by user and sentence.
    private_notices: SentNotices<(String, String), MessageRef>,
    write_locks: WriteLocks,
    typing: TypingRooms,
    /// People who were recently told that a message they reacted to cannot be decrypted.
    unread: SentNotices<OwnedUserId, ()>,
    /// Files sent without a caption.
    waiting: Waiting,
    reaction_queue: ReactionQueue,
    /// Notified when a message was written, for which there may be a new key.
    written: Notify,
}

impl Matrix {
    /// Creates the adapter from its configuration. Nothing is opened, and no connection made yet.
    pub fn new(config: MatrixConfig) -> Self {
        Self {
            capabilities: capabilities(&config),
            session_store: SessionStore::new(&config.folder, &config.homeserver),
            rate_budget: RateBudget::new(config.budget),
            opened: tokio::sync::Mutex::default(),
            advice: OnceLock::new(),
            questions: Questions::default(),
            dm_creation: DmCreation::default(),
            connection: Connection::default(),
            declined: SentNotices::new(REPEAT_AFTER),
            invite_signal: InviteSignal::default(),
            seen_events: SeenEvents::default(),
            undecryptable: UndecryptableEvents::default(),
            own_messages: OwnMessages::default(),
            dm_index: Arc::default(),
            refusals: Refusals::new(&config.folder),
            successors: Successors::default(),
            threads: Threads::default(),
            private_notices: SentNotices::new(REPEAT_PRIVATE_AFTER),
            write_locks: WriteLocks::default(),
            typing: TypingRooms::default(),
            unread: SentNotices::new(REPEAT_AFTER),
            waiting: Waiting::default(),
            reaction_queue: ReactionQueue::default(),
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
        let made = client::open(&self.session_store, &self.config.passphrase).await?;
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
        max_file_bytes: outgoing_files::FILE,
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
        self.rate_budget.report(signals);
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
        self.find_unfinished(place, known).await
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
        place::spot(place).is_ok_and(|spot| self.dm_index.is_plain(&spot.room))
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
