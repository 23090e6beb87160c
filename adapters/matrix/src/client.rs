//! The client of matrix-sdk, created from the stored session when it is first needed.

use std::path::Path;
use std::time::Duration;

use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::{RequestConfig, StoreConfig};
use matrix_sdk::cross_process_lock::CrossProcessLockConfig;
use matrix_sdk::encryption::{BackupDownloadStrategy, EncryptionSettings};
use matrix_sdk::store::RoomLoadSettings;
use matrix_sdk::{Client, SessionMeta, SessionTokens, SqliteCryptoStore, SqliteStateStore};
use matrix_sdk_sqlite::SqliteStoreConfig;
use secrecy::{ExposeSecret as _, SecretString};

use crate::session_store::{Session, SessionStore, SessionStoreError, StoreLock};

/// The time-out of a request.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// The number of attempts at a request that no visible text waits for.
const TRIES: usize = 3;

/// Connections to each of the two databases, and the bytes that each caches. The default of four per core with 2 MB
/// would be held for good after a busy moment.
const CONNECTIONS: usize = 3;
const CACHE: u32 = 500_000;

/// The reason why no client could be created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The stored session cannot be used.
    #[error(transparent)]
    Session(#[from] SessionStoreError),
    /// The store of keys cannot be used.
    #[error("the store: {0}")]
    Store(String),
    /// The homeserver cannot be reached, or its address is wrong.
    #[error("the homeserver: {0}")]
    Server(String),
}

/// A client, and the lock on its store.
pub(crate) struct Opened {
    pub(crate) client: Client,
    _lock: StoreLock,
}

impl Opened {
    pub(crate) fn new(client: Client, lock: StoreLock) -> Self {
        Self { client, _lock: lock }
    }
}

/// Opens the client of the logged-in device.
pub(crate) async fn open(session_store: &SessionStore, passphrase: &SecretString) -> Result<Opened, OpenError> {
    let lock = session_store.lock()?;
    let session = session_store.open(passphrase)?;
    let client = build(&session.homeserver, &session_store.store(), passphrase).await?;
    restore(&client, &session).await?;
    let fingerprint = client.encryption().ed25519_key().await;
    if fingerprint.as_deref() != Some(session.fingerprint.as_str()) {
        return Err(SessionStoreError::StoreLost.into());
    }
    Ok(Opened::new(client, lock))
}

/// Restores a session.
pub(crate) async fn restore(client: &Client, session: &Session) -> Result<(), OpenError> {
    let wrong = |what: &str| OpenError::Store(format!("the session names no {what}"));
    let meta = SessionMeta {
        user_id: session.user.as_str().try_into().map_err(|_| wrong("user"))?,
        device_id: session.device.as_str().into(),
    };
    let tokens = SessionTokens { access_token: session.token.clone(), refresh_token: None };
    let auth = client.matrix_auth();
    let restored = auth.restore_session(MatrixSession { meta, tokens }, RoomLoadSettings::default()).await;
    restored.map_err(|error| OpenError::Store(error.to_string()))
}

/// Creates a client without a session. It persists only what it has to, and no messages.
pub(crate) async fn build(homeserver: &str, store: &Path, passphrase: &SecretString) -> Result<Client, OpenError> {
    let files = SqliteStoreConfig::new(store).passphrase(Some(passphrase.expose_secret()));
    let files = files.pool_max_size(CONNECTIONS).cache_size(CACHE);
    let refused = |error: matrix_sdk_sqlite::OpenStoreError| OpenError::Store(error.to_string());
    let (state, keys) = futures::future::try_join(
        SqliteStateStore::open_with_config(&files),
        SqliteCryptoStore::open_with_config(&files),
    )
    .await
    .map_err(refused)?;
    let stores = StoreConfig::new(CrossProcessLockConfig::SingleProcess).state_store(state).crypto_store(keys);
    let settings = EncryptionSettings {
        // Both are done when somebody logs in, who is told of it.
        auto_enable_cross_signing: false,
        auto_enable_backups: false,
        backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
    };
    Client::builder()
        .homeserver_url(homeserver)
        .store_config(stores)
        .with_encryption_settings(settings)
        .request_config(RequestConfig::new().timeout(REQUEST_TIMEOUT).retry_limit(TRIES))
        .user_agent(concat!("pstral/", env!("CARGO_PKG_VERSION")))
        .build()
        .await
        .map_err(|error| OpenError::Server(error.to_string()))
}
