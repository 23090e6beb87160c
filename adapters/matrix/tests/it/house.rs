//! A homeserver with Pstral's account on it, logged in and listening.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use pstral_core::domain::{Event, Place, PlatformName};
use pstral_core::ports::{Advice, ChatPlatform as _, Inbox, PlatformError};
use pstral_core::testkit::advice::Advised;
use pstral_matrix::{Credentials, Matrix, MatrixConfig, Welcome, login};
use pstral_synapse::{Account, Limits, Server};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server that all tests share which do nothing to it: each has accounts of its own.
pub(crate) fn shared() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Limits::Off)).as_ref()
}

/// Pstral's account on a server.
pub(crate) struct House {
    pub(crate) account: Account,
    pub(crate) config: MatrixConfig,
    pub(crate) welcome: Welcome,
    _folder: TempDir,
}

impl House {
    /// Makes the account and logs it in.
    pub(crate) async fn on(server: &Server, name: &str) -> Self {
        let account = server.account(name);
        let folder = tempfile::tempdir().unwrap();
        let mut config = MatrixConfig::new(server.url(), folder.path().join("matrix"), SecretString::from("open"));
        config.budget = None;
        let welcome = login(&config, credentials(&account)).await.unwrap();
        Self { account, config, welcome, _folder: folder }
    }

    /// Runs the adapter, until it is ended.
    pub(crate) async fn run(&self) -> Running {
        let adapter = Arc::new(Matrix::new(self.config.clone()));
        let advice = Arc::new(Advised::default());
        adapter.advise(Arc::clone(&advice) as Arc<dyn Advice>);
        let (heard, events) = unbounded_channel();
        let inbox: Inbox = Arc::new(move |event| {
            let _ = heard.send(event);
            async {}.boxed()
        });
        let stop = CancellationToken::new();
        let (until, running) = (stop.clone(), Arc::clone(&adapter));
        let ended = tokio::spawn(async move { running.run(inbox, until).await });
        let began = Instant::now();
        while adapter.health().await.is_err() {
            assert!(began.elapsed() < Duration::from_mins(1), "it does not connect: {:?}", adapter.health().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Running { adapter, advice, events, stop, ended }
    }
}

/// Returns the credentials of an account.
pub(crate) fn credentials(account: &Account) -> Credentials {
    Credentials::Password { user: account.name.clone(), password: SecretString::from(account.password.clone()) }
}

/// The adapter, connected.
pub(crate) struct Running {
    pub(crate) adapter: Arc<Matrix>,
    pub(crate) advice: Arc<Advised>,
    pub(crate) events: UnboundedReceiver<Event>,
    stop: CancellationToken,
    ended: JoinHandle<Result<(), PlatformError>>,
}

impl Running {
    /// The next event that is handed over.
    pub(crate) async fn next(&mut self) -> Event {
        let next = tokio::time::timeout(Duration::from_mins(1), self.events.recv()).await;
        next.expect("something is handed over").unwrap()
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ends(self) -> Result<(), PlatformError> {
        tokio::time::timeout(Duration::from_mins(1), self.ended).await.expect("it ends").unwrap()
    }

    /// Ends it.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        assert_eq!(self.ended.await.unwrap(), Ok(()));
    }
}

/// A room as the core knows it.
pub(crate) fn place(path: &str, private: bool) -> Place {
    Place::at_path(PlatformName("matrix".to_owned()), path, private)
}
