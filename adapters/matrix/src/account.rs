//! The Matrix account: logging in, the keys that establish trust in it, and what to do when they are lost.

use matrix_sdk::encryption::CrossSigningResetAuthType;
use matrix_sdk::encryption::recovery::{RecoveryError, RecoveryState};
use matrix_sdk::encryption::secret_storage::SecretStorageError;
use matrix_sdk::ruma::api::client::device::Device;
use matrix_sdk::ruma::api::client::uiaa::{AuthData, MatrixUserIdentifier, Password, UserIdentifier};
use matrix_sdk::{Client, HttpError};
use pstral_core::ports::PlatformError;
use pstral_core::text::{Text, text};
use secrecy::{ExposeSecret as _, SecretString};

use crate::MatrixConfig;
use crate::client::{OpenError, Opened, build, open, restore};
use crate::fault::fault;
use crate::homeserver::address_of;
use crate::remote::{self, log_out, whoami};
use crate::session_store::{Session, SessionStore, SessionStoreError};
use crate::syncing::first_sync;

/// The display name of the device.
const DEVICE: &str = "Pstral";

/// The credentials of a login.
pub enum Credentials {
    /// A name and a password.
    Password {
        /// `@name:server`, or the name alone.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// A token of a device that was made for Pstral alone.
    Token(SecretString),
}

/// The result of a login.
#[derive(Debug)]
pub struct Welcome {
    /// `@name:server`.
    pub user: String,
    /// The id of the device.
    pub device: String,
    /// The recovery key, shown only once; `None` if the account already has one.
    pub recovery_key: Option<SecretString>,
    /// True if others see the device as verified by the account. If false, the account's recovery key is needed now.
    pub verified: bool,
}

/// The state of an account.
#[derive(Debug)]
pub struct Status {
    /// `@name:server`.
    pub user: String,
    /// The id of the device.
    pub device: String,
    /// True if others see the device as verified by the account.
    pub verified: bool,
    /// True if the recovery key restores all keys.
    pub recoverable: bool,
    /// The number of rooms it has joined.
    pub rooms: usize,
}

/// An error of an account operation, with the action that resolves it.
#[derive(Debug)]
pub struct AccountError {
    /// The cause, as a sentence.
    pub fact: Text,
    /// The recommended action.
    pub remedy: Text,
}

impl AccountError {
    /// Builds the error of a device that the homeserver has logged out.
    pub(crate) fn logged_out() -> Self {
        Self { fact: text("matrix-logged-out"), remedy: text("remedy-matrix-again") }
    }

    /// Builds the error of a device that the account has not signed.
    pub(crate) fn unverified() -> Self {
        Self { fact: text("matrix-device-unverified"), remedy: text("remedy-matrix-verify") }
    }
}

/// Logs in once: creates a device, its cross-signing keys and the recovery key. Continues an earlier attempt that was
/// interrupted.
pub async fn login(config: &MatrixConfig, credentials: Credentials) -> Result<Welcome, AccountError> {
    let session_store = SessionStore::new(&config.folder, &config.homeserver);
    let opened = match open(&session_store, &config.passphrase).await {
        Ok(opened) => {
            still_logged_in(&session_store, config).await?;
            opened
        }
        // Nothing else makes way for another device: with the wrong passphrase its keys are still there.
        Err(OpenError::Session(SessionStoreError::Empty | SessionStoreError::StoreLost)) => {
            let lock = session_store.lock().map_err(session_store_fault)?;
            let (client, session) = log_in_new_device(config, &session_store, &credentials).await?;
            session_store.save(&session, &config.passphrase).map_err(session_store_fault)?;
            Opened::new(client, lock)
        }
        Err(error) => return Err(open_fault(error)),
    };
    let client = &opened.client;
    if is_finished(client).await? {
        return Err(AccountError { fact: text("matrix-logged-in"), remedy: text("remedy-matrix-logged-in") });
    }
    let recovery_key = set_up_cross_signing(client, &credentials).await?;
    login_result(client, recovery_key).await
}

/// Restores the keys with the recovery key. If the store is gone, it takes a new login.
pub async fn recover(
    config: &MatrixConfig,
    key: &SecretString,
    credentials: Option<Credentials>,
) -> Result<Welcome, AccountError> {
    let session_store = SessionStore::new(&config.folder, &config.homeserver);
    let (opened, new) = match (open(&session_store, &config.passphrase).await, &credentials) {
        (Err(OpenError::Session(SessionStoreError::StoreLost | SessionStoreError::Empty)), Some(credentials)) => {
            let lock = session_store.lock().map_err(session_store_fault)?;
            let (client, session) = log_in_new_device(config, &session_store, credentials).await?;
            (Opened::new(client, lock), Some(session))
        }
        (opened, _) => (opened.map_err(open_fault)?, None),
    };
    let client = &opened.client;
    if let Err(error) = client.encryption().recovery().recover(key.expose_secret()).await {
        if new.is_some() {
            // No device stays that nobody trusts, and the next try begins where this one did.
            if let Err(error) = client.matrix_auth().logout().await {
                tracing::warn!(%error, "the new device could not be logged out");
            }
            session_store.clear_store().map_err(session_store_fault)?;
        }
        return Err(match error {
            RecoveryError::SecretStorage(SecretStorageError::SecretStorageKey(_)) => {
                AccountError { fact: text("matrix-wrong-key"), remedy: text("remedy-matrix-recovery-key") }
            }
            RecoveryError::SecretStorage(SecretStorageError::MissingKeyInfo { .. } | SecretStorageError::Json(_)) => {
                AccountError { fact: text("matrix-no-key"), remedy: text("remedy-matrix-no-key") }
            }
            error => server_fault(error),
        });
    }
    if let Some(session) = new {
        let lost = session_store.session(&config.passphrase).ok();
        session_store.save(&session, &config.passphrase).map_err(session_store_fault)?;
        // Its keys are gone; its token would still open the account.
        if let Some(lost) = lost.filter(|lost| lost.device != session.device)
            && let Err(error) = log_out(&lost).await
        {
            tracing::warn!(%error, device = lost.device, "the previous device could not be logged out");
        }
        if let Err(error) = log_out_old(client, credentials.as_ref()).await {
            tracing::warn!(%error, "old devices of this account could not be logged out");
        }
    }
    first_sync(client).await.map_err(server_fault)?;
    login_result(client, None).await
}

/// Logs out the devices left by earlier logins of Pstral: their keys are gone, but their tokens would open the account.
/// The homeserver requires the password for it.
async fn log_out_old(client: &Client, credentials: Option<&Credentials>) -> Result<(), HttpError> {
    let own = client.device_id();
    let devices = client.devices().await?.devices;
    let is_old = |device: &Device| {
        device.display_name.as_deref() == Some(DEVICE) && own.is_some_and(|own| own != device.device_id)
    };
    let old: Vec<_> = devices.into_iter().filter(is_old).map(|device| device.device_id).collect();
    if old.is_empty() {
        return Ok(());
    }
    let Err(error) = client.delete_devices(&old, None).await else { return Ok(()) };
    let (Some(asked), Some(Credentials::Password { password, .. })) = (error.as_uiaa_response(), credentials) else {
        return Err(error);
    };
    let Ok(answer) = password_auth(client, password, asked.session.clone()) else { return Err(error) };
    client.delete_devices(&old, Some(answer)).await?;
    tracing::info!(devices = old.len(), "logged out old devices of this account");
    Ok(())
}

/// Replaces lost keys with new ones. Others see that the identity has changed, and earlier messages stay undecryptable.
pub async fn reset(config: &MatrixConfig, password: &SecretString) -> Result<Welcome, AccountError> {
    let opened =
        open(&SessionStore::new(&config.folder, &config.homeserver), &config.passphrase).await.map_err(open_fault)?;
    let client = &opened.client;
    // What is replaced is gone from the first step on.
    check_password(client, password).await?;
    let recovery = client.encryption().recovery();
    if let Some(handle) = recovery.reset_identity().await.map_err(server_fault)? {
        let CrossSigningResetAuthType::Uiaa(asked) = handle.auth_type() else {
            return Err(AccountError { fact: text("matrix-browser"), remedy: text("remedy-matrix-reset") });
        };
        let answer = password_auth(client, password, asked.session.clone())?;
        handle.reset(Some(answer)).await.map_err(server_fault)?;
    }
    // The backup of the keys went with the old ones.
    let key = recovery.enable().await.map_err(server_fault)?;
    first_sync(client).await.map_err(server_fault)?;
    login_result(client, Some(SecretString::from(key))).await
}

/// Returns the state of the account.
pub async fn status(config: &MatrixConfig) -> Result<Status, AccountError> {
    let session_store = SessionStore::new(&config.folder, &config.homeserver);
    let opened = open(&session_store, &config.passphrase).await.map_err(open_fault)?;
    still_logged_in(&session_store, config).await?;
    let client = &opened.client;
    // What is kept does not tell that another device has made new keys.
    let session = session_store.open(&config.passphrase).map_err(session_store_fault)?;
    let verified = remote::is_cross_signed_on_server(&session).await.map_err(server_fault)?;
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    let Welcome { user, device, .. } = login_result(client, None).await?;
    Ok(Status {
        user,
        device,
        verified,
        recoverable: client.encryption().recovery().state() == RecoveryState::Enabled,
        rooms: client.joined_rooms().len(),
    })
}

/// Checks that the homeserver still knows the device. The error says what to do if it does not.
pub(crate) async fn still_logged_in(session_store: &SessionStore, config: &MatrixConfig) -> Result<(), AccountError> {
    match whoami(&session_store.open(&config.passphrase).map_err(session_store_fault)?).await {
        Err(error) => Err(session_fault(error)),
        Ok(_) => Ok(()),
    }
}

/// Converts an error of a request with the session to one that says whether the device was logged out.
pub(crate) fn session_fault(error: PlatformError) -> AccountError {
    match error {
        PlatformError::Rejected(_) => AccountError::logged_out(),
        error => server_fault(error),
    }
}

/// Checks the password by logging another device in and out.
async fn check_password(client: &Client, password: &SecretString) -> Result<(), AccountError> {
    let user = client.user_id().ok_or_else(|| broken("no user"))?;
    let other = Client::builder().homeserver_url(client.homeserver()).build().await.map_err(server_fault)?;
    let login = other.matrix_auth().login_username(user, password.expose_secret());
    login.initial_device_display_name(DEVICE).send().await.map_err(login_fault)?;
    if let Err(error) = other.matrix_auth().logout().await {
        tracing::warn!(%error, "the temporary device that checked the password could not be logged out");
    }
    Ok(())
}

/// Checks whether the login is complete: verified, and with recovery set up.
async fn is_finished(client: &Client) -> Result<bool, AccountError> {
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    let is_recoverable = client.encryption().recovery().state() == RecoveryState::Enabled;
    Ok(is_recoverable && is_verified(client).await?)
}

pub(crate) async fn is_verified(client: &Client) -> Result<bool, AccountError> {
    let device = client.encryption().get_own_device().await.map_err(server_fault)?;
    Ok(device.is_some_and(|device| device.is_cross_signed_by_owner()))
}

/// Logs a new device in with a new store, and returns the session to be kept.
async fn log_in_new_device(
    config: &MatrixConfig,
    session_store: &SessionStore,
    credentials: &Credentials,
) -> Result<(Client, Session), AccountError> {
    session_store.clear_store().map_err(session_store_fault)?;
    let homeserver = address_of(&config.homeserver).await;
    let client = build(&homeserver, &session_store.store(), &config.passphrase).await.map_err(open_fault)?;
    match credentials {
        Credentials::Password { user, password } => {
            let login = client.matrix_auth().login_username(user, password.expose_secret());
            login.initial_device_display_name(DEVICE).send().await.map_err(login_fault)?;
        }
        Credentials::Token(token) => {
            let session = session_of(&homeserver, token).await?;
            restore(&client, &session).await.map_err(open_fault)?;
        }
    }
    first_sync(&client).await.map_err(server_fault)?;
    let session = client.matrix_auth().session().ok_or_else(|| broken("no session"))?;
    let fingerprint = client.encryption().ed25519_key().await.ok_or_else(|| broken("no keys"))?;
    let kept = Session {
        homeserver,
        configured: Some(config.homeserver.clone()),
        user: session.meta.user_id.to_string(),
        device: session.meta.device_id.to_string(),
        token: session.tokens.access_token,
        fingerprint,
    };
    Ok((client, kept))
}

/// Creates cross-signing keys and a recovery key. Returns no key if the account has its own already.
async fn set_up_cross_signing(
    client: &Client,
    credentials: &Credentials,
) -> Result<Option<SecretString>, AccountError> {
    let encryption = client.encryption();
    encryption.wait_for_e2ee_initialization_tasks().await;
    let own = client.user_id().ok_or_else(|| broken("no user"))?;
    let known = encryption.request_user_identity(own).await.map_err(server_fault)?;
    if known.is_some() && !is_verified(client).await? {
        return Ok(None);
    }
    if known.is_none()
        && let Err(error) = encryption.bootstrap_cross_signing(None).await
    {
        let (Some(asked), Credentials::Password { password, .. }) = (error.as_uiaa_response(), credentials) else {
            return Err(server_fault(error));
        };
        let answer = password_auth(client, password, asked.session.clone())?;
        encryption.bootstrap_cross_signing(Some(answer)).await.map_err(server_fault)?;
    }
    let key = encryption.recovery().enable().await.map_err(server_fault)?;
    first_sync(client).await.map_err(server_fault)?;
    Ok(Some(SecretString::from(key)))
}

/// Builds the password authentication that the homeserver requests.
fn password_auth(client: &Client, password: &SecretString, session: Option<String>) -> Result<AuthData, AccountError> {
    let user = client.user_id().ok_or_else(|| broken("no user"))?;
    let user = UserIdentifier::Matrix(MatrixUserIdentifier::new(user.to_string()));
    let mut proof = Password::new(user, password.expose_secret().to_owned());
    proof.session = session;
    Ok(AuthData::Password(proof))
}

/// Builds the session of an access token.
async fn session_of(homeserver: &str, token: &SecretString) -> Result<Session, AccountError> {
    let nobody = Session {
        homeserver: homeserver.to_owned(),
        configured: None,
        user: String::new(),
        device: String::new(),
        token: token.expose_secret().to_owned(),
        fingerprint: String::new(),
    };
    let found = whoami(&nobody).await.map_err(refused)?;
    Ok(Session { user: found.user, device: found.device, ..nobody })
}

async fn login_result(client: &Client, recovery_key: Option<SecretString>) -> Result<Welcome, AccountError> {
    let meta = client.session_meta().ok_or_else(|| broken("no session"))?;
    let (user, device) = (meta.user_id.to_string(), meta.device_id.to_string());
    Ok(Welcome { user, device, recovery_key, verified: is_verified(client).await? })
}

fn broken(fact: &str) -> AccountError {
    AccountError { fact: text("matrix-fault").with("fault", fact), remedy: text("remedy-matrix-server") }
}

pub(crate) fn server_fault(error: impl std::fmt::Display) -> AccountError {
    broken(&error.to_string())
}

/// Converts an error to one that blames the password only if the homeserver refused it.
fn refused(error: PlatformError) -> AccountError {
    match error {
        PlatformError::Rejected(_) => AccountError { remedy: text("remedy-matrix-password"), ..server_fault(error) },
        error => server_fault(error),
    }
}

fn login_fault(error: matrix_sdk::Error) -> AccountError {
    refused(fault(error))
}

/// Converts an error of opening the stored session to one with the action that resolves it.
pub(crate) fn open_fault(error: OpenError) -> AccountError {
    match error {
        OpenError::Session(error) => session_store_fault(error),
        OpenError::Store(_) => AccountError { remedy: text("remedy-matrix-store"), ..server_fault(error) },
        OpenError::Server(_) => server_fault(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
pub(crate) fn session_store_fault(error: SessionStoreError) -> AccountError {
    let (fact, remedy) = match &error {
        SessionStoreError::InUse(_) => ("matrix-in-use", "remedy-matrix-in-use"),
        SessionStoreError::Empty => ("matrix-nobody", "remedy-matrix-login"),
        SessionStoreError::StoreLost => ("matrix-keys-gone", "remedy-matrix-recover"),
        SessionStoreError::Passphrase => ("matrix-wrong-passphrase", "remedy-matrix-passphrase"),
        SessionStoreError::Disk(..) => ("matrix-fault", "remedy-matrix-disk"),
    };
    AccountError { fact: text(fact).with("fault", error.to_string()), remedy: text(remedy) }
}
