//! The gateway: connecting, reconnecting, and dispatching its events.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{FuturesUnordered, StreamExt as _};
use parking_lot::Mutex;
use pstral_core::ports::{Inbox, PlatformError};
use serenity::all::ShardId;
use serenity::client::{Client, ClientBuilder, Context, RawEventHandler};
use serenity::gateway::{ConnectionStage, GatewayError, ShardManager};
use serenity::http::HttpError;
use serenity::model::event::Event;
use serenity::model::gateway::{GatewayIntents, Ready};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::config::DiscordConfig;
use crate::error::DiscordError;
use crate::{Discord, Shards};

/// The shard that receives private messages. Its instance also registers the commands.
const FIRST: u32 = 0;
/// The first and the longest pause before registering the commands is retried.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// The state of the gateway connection.
#[derive(Default)]
pub(crate) struct Connection {
    state: Mutex<ShardState>,
    /// Notified when the first shard is connected.
    first: Notify,
}

#[derive(Default)]
struct ShardState {
    /// The shards that have connected at least once: one that connects again may have missed something.
    seen: HashSet<u32>,
    /// The manager of the shards, while they run.
    manager: Option<Arc<ShardManager>>,
}

impl Connection {
    /// Checks that every shard receives events; `Ok` when nobody listens. Fails with the first shard that is not
    /// connected.
    pub(crate) async fn is_up(&self, shards: Option<Shards>) -> Result<(), PlatformError> {
        let Some(manager) = self.state.lock().manager.clone() else { return Ok(()) };
        let mut awaited = self.state.lock().seen.clone();
        awaited.extend(shards.into_iter().flat_map(|shards| shards.first..=shards.last));
        let runners = manager.runners.lock().await;
        let is_connected = |stage| stage == ConnectionStage::Connected;
        let away = |shard: &&u32| !runners.get(&ShardId(**shard)).is_some_and(|runner| is_connected(runner.stage));
        match awaited.iter().find(away) {
            _ if awaited.is_empty() => Err(PlatformError::Unavailable("not connected to the gateway yet".to_owned())),
            Some(shard) => Err(PlatformError::Unavailable(format!("shard {shard} is not connected to the gateway"))),
            None => Ok(()),
        }
    }

    /// Notes that a shard began a new session instead of resuming one. Returns true if it had one before.
    pub(crate) fn begins(&self, shard: u32) -> bool {
        if shard == FIRST {
            self.first.notify_one();
        }
        !self.state.lock().seen.insert(shard)
    }

    fn listens(&self, manager: Option<Arc<ShardManager>>) {
        let mut state = self.state.lock();
        if manager.is_some() {
            state.seen.clear();
        }
        state.manager = manager;
    }
}

/// Forwards every event, in the order in which serenity reports them.
struct EventForwarder(UnboundedSender<(u32, Event)>);

#[async_trait]
impl RawEventHandler for EventForwarder {
    async fn raw_event(&self, context: Context, event: Event) {
        // After the end nobody listens.
        let _ = self.0.send((context.shard_id.0, event));
    }
}

impl Discord {
    /// Handles gateway events until `shutdown`, then waits for those in progress.
    pub(crate) async fn listen(&self, inbox: &Inbox, shutdown: &CancellationToken) -> Result<(), PlatformError> {
        let (forwarder, mut events) = unbounded_channel();
        let http = self.rest.for_gateway(&self.config);
        let builder =
            ClientBuilder::new_with_http(http, intents(&self.config)).raw_event_handler(EventForwarder(forwarder));
        let mut client = builder.await.map_err(|error| lost(error, &self.config))?;
        let manager = client.shard_manager.clone();
        self.connection.listens(Some(Arc::clone(&manager)));
        let mut answering: FuturesUnordered<BoxFuture<'_, ()>> = FuturesUnordered::new();
        let ended = {
            let mut connected = connect(&mut client, self.config.shards).boxed();
            let mut registered = self.register_once_connected().boxed().fuse();
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => break None,
                    ended = &mut connected => break Some(ended),
                    Some((shard, event)) = events.recv() => answering.push(self.on_event(shard, event, inbox).boxed()),
                    Some(()) = answering.next() => {}
                    () = &mut registered => {}
                }
            }
        };
        self.connection.listens(None);
        let close = async {
            manager.shutdown_all().await;
            drop(events);
        };
        // While it says goodbye, what is being answered goes on.
        tokio::join!(close, answering.for_each(|()| std::future::ready(())));
        match ended {
            None => Ok(()),
            Some(Ok(())) => Err(PlatformError::Unavailable("the connection to the gateway ended".to_owned())),
            Some(Err(error)) => Err(lost(error, &self.config)),
        }
    }

    /// Handles one event.
    async fn on_event(&self, shard: u32, event: Event, inbox: &Inbox) {
        match event {
            Event::Ready(ready) => self.is_ready(shard, &ready.ready, inbox).await,
            Event::GuildCreate(created) => self.on_guild_joined(&created.guild).await,
            Event::GuildDelete(gone) if !gone.guild.unavailable => self.on_guild_left(gone.guild.id.get(), inbox).await,
            Event::ChannelCreate(created) => self.channels.learn_all([&created.channel]),
            Event::ChannelUpdate(updated) => self.channels.learn_all([&updated.channel]),
            Event::ChannelDelete(gone) => self.on_channel_deleted(gone.channel.id.get(), inbox).await,
            Event::ThreadCreate(created) => self.channels.learn_all([&created.thread]),
            Event::ThreadUpdate(updated) => self.channels.learn_all([&updated.thread]),
            Event::ThreadListSync(synced) => self.channels.learn_all(&synced.threads),
            Event::ThreadDelete(gone) => self.on_channel_deleted(gone.thread.id.get(), inbox).await,
            Event::MessageCreate(created) => self.hear(created.message, inbox).await,
            Event::MessageUpdate(updated) => self.reword(&updated, inbox).await,
            Event::MessageDelete(gone) => self.take_back(gone.message_id.get(), inbox).await,
            Event::MessageDeleteBulk(gone) => {
                for id in gone.ids {
                    self.take_back(id.get(), inbox).await;
                }
            }
            Event::InteractionCreate(created) => self.interact(created.interaction, inbox).boxed().await,
            _ => {}
        }
    }

    async fn is_ready(&self, shard: u32, ready: &Ready, inbox: &Inbox) {
        let _ = self.own.set(ready.user.id.get());
        tracing::info!(shard, servers = ready.guilds.len(), "connected to Discord");
        if self.connection.begins(shard) {
            self.catch_up(shard, inbox).await;
        }
    }

    /// Registers the commands, retrying until Discord accepts them. Only the instance with the first shard does so.
    async fn register_once_connected(&self) {
        self.connection.first.notified().await;
        let mut pause = PAUSE;
        loop {
            match self.register().await {
                Ok(true) => return tracing::info!("the commands are registered with Discord"),
                Ok(false) => return,
                Err(fault) => {
                    tracing::error!(?fault, "the commands could not be registered with Discord; trying again");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Returns the smallest set of intents that Pstral needs
/// (<https://discord.com/developers/docs/events/gateway#gateway-intents>).
pub(crate) fn intents(config: &DiscordConfig) -> GatewayIntents {
    let needed = GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    if config.message_content { needed | GatewayIntents::MESSAGE_CONTENT } else { needed }
}

async fn connect(client: &mut Client, shards: Option<Shards>) -> serenity::Result<()> {
    match shards {
        None => client.start_autosharded().await,
        Some(Shards { first, last, total }) => client.start_shard_range(first..last, total).await,
    }
}

/// Converts an error of the gateway into one that says whether it is worth reconnecting.
fn lost(error: serenity::Error, config: &DiscordConfig) -> PlatformError {
    match error {
        serenity::Error::Gateway(GatewayError::InvalidAuthentication) => {
            PlatformError::Rejected("the gateway does not take the token".to_owned())
        }
        serenity::Error::Gateway(GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents) => {
            let wanted = if config.message_content { "; the message content intent is not enabled" } else { "" };
            PlatformError::Rejected(format!("the gateway does not allow the intents{wanted}"))
        }
        serenity::Error::Http(HttpError::UnsuccessfulRequest(answer)) => match answer.status_code.as_u16() {
            401 => PlatformError::Rejected(answer.error.message),
            status => PlatformError::Unavailable(format!("{status} {}", answer.error.message)),
        },
        serenity::Error::Http(HttpError::Request(error)) => DiscordError::from(error).into(),
        error => PlatformError::Unavailable(error.to_string()),
    }
}
