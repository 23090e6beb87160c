//! Private conversations that are being begun: each once, to its end, and nobody waits for those of others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt as _, Shared};
use matrix_sdk::config::RequestConfig;
use matrix_sdk::ruma::api::client::room::create_room::v3::{Request, RoomPreset};
use matrix_sdk::ruma::events::InitialStateEvent;
use matrix_sdk::ruma::events::room::encryption::RoomEncryptionEventContent;
use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId};
use matrix_sdk::{Client, RoomState};
use pstral_core::ports::PlatformError;
use tokio::time::Instant;

use crate::fault::http_fault;
use crate::privates::{Privates, see_to_it};

/// How long making a room may take: the server of whoever is invited is asked too. It is not tried again by itself: that
/// would make another room.
const MAKING: Duration = Duration::from_mins(2);
/// How long a sync may take to tell of it, and how often that is looked at.
const TELLING: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(50);

type Begun = Result<OwnedRoomId, PlatformError>;

/// Conversations that are being begun, by whom they are with.
#[derive(Default)]
pub(crate) struct Beginnings(Mutex<HashMap<OwnedUserId, Shared<BoxFuture<'static, Begun>>>>);

impl Beginnings {
    /// Forgets those that have ended: whoever looks for a room from now on finds it.
    pub(crate) fn forget_ended(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, begun| begun.peek().is_none());
    }

    /// Begins one with somebody, unless that is being done. It goes to its end, also where nobody waits any more.
    pub(crate) fn begin(
        &self,
        client: &Client,
        user: &OwnedUserId,
        privates: &Arc<Privates>,
    ) -> Shared<BoxFuture<'static, Begun>> {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let task = tokio::spawn(make(client.clone(), user.clone(), Arc::clone(privates)));
            let ended =
                task.map(|ended| ended.unwrap_or_else(|error| Err(PlatformError::Unavailable(error.to_string()))));
            ended.boxed().shared()
        };
        begun.entry(user.clone()).or_insert_with(new).clone()
    }
}

async fn make(client: Client, user: OwnedUserId, privates: Arc<Privates>) -> Begun {
    let encryption = InitialStateEvent::with_empty_state_key(RoomEncryptionEventContent::with_recommended_defaults());
    let mut asked = Request::new();
    asked.invite = vec![user.clone()];
    asked.is_direct = true;
    asked.preset = Some(RoomPreset::TrustedPrivateChat);
    asked.initial_state = vec![encryption.to_raw_any()];
    let patiently = RequestConfig::new().timeout(MAKING).disable_retry();
    let made = client.send(asked).with_request_config(patiently).await.map_err(|error| http_fault(&error))?.room_id;
    privates.note(&made, &user, true);
    if let Err(error) = client.account().mark_as_dm(&made, std::slice::from_ref(&user)).await {
        tracing::warn!(%error, "a private conversation could not be noted as one; it is tried again");
    }
    let began = Instant::now();
    loop {
        if let Some(room) = client.get_room(&made).filter(|room| room.state() == RoomState::Joined) {
            tokio::spawn(see_to_it(room, user));
            return Ok(made);
        }
        if began.elapsed() > TELLING {
            return Err(PlatformError::Unavailable("the homeserver does not tell of a new room".to_owned()));
        }
        tokio::time::sleep(LOOK).await;
    }
}
