//! The sync loop: its filter, and reconnecting.

use std::io;
use std::time::Duration;

use futures::FutureExt as _;
use matrix_sdk::Client;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::sync::sync_events::v3::Filter;
use matrix_sdk::sync::SyncResponse;
use pstral_core::ports::PlatformError;
use serde_json::json;
use tokio::sync::mpsc::Sender;

use crate::connection::Connection;
use crate::fault::{fault, is_logged_out};

/// The time for which the server may delay its answer until there is news.
const POLL: Duration = Duration::from_secs(30);
/// The time-out of one sync, including reading it and rate limits.
const SYNC_TIMEOUT: Duration = Duration::from_mins(3);
/// The first and the longest wait after a failed sync.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The result of one sync.
pub(crate) struct Update {
    pub(crate) response: SyncResponse,
    /// The token of the sync before, if known.
    pub(crate) since: Option<String>,
}

/// Runs a first sync, whose messages are not answered.
pub(crate) async fn first_sync(client: &Client) -> matrix_sdk::Result<()> {
    client.sync_once(settings(client, Duration::ZERO)).boxed().await.map(drop)
}

/// Builds the settings of a sync. Without a filter, Synapse returns only ten events per room, and presence.
///
/// The sync includes all members of a room, not only those who write. With `lazy_load_members`, Synapse treats each member
/// as new, including ourselves, whose keys may have changed; matrix-sdk then delays messages to encrypted rooms by five
/// seconds each while it waits for our own keys, and the sync that fetches them waits behind that.
///
/// Our own events are excluded: each edit would otherwise end a sync and be decrypted again. A room that we join comes
/// with all its state, whoever wrote it. When we leave a room, Synapse then reports nothing: matrix-sdk records it when it
/// leaves.
fn settings(client: &Client, timeout: Duration) -> SyncSettings {
    let mut timeline = json!({ "limit": 100 });
    if let Some(own) = client.user_id() {
        timeline["not_senders"] = json!([own]);
    }
    let wanted = json!({
        "presence": { "not_types": ["*"] },
        "room": { "ephemeral": { "not_types": ["*"] }, "timeline": timeline },
    });
    let filter: FilterDefinition = serde_json::from_value(wanted).expect("invariant: it is a filter");
    SyncSettings::new().timeout(timeout).filter(Filter::FilterDefinition(filter))
}

/// Syncs until the account is no longer logged in.
pub(crate) async fn keep_syncing(
    client: Client,
    connection: Connection,
    mut since: Option<String>,
    heard: Sender<Update>,
) -> Result<(), PlatformError> {
    let (mut wait, mut timeout) = (FIRST_WAIT, Duration::ZERO);
    loop {
        let settings = settings(&client, timeout);
        let settings = match &since {
            Some(token) => settings.token(token.clone()),
            None => settings,
        };
        let synced = tokio::time::timeout(SYNC_TIMEOUT, client.sync_once(settings).boxed());
        match synced.await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into())) {
            Ok(response) => {
                connection.came_up();
                let next = response.next_batch.clone();
                let update = Update { response, since: since.replace(next) };
                (wait, timeout) = (FIRST_WAIT, POLL);
                if heard.send(update).await.is_err() {
                    return Ok(());
                }
            }
            Err(error) if is_logged_out(&error) => {
                tracing::error!(%error, "the homeserver has logged the account out");
                return Err(PlatformError::Rejected(format!("logged out: {error}")));
            }
            Err(error) => {
                connection.went_down(fault(error).to_string());
                tokio::time::sleep(wait).await;
                (wait, timeout) = ((wait * 2).min(LONGEST_WAIT), Duration::ZERO);
            }
        }
    }
}
