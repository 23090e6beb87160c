//! Private conversations that are being created: each exactly once, to completion, and none delays another.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _, Shared};
use matrix_sdk::config::RequestConfig;
use matrix_sdk::ruma::api::client::room::create_room::v3::{Request, RoomPreset};
use matrix_sdk::ruma::events::InitialStateEvent;
use matrix_sdk::ruma::events::room::encryption::RoomEncryptionEventContent;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId};
use matrix_sdk::{Client, RoomState};
use parking_lot::Mutex;
use pstral_core::ports::PlatformError;
use tokio::time::Instant;

use crate::dm_index::{DmIndex, ensure_listed_as_dm};
use crate::fault::http_fault;

/// The time-out for creating a room, for which the invited person's server is contacted too. It is not retried
/// automatically: that would create another room.
const MAKING: Duration = Duration::from_mins(2);
/// Time within which a sync must report the new room, and the interval at which that is checked.
const TELLING: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

type Begun = Result<OwnedRoomId, PlatformError>;

/// The conversations being created, by the person they are with.
#[derive(Default)]
pub(crate) struct DmCreation(Mutex<HashMap<OwnedUserId, Shared<BoxFuture<'static, Begun>>>>);

impl DmCreation {
    /// Removes those that have ended: from then on the room itself is found.
    pub(crate) fn forget_ended(&self) {
        self.0.lock().retain(|_, begun| begun.peek().is_none());
    }

    /// Creates a conversation with somebody, unless that is in progress. It completes even if nobody waits any more.
    pub(crate) fn begin(
        &self,
        client: &Client,
        user: &OwnedUserId,
        dm_index: &Arc<DmIndex>,
    ) -> Shared<BoxFuture<'static, Begun>> {
        let mut begun = self.0.lock();
        let new = || {
            let task = tokio::spawn(make(client.clone(), user.clone(), Arc::clone(dm_index)));
            let ended =
                task.map(|ended| ended.unwrap_or_else(|error| Err(PlatformError::Unavailable(error.to_string()))));
            ended.boxed().shared()
        };
        begun.entry(user.clone()).or_insert_with(new).clone()
    }
}

async fn make(client: Client, user: OwnedUserId, dm_index: Arc<DmIndex>) -> Begun {
    let encryption = InitialStateEvent::with_empty_state_key(RoomEncryptionEventContent::with_recommended_defaults());
    let mut asked = Request::new();
    asked.invite = vec![user.clone()];
    asked.is_direct = true;
    asked.preset = Some(RoomPreset::TrustedPrivateChat);
    asked.initial_state = vec![encryption.to_raw_any()];
    let patiently = RequestConfig::new().timeout(MAKING).disable_retry();
    let made = client.send(asked).with_request_config(patiently).await.map_err(|error| http_fault(&error))?.room_id;
    dm_index.note(&made, &user, true);
    if let Err(error) = client.account().mark_as_dm(&made, std::slice::from_ref(&user)).await {
        tracing::warn!(%error, room = %made, "a room could not be listed as a private conversation; trying again");
    }
    let began = Instant::now();
    loop {
        if let Some(room) = client.get_room(&made).filter(|room| room.state() == RoomState::Joined) {
            tokio::spawn(ensure_listed_as_dm(room, user));
            return Ok(made);
        }
        if began.elapsed() > TELLING {
            return Err(PlatformError::Unavailable("the homeserver does not tell of a new room".to_owned()));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
