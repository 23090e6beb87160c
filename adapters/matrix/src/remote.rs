//! What the homeserver says of the account, asked without opening the store: another process may use that.

use std::time::Duration;

use matrix_sdk::reqwest::{Client, StatusCode};
use pstral_core::ports::PlatformError;
use pstral_core::text::text;
use serde_json::{Value, json};

use crate::Matrix;
use crate::vault::Session;

/// Time between two looks at the signature of the device.
const LOOK: Duration = Duration::from_mins(10);
/// How long a question may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Matrix {
    /// Who we are, as the homeserver has it.
    pub(crate) async fn whoami(&self) -> Result<String, PlatformError> {
        let (vault, passphrase) = (self.vault.clone(), self.config.passphrase.clone());
        let session = tokio::task::spawn_blocking(move || vault.open(&passphrase)).await;
        let session = session.map_err(|error| PlatformError::Unavailable(error.to_string()))?;
        let session = session.map_err(|error| PlatformError::Rejected(error.to_string()))?;
        whoami(&session).await.map(|found| found.user)
    }
}

impl Matrix {
    /// An error where other devices have made new keys, so that others cannot see any more that this one is the account's own.
    pub(crate) async fn is_trusted(&self) -> Result<(), PlatformError> {
        let session = self.vault.session(&self.config.passphrase);
        let session = session.map_err(|error| PlatformError::Rejected(error.to_string()))?;
        // Where that cannot be asked, nothing is known against it.
        let is_trusted = is_verified(&session).await.unwrap_or(true);
        if self.connection.trusts(is_trusted) {
            return Ok(());
        }
        let (fact, remedy) = (text("matrix-device-unverified"), text("remedy-matrix-verify"));
        let locale = self.config.locale;
        Err(PlatformError::Rejected(format!("{}. {}", fact.render(locale), remedy.render(locale))))
    }

    /// Looks now and then, for as long as it is polled.
    pub(crate) async fn keep_trust(&self) {
        loop {
            let _ = self.is_trusted().await;
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Whose token one is.
pub(crate) struct Found {
    pub(crate) user: String,
    pub(crate) device: String,
}

/// The account of a session; [`PlatformError::Rejected`] where it is logged in no more.
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

/// Logs a device out: nobody uses it any more.
pub(crate) async fn log_out(session: &Session) -> Result<(), PlatformError> {
    match ask(session, "logout", Some(json!({}))).await? {
        (status, _) if status.is_success() || status == StatusCode::UNAUTHORIZED => Ok(()),
        (status, _) => Err(PlatformError::Unavailable(status.to_string())),
    }
}

/// Whether others can see that the device is the account's own.
pub(crate) async fn is_verified(session: &Session) -> Result<bool, PlatformError> {
    let (_, keys) = ask(session, "keys/query", Some(json!({ "device_keys": { session.user.clone(): [] } }))).await?;
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
        let client = Client::builder().timeout(PATIENCE).build()?;
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
