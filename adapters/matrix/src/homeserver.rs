//! Discovery of a homeserver: at the configured address, or at the one that its `.well-known` states.

use std::time::Duration;

use matrix_sdk::reqwest::Client;
use serde_json::Value;

/// The time-out of a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Returns the address of the client-server API; the given address if none is found.
pub(crate) async fn address_of(given: &str) -> String {
    let given = given.trim_end_matches('/');
    if answers(given).await {
        return given.to_owned();
    }
    let Some(found) = get(&format!("{given}/.well-known/matrix/client")).await else { return given.to_owned() };
    let base = found["m.homeserver"]["base_url"].as_str().unwrap_or_default().trim_end_matches('/');
    // What is asked for over TLS does not lead out of it.
    let is_safe = base.starts_with("https://") || (base.starts_with("http://") && given.starts_with("http://"));
    if is_safe && answers(base).await {
        tracing::info!(given, found = base, "found the homeserver");
        return base.to_owned();
    }
    given.to_owned()
}

/// Checks whether the client-server API answers at an address.
async fn answers(address: &str) -> bool {
    get(&format!("{address}/_matrix/client/versions")).await.is_some_and(|versions| versions["versions"].is_array())
}

async fn get(address: &str) -> Option<Value> {
    let client = Client::builder().timeout(REQUEST_TIMEOUT).build().ok()?;
    let answer = client.get(address).send().await.ok()?;
    let body = if answer.status().is_success() { answer.bytes().await.ok()? } else { return None };
    serde_json::from_slice(&body).ok()
}
