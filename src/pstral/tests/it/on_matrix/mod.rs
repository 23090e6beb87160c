//! The whole application on a real homeserver: a scripted model, the sample company, people with programs of their own.

mod breaking;
mod costs;
mod figures;
mod many;
mod program;
mod talking;
mod verifying;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use jiff::Timestamp;
use matrix_sdk::ruma::RoomId;
use pstral_core::domain::{Actor, PlatformName};
use pstral_core::ports::{ChatPlatform, Inbox, People as _, PlatformError};
use pstral_matrix::{Credentials, Matrix, MatrixConfig, login};
use pstral_synapse::{Account, Limits, Server};
use secrecy::SecretString;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::matrix_people::{Person, Shown};
use crate::world::{Setup, World};

/// A server that tests share which do nothing to it.
pub(crate) fn shared() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Limits::Off)).as_ref()
}

/// Two servers and three programs may share the machine with other tests.
pub(crate) fn unhurried() -> Setup {
    Setup { patience: Duration::from_mins(5), ..Setup::default() }
}

/// Pstral's account on a server, and two people of Pstral.
pub(crate) struct House {
    pub(crate) account: Account,
    pub(crate) config: MatrixConfig,
    /// A member who reads French.
    pub(crate) camille: Person,
    /// A member who reads English.
    pub(crate) alex: Person,
    pstral: Option<Running>,
}

/// The program on it.
struct Running {
    adapter: Arc<Matrix>,
    stop: CancellationToken,
    ended: JoinHandle<Result<(), PlatformError>>,
    /// Events that are being answered.
    busy: watch::Sender<usize>,
}

impl House {
    /// Starts Pstral, as fast as the server takes it; `name` makes its accounts differ from those of other tests.
    pub(crate) async fn open(world: &mut World, server: &Server, name: &str) -> Self {
        Self::open_with(world, server, name, |config| config.budget = None).await
    }

    /// Opens the house with a changed configuration.
    pub(crate) async fn open_with(
        world: &mut World,
        server: &Server,
        name: &str,
        change: impl FnOnce(&mut MatrixConfig),
    ) -> Self {
        let account = server.account(&format!("pstral-{name}"));
        let folder = world.folder.path().join("matrix");
        let mut config = MatrixConfig::new(server.url(), folder, SecretString::from("open"));
        change(&mut config);
        let password = SecretString::from(account.password.clone());
        login(&config, Credentials::Password { user: account.name.clone(), password }).await.unwrap();
        let camille = Person::of(server, &format!("camille-{name}")).await;
        let alex = Person::of(server, &format!("alex-{name}")).await;
        for (person, username) in [(&camille, "camille"), (&alex, "alex")] {
            let user = world.store.user_named(username).await.unwrap().unwrap().id;
            world.store.link(&actor(person, username), user, Timestamp::UNIX_EPOCH).await.unwrap();
        }
        let pstral = Some(start(world, &config).await);
        Self { account, config, camille, alex, pstral }
    }

    /// Ends Pstral and starts it again on the same state.
    pub(crate) async fn restart(&mut self, world: &mut World) {
        self.end(world).await;
        self.pstral = Some(start(world, &self.config).await);
    }

    /// Ends Pstral, and lets go of its store.
    pub(crate) async fn end(&mut self, world: &mut World) {
        let Some(running) = self.pstral.take() else { return };
        running.stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(30), running.ended).await;
        assert_eq!(ended.expect("it ends when it is told to").unwrap(), Ok(()));
        drop(running.adapter);
        world.restart_with(|setup| setup.platforms.clear()).await;
    }

    /// Waits until every event is answered.
    pub(crate) async fn idle(&self) {
        let mut busy = self.pstral.as_ref().unwrap().busy.subscribe();
        busy.wait_for(|busy| *busy == 0).await.unwrap();
    }

    /// Returns the time at which Camille reads the first text of the answer to a question.
    pub(crate) async fn begins(&self, room: &RoomId, question: &str) -> Instant {
        let is_there = |shown: &Shown| shown.thread.as_deref() == Some(question);
        self.camille.sees_one(room, "the first text", is_there).await;
        Instant::now()
    }

    /// Returns the time at which Camille reads the whole answer to a question.
    pub(crate) async fn ends(&self, room: &RoomId, question: &str) -> Instant {
        let is_whole = |shown: &Shown| {
            shown.thread.as_deref() == Some(question) && !shown.is_live() && shown.text().contains("voilà tout")
        };
        self.camille.sees_one(room, "the whole answer", is_whole).await;
        Instant::now()
    }

    /// A text with names in place of ids.
    pub(crate) fn named(&self, text: &str) -> String {
        text.replace(self.camille.id(), "camille").replace(self.alex.id(), "alex")
    }
}

fn actor(person: &Person, name: &str) -> Actor {
    Actor { platform: PlatformName("matrix".to_owned()), id: person.id().to_owned(), name: name.to_owned() }
}

async fn start(world: &mut World, config: &MatrixConfig) -> Running {
    let adapter = Arc::new(Matrix::new(config.clone()));
    world.restart_with(|setup| setup.platforms = vec![Arc::clone(&adapter) as Arc<dyn ChatPlatform>]).await;
    let pipeline = Arc::clone(&world.pipeline);
    let busy = watch::Sender::new(0);
    let counted = busy.clone();
    let inbox: Inbox = Arc::new(move |event| {
        let (pipeline, counted) = (Arc::clone(&pipeline), counted.clone());
        // Each in a task of its own, as in the program.
        counted.send_modify(|busy| *busy += 1);
        let task = tokio::spawn(async move {
            pipeline.handle(event).await;
            counted.send_modify(|busy| *busy -= 1);
        });
        async move { task.await.unwrap() }.boxed()
    });
    let stop = CancellationToken::new();
    let (until, running) = (stop.clone(), Arc::clone(&adapter));
    let ended = tokio::spawn(async move { running.run(inbox, until).await });
    let began = Instant::now();
    while adapter.health().await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not connect: {:?}", adapter.health().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Running { adapter, stop, ended, busy }
}
