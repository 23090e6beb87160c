//! The options with which a double is started.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::clock::{Clock, millis};
use super::counts::Counts;
use super::faults::Faults;
use super::gateway::{intent, listen};
use super::limits::{Buckets, Limits};
use super::rest::router;
use super::world::{Account, App, Gateway, World};
use super::{Discord, Shared};

/// The options of a double.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    limits: Limits,
    beat: Duration,
    reads_messages: bool,
    shards: u64,
}

impl Default for Plan {
    fn default() -> Self {
        // The interval that Discord asks for.
        let beat = Duration::from_millis(41_250);
        Self { limits: Limits::Wide, beat, reads_messages: true, shards: 1 }
    }
}

impl Plan {
    /// Its limits.
    pub(crate) fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The time between two heartbeats.
    pub(crate) fn beat(self, beat: Duration) -> Self {
        Self { beat, ..self }
    }

    /// The application may not read messages that are not for it.
    pub(crate) fn blind(self) -> Self {
        Self { reads_messages: false, ..self }
    }

    /// The shards that it asks for.
    pub(crate) fn shards(self, shards: u64) -> Self {
        Self { shards, ..self }
    }

    /// Starts it.
    pub(crate) async fn start(self) -> Discord {
        let listener = port().await;
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        self.start_on(listener, url.clone(), url).await
    }

    /// Starts it on connections of another kind, for which its API is at `url` and its files at `files_at`.
    pub(crate) async fn start_on<L>(self, listener: L, url: String, files_at: String) -> Discord
    where
        L: Listener,
        L::Addr: Debug,
    {
        let gateway = port().await;
        let at = format!("ws://{}", gateway.local_addr().expect("it is bound"));
        let world = Mutex::new(self.world(at, files_at));
        let shared = Arc::new(Shared { world, changes: watch::Sender::new(()) });
        let routes = router(shared.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
        let tasks = vec![serving.abort_handle(), tokio::spawn(listen(gateway, shared.clone())).abort_handle()];
        Discord { shared, url, tasks }
    }

    fn world(&self, url: String, files_at: String) -> World {
        let reads = if self.reads_messages { intent::MESSAGE_CONTENT } else { 0 };
        let gateway = Gateway {
            url,
            sessions: Vec::new(),
            beat: millis(self.beat),
            acknowledges: true,
            open: true,
            shards: self.shards,
        };
        let app = App { id: 0, bot: 0, token: "MTIzNDU2Nzg5.double.not-a-secret".to_owned(), privileged: reads };
        let mut world = World {
            clock: Clock::new(),
            last_id: 0,
            app,
            accounts: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            interactions: BTreeMap::new(),
            commands: BTreeMap::new(),
            gateway,
            buckets: Buckets::new(self.limits),
            faults: Faults::default(),
            counts: Counts::default(),
            joined: BTreeSet::new(),
            typed: Vec::new(),
            loose: Vec::new(),
            files_at,
        };
        (world.app.id, world.app.bot) = (world.id(), world.id());
        let bot = Account { id: world.app.bot, name: "Pstral".to_owned(), bot: true, takes_dms: false, locale: "fr" };
        world.accounts.insert(bot.id, bot);
        world
    }
}

async fn port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a port is free")
}
