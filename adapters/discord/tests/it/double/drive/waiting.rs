//! Waiting for what the bot does, for as long as patience lasts.

use std::time::Duration;

use crate::double::Discord;
use crate::double::gateway::Session;
use crate::double::interaction::Response;
use crate::double::world::{Id, World, flag};

/// Longer than anything takes on a busy machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

impl Discord {
    /// Waits until `look` finds something, and returns that.
    ///
    /// # Panics
    /// Panics after the time-out, printing the whole state of the double.
    pub(super) async fn until<T>(&self, what: &str, mut look: impl FnMut(&World) -> Option<T>) -> T {
        let mut changes = self.shared.changes.subscribe();
        let search = async {
            loop {
                let found = look(&self.shared.world());
                if let Some(found) = found {
                    return found;
                }
                let _ = changes.changed().await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.unwrap_or_else(|_| panic!("waited for {what} in vain. There is:\n{}", self.sees_everything()))
    }

    /// The newest message of the bot in a channel that holds that text, once there is one.
    pub(crate) async fn hears(&self, channel: Id, text: &str) -> Id {
        let look = |world: &World| {
            let mut newest = world.messages.values().rev();
            let of_bot = |id: &Id| *id == world.app.bot;
            let found = newest.find(|message| {
                let here = message.channel == channel && of_bot(&message.author);
                here && message.flags & flag::LOADING == 0 && world.shown(message).contains(text)
            });
            found.map(|message| message.id)
        };
        self.until(&format!("«{text}»"), look).await
    }

    /// The thread on a message, once there is one.
    pub(crate) async fn thread_on(&self, message: Id) -> Id {
        self.until("a thread", |world| world.channels.contains_key(&message).then_some(message)).await
    }

    /// Waits until a message is gone.
    pub(crate) async fn loses(&self, message: Id) {
        self.until("the end of a message", |world| (!world.messages.contains_key(&message)).then_some(())).await;
    }

    /// Waits until an interaction has had its first answer.
    pub(crate) async fn acknowledged(&self, interaction: Id) {
        let look = |world: &World| (world.interactions.get(&interaction)?.answer != Response::None).then_some(());
        self.until("an acknowledgement", look).await;
    }

    /// The message that an interaction was answered with, once it says something.
    pub(crate) async fn answered(&self, interaction: Id) -> Id {
        let look = |world: &World| {
            let id = world.interactions.get(&interaction)?.original?;
            world.messages.get(&id).filter(|message| message.flags & flag::LOADING == 0).map(|message| message.id)
        };
        self.until("an answer to an interaction", look).await
    }

    /// Waits until the bot is connected to the gateway, on every shard that it has asked for.
    pub(crate) async fn connected(&self) {
        let look = |world: &World| {
            let on = |shard: u64| {
                let mut sessions = world.gateway.sessions.iter();
                sessions.any(|session| session.connected() && session.shard.0 == shard)
            };
            (0..world.gateway.shards).all(on).then_some(())
        };
        self.until("a connection", look).await;
    }

    /// Waits until the commands were registered, which they may have been before.
    pub(crate) async fn registered(&self) {
        self.until("commands", |world| world.commands.contains_key(&None).then_some(())).await;
    }

    /// Waits until the bot has left a guild.
    pub(crate) async fn without_bot(&self, guild: Id) {
        let left = |world: &World| (!world.is_in(world.guilds.get(&guild)?)).then_some(());
        self.until("leaving", left).await;
    }

    /// Waits until no session has a connection.
    pub(crate) async fn until_alone(&self) {
        let alone = |world: &World| (!world.gateway.sessions.iter().any(Session::connected)).then_some(());
        self.until("the end of every connection", alone).await;
    }

    /// Waits until so many sessions were begun, and so many taken up again, since the start.
    pub(crate) async fn reconnected(&self, identified: u64, resumed: u64) {
        let look = |world: &World| {
            let counts = &world.counts;
            let connected = world.gateway.sessions.iter().any(Session::connected);
            (counts.identified >= identified && counts.resumed >= resumed && connected).then_some(())
        };
        self.until("a new connection", look).await;
    }

    /// Waits until so many requests came, since the start.
    pub(crate) async fn requested(&self, requests: u64) {
        self.until("requests", |world| (world.counts.requests >= requests).then_some(())).await;
    }

    /// Waits until so many heartbeats came, since the start.
    pub(crate) async fn felt(&self, heartbeats: u64) {
        self.until("heartbeats", |world| (world.counts.heartbeats >= heartbeats).then_some(())).await;
    }
}
