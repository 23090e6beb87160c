//! The adapter, connected to a double of its own.

use std::sync::Arc;

use futures::FutureExt as _;
use pstral_core::domain::{Event, EventBody, Place, PlatformName};
use pstral_core::ports::{ChatPlatform as _, Inbox, PlatformError};
use pstral_core::testkit::advice::Advised;
use pstral_discord::{Discord as Adapter, DiscordConfig};
use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::double::{Discord, Id, Plan};

/// The adapter under test, and what it hands over.
pub(crate) struct Bench {
    pub(crate) discord: Discord,
    pub(crate) bot: Arc<Adapter>,
    pub(crate) advised: Arc<Advised>,
    heard: Mutex<UnboundedReceiver<Event>>,
    shutdown: CancellationToken,
    running: JoinHandle<Result<(), PlatformError>>,
}

impl Bench {
    /// Starts the adapter on a default double and waits until it is connected.
    pub(crate) async fn connected() -> Self {
        let bench = Self::with(Plan::default(), |_| {}).await;
        bench.discord.connected().await;
        while bench.bot.health().await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        bench
    }

    /// Starts the adapter on a double of this plan, with a changed configuration; it need not be connected yet.
    pub(crate) async fn with(plan: Plan, change: impl FnOnce(&mut DiscordConfig)) -> Self {
        Self::on(plan.start().await, change)
    }

    /// Starts the adapter on an existing double; it need not be connected yet.
    pub(crate) fn on(discord: Discord, change: impl FnOnce(&mut DiscordConfig)) -> Self {
        let mut config = config(&discord);
        change(&mut config);
        let bot = Arc::new(Adapter::new(config).unwrap());
        let advised = Arc::new(Advised::default());
        bot.advise(advised.clone());
        let (tell, heard) = unbounded_channel();
        let inbox: Inbox = Arc::new(move |event| {
            tell.send(event).unwrap_or_default();
            futures::future::ready(()).boxed()
        });
        let shutdown = CancellationToken::new();
        let (running, stop) = (Arc::clone(&bot), shutdown.clone());
        let running = tokio::spawn(async move { running.run(inbox, stop).await });
        Self { discord, bot, advised, heard: Mutex::new(heard), shutdown, running }
    }

    /// Waits for the next event that the adapter hands over.
    pub(crate) async fn event(&self) -> Event {
        let mut heard = self.heard.lock().await;
        let next = tokio::time::timeout(std::time::Duration::from_secs(30), heard.recv()).await;
        next.expect("something is handed over").expect("the adapter runs")
    }

    /// Waits for the next event, which must be a text, and returns both.
    pub(crate) async fn said(&self) -> (Event, String) {
        let event = self.event().await;
        let EventBody::Said(text) = event.body.clone() else { panic!("{event:?}") };
        (event, text)
    }

    /// Checks whether every event so far has been received.
    pub(crate) async fn heard_all(&self) -> bool {
        self.heard.lock().await.is_empty()
    }

    /// Stops the adapter, and returns its result.
    pub(crate) async fn ends(self) -> (Discord, Result<(), PlatformError>) {
        self.shutdown.cancel();
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), self.running).await;
        (self.discord, ended.expect("it ends when it is told to").unwrap())
    }

    /// Waits until the adapter ends by itself.
    pub(crate) async fn ended(self) -> Result<(), PlatformError> {
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), self.running).await;
        ended.expect("it ends by itself").unwrap()
    }
}

/// The configuration of the bot of a double, over plain connections.
pub(crate) fn config(discord: &Discord) -> DiscordConfig {
    let mut config = DiscordConfig::new(SecretString::from(discord.token()), discord.application());
    config.base_url = Some(discord.url());
    config
}

/// Returns the place of a channel.
pub(crate) fn place(channel: Id) -> Place {
    Place { platform: PlatformName("discord".to_owned()), id: channel.to_string(), thread: None, private: false }
}
