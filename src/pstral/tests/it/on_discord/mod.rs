//! The whole application on a double of Discord: real connections, a scripted model, the sample company.

mod changing;
mod costs;
mod many;
mod paging;
mod program;
mod standing;
mod talking;
mod telling;
mod weather;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use pstral_core::domain::{Actor, PlatformName};
use pstral_core::ports::{ChatPlatform, People as _, PlatformError};
use pstral_discord::{Discord as Adapter, DiscordConfig};
use secrecy::SecretString;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::double::{Discord, Id, Plan};
use crate::world::World;

/// The permission to manage a server: <https://discord.com/developers/docs/topics/permissions>.
const MANAGE_GUILD: u64 = 1 << 5;

/// A server with a channel, three people of Pstral, somebody unknown, and the bot.
pub(crate) struct House {
    pub(crate) discord: Discord,
    pub(crate) guild: Id,
    pub(crate) channel: Id,
    /// A member who reads French.
    pub(crate) camille: Id,
    /// A member who reads English.
    pub(crate) alex: Id,
    /// An admin who reads French.
    pub(crate) claire: Id,
    /// Linked to nobody.
    pub(crate) stranger: Id,
    /// The client that reaches the double as if it were Discord itself.
    client: Option<reqwest::Client>,
    pstral: Running,
}

/// The program on it.
struct Running {
    stop: CancellationToken,
    ended: JoinHandle<Result<(), PlatformError>>,
    /// Events that are being answered.
    busy: watch::Sender<usize>,
}

impl House {
    /// Starts Pstral on a double as it is by default.
    pub(crate) async fn open(world: &mut World) -> Self {
        Self::open_on(world, Plan::default()).await
    }

    /// Starts Pstral on such a double, and waits until it is connected.
    pub(crate) async fn open_on(world: &mut World, plan: Plan) -> Self {
        Self::on(world, plan.start().await, None).await
    }

    /// Starts Pstral on a double that is there: as in production, where `client` reaches it as Discord itself.
    pub(crate) async fn on(world: &mut World, discord: Discord, client: Option<reqwest::Client>) -> Self {
        let [owner, camille, alex, claire, stranger] =
            ["Odile", "Camille", "Alex", "Claire", "Inconnu"].map(|name| discord.person(name));
        let guild = discord.guild("Alpha", &[owner, camille, alex, claire, stranger]);
        discord.role(guild, "direction", MANAGE_GUILD, &[claire]);
        let channel = discord.channel(guild, "ventes");
        for (id, username) in [(camille, "camille"), (alex, "alex"), (claire, "claire")] {
            link(world, id, username).await;
        }
        let pstral = start(world, &discord, client.clone()).await;
        Self { discord, guild, channel, camille, alex, claire, stranger, client, pstral }
    }

    /// Ends Pstral and starts it again on the same state.
    pub(crate) async fn restart(&mut self, world: &mut World) {
        self.end().await;
        self.pstral = start(world, &self.discord, self.client.clone()).await;
    }

    async fn end(&mut self) {
        self.pstral.stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(30), &mut self.pstral.ended).await;
        assert_eq!(ended.expect("it ends when it is told to").unwrap(), Ok(()));
    }

    /// Ends it, and fails the test when Discord has anything to complain of.
    pub(crate) async fn close(mut self) {
        self.end().await;
        self.discord.blameless();
    }

    /// Waits until every event is answered.
    pub(crate) async fn idle(&self) {
        self.pstral.busy.subscribe().wait_for(|busy| *busy == 0).await.unwrap();
    }

    /// Returns the messages of a channel, without what differs from run to run.
    pub(crate) fn sees(&self, channel: Id) -> String {
        self.named(&timeless(&self.discord.sees(channel)))
    }

    /// A text with names in place of ids.
    pub(crate) fn named(&self, text: &str) -> String {
        let people = [("camille", self.camille), ("alex", self.alex), ("inconnu", self.stranger)];
        people.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&id.to_string(), name))
    }
}

/// An account on the double as Pstral knows it.
fn actor(id: Id, name: &str) -> Actor {
    Actor { platform: PlatformName("discord".to_owned()), id: id.to_string(), name: name.to_owned() }
}

async fn link(world: &World, id: Id, username: &str) {
    let user = world.store.user_named(username).await.unwrap().unwrap().id;
    world.store.link(&actor(id, username), user, Timestamp::UNIX_EPOCH).await.unwrap();
}

async fn start(world: &mut World, discord: &Discord, client: Option<reqwest::Client>) -> Running {
    let mut config = DiscordConfig::new(SecretString::from(discord.token()), discord.application());
    // With an address of its own, serenity's limiter is off.
    config.base_url = client.is_none().then(|| discord.url());
    config.client = client;
    let adapter = Arc::new(Adapter::new(config).unwrap());
    world.restart_with(|setup| setup.platforms = vec![Arc::clone(&adapter) as Arc<dyn ChatPlatform>]).await;
    let pipeline = Arc::clone(&world.pipeline);
    adapter.advise(pipeline.advice());
    let busy = watch::Sender::new(0);
    let counted = busy.clone();
    let inbox: pstral_core::ports::Inbox = Arc::new(move |event| {
        let (pipeline, counted) = (Arc::clone(&pipeline), counted.clone());
        async move {
            counted.send_modify(|busy| *busy += 1);
            pipeline.handle(event).await;
            counted.send_modify(|busy| *busy -= 1);
        }
        .boxed()
    });
    let stop = CancellationToken::new();
    let until = stop.clone();
    let ended = tokio::spawn(async move { adapter.run(inbox, until).await });
    discord.connected().await;
    Running { stop, ended, busy }
}

/// A text in which durations read `…`, and no-break spaces are plain ones.
fn timeless(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    let mut out = String::new();
    for line in text.lines() {
        let timed = ["Time: ", "Temps : "].into_iter().find_map(|label| line.split_once(label).zip(Some(label)));
        match timed {
            Some(((before, rest), label)) => {
                let after = rest.split_once("s.").map_or("", |(_, after)| after);
                out.extend([before, label, "… s.", after, "\n"]);
            }
            None => out.extend([line, "\n"]),
        }
    }
    out
}
