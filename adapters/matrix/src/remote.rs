//! Queries about the account that go directly to the homeserver: another process may be using the store.

use std::time::Duration;

use matrix_sdk::reqwest::{Client, StatusCode};
use pstral_core::ports::PlatformError;
use serde_json::{Value, json};

use crate::Matrix;
use crate::session_store::Session;

/// The interval at which the signature of the device is checked.
const CHECK_INTERVAL: Duration = Duration::from_mins(10);
/// The time-out of a query.
const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

impl Matrix {
    /// Returns the user id of the account, as the homeserver knows it.
    pub(crate) async fn whoami(&self) -> Result<String, PlatformError> {
        let (session_store, passphrase) = (self.session_store.clone(), self.config.passphrase.clone());
        let session = tokio::task::spawn_blocking(move || session_store.open(&passphrase)).await;
        let session = session.map_err(|error| PlatformError::Unavailable(error.to_string()))?;
        let session = session.map_err(|error| PlatformError::Rejected(error.to_string()))?;
        whoami(&session).await.map(|found| found.user)
    }
}

impl Matrix {
    /// Checks every ten minutes, for as long as the future is polled, whether the device is signed by the account: it
    /// is not after another device has created new keys. If the query fails, the state is unchanged.
    pub(crate) async fn keep_trust(&self) {
        loop {
            match self.session_store.session(&self.config.passphrase) {
                Ok(session) => match is_cross_signed_on_server(&session).await {
                    Ok(is_signed) => self.connection.trusts(is_signed),
                    Err(error) => tracing::debug!(%error, "the signature of the device could not be fetched"),
                },
                Err(error) => {
                    tracing::warn!(%error, "the session could not be read to check the signature of the device");
                }
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }
}

/// The account and device of an access token.
pub(crate) struct Found {
    pub(crate) user: String,
    pub(crate) device: String,
}

/// Returns the account of a session. Fails with [`PlatformError::Rejected`] if it is no longer logged in.
pub(crate) async fn whoami(session: &Session) -> Result<Found, PlatformError> {
    let (status, answer) = ask(session, "account/whoami", None).await?;
    match (answer["user_id"].as_str(), answer["device_id"].as_str()) {
        (Some(user), Some(device)) if status.is_success() => {
            Ok(Found { user: user.to_owned(), device: device.to_owned() })
        }
        _ if status == StatusCode::UNAUTHORIZED => Err(PlatformError::Rejected("logged out".to_owned())),
        _ => Err(PlatformError::Unavailable(status.to_string())),
    }
}

/// Logs out a device that is not used any more.
pub(crate) async fn log_out(session: &Session) -> Result<(), PlatformError> {
    match ask(session, "logout", Some(json!({}))).await? {
        (status, _) if status.is_success() || status == StatusCode::UNAUTHORIZED => Ok(()),
        (status, _) => Err(PlatformError::Unavailable(status.to_string())),
    }
}

/// Checks whether others see the device as verified by the account.
pub(crate) async fn is_cross_signed_on_server(session: &Session) -> Result<bool, PlatformError> {
    let asked = json!({ "device_keys": { session.user.clone(): [] } });
    let (status, keys) = ask(session, "keys/query", Some(asked)).await?;
    if !status.is_success() {
        return Err(PlatformError::Unavailable(status.to_string()));
    }
    let signed_by = keys["device_keys"][&session.user][&session.device]["signatures"][&session.user].as_object();
    let own = keys["self_signing_keys"][&session.user]["keys"].as_object();
    let (Some(signed_by), Some(own)) = (signed_by, own) else { return Ok(false) };
    let is_own = keys["device_keys"][&session.user][&session.device]["keys"][format!("ed25519:{}", session.device)]
        == session.fingerprint.as_str();
    Ok(is_own && own.keys().any(|key| signed_by.contains_key(key)))
}

async fn ask(session: &Session, what: &str, body: Option<Value>) -> Result<(StatusCode, Value), PlatformError> {
    let address = format!("{}/_matrix/client/v3/{what}", session.homeserver.trim_end_matches('/'));
    let asked = async {
        let client = Client::builder().timeout(QUERY_TIMEOUT).build()?;
        let request = match body {
            Some(body) => client.post(address).body(body.to_string()),
            None => client.get(address),
        };
        let answer = request.bearer_auth(&session.token).send().await?;
        Ok((answer.status(), answer.bytes().await?))
    };
    let (status, body) = asked
        .await
        .map_err(|error: matrix_sdk::reqwest::Error| PlatformError::Unavailable(error.without_url().to_string()))?;
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}
