//! Verification by comparing seven emoji (SAS), confirmed by an admin at the terminal: `pstral matrix verify`.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::future::{Either, FutureExt as _, join, pending};
use matrix_sdk::Client;
use matrix_sdk::encryption::verification::{
    CancelInfo, EmojiShortAuthString, SasState, SasVerification, Verification, VerificationRequest,
    VerificationRequestState,
};
use matrix_sdk::event_handler::EventHandlerDropGuard;
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::key::verification::VerificationMethod;
use matrix_sdk::ruma::events::key::verification::cancel::CancelCode;
use matrix_sdk::ruma::events::key::verification::request::ToDeviceKeyVerificationRequestEvent;
use matrix_sdk::ruma::events::room::message::{MessageType, OriginalSyncRoomMessageEvent};
use pstral_core::ports::PlatformError;
use pstral_core::text::text;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, channel, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::account::{is_verified, open_fault, server_fault, session_fault, still_logged_in};
use crate::client::{OpenError, open};
use crate::connection::Connection;
use crate::session_store::{SessionStore, SessionStoreError};
use crate::syncing::keep_syncing;
use crate::{AccountError, MatrixConfig};

/// Time within which a request must arrive; clients give up on their own request after the same time.
const ASKED_WITHIN: Duration = Duration::from_mins(10);
/// Time for the other device to start the comparison before this side starts it.
const BEGUN_WITHIN: Duration = Duration::from_secs(10);
/// Time for signatures to reach the homeserver, and for the account's keys to reach another device of the account.
const SIGNED_WITHIN: Duration = Duration::from_secs(3);
const HANDED_OVER_WITHIN: Duration = Duration::from_secs(15);

/// A device that asks to be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerDevice {
    /// `@name:server`.
    pub user: String,
    /// The id of the device.
    pub device: String,
    /// True for another device of Pstral's own account, which gets the account's keys.
    pub is_own: bool,
}

/// One of the emoji to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emoji {
    /// Its number in Matrix's list, 0 to 63.
    /// <https://spec.matrix.org/v1.18/client-server-api/#sas-method-emoji>
    pub number: u8,
    /// The emoji itself.
    pub symbol: &'static str,
}

/// The admin at the terminal.
#[async_trait]
pub trait VerificationPrompt: Send + Sync {
    /// Says that requests to this account, `@name:server`, are taken from now on.
    fn waits_on(&self, account: &str);
    /// Shows which device asks, before anything is compared.
    fn asked_by(&self, peer: &PeerDevice);
    /// Tells whether the other device shows these emoji, in this order; `None` where nobody answers.
    async fn compares(&self, emoji: &[Emoji; 7]) -> Option<bool>;
}

/// The end of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Both sides have confirmed.
    Verified(PeerDevice),
    /// The emoji differ, as one side says: somebody may be in between.
    Mismatch(PeerDevice),
    /// The other device has cancelled.
    Cancelled(PeerDevice),
    /// A step took too long: Matrix allows a minute for each, five for all.
    TimedOut(PeerDevice),
    /// The devices cannot verify each other, with the reason of the protocol.
    Failed(PeerDevice, String),
    /// Nobody has asked within ten minutes.
    NobodyAsked,
    /// The admin has stopped it.
    Stopped,
}

/// Waits for the request of a device, of the user `from` where one is named, has the emoji compared, and confirms or cancels.
/// Requests of others are cancelled meanwhile. `stop` cancels it at any time.
pub async fn verify(
    config: &MatrixConfig,
    from: Option<&str>,
    prompt: &dyn VerificationPrompt,
    stop: &CancellationToken,
) -> Result<Outcome, AccountError> {
    let named = from.map(UserId::parse).transpose().map_err(|_| AccountError {
        fact: text("matrix-no-user-id").with("given", from.unwrap_or_default()),
        remedy: text("remedy-matrix-user-id"),
    })?;
    let session_store = SessionStore::new(&config.folder, &config.homeserver);
    let opened = open(&session_store, &config.passphrase).await.map_err(|error| match error {
        OpenError::Session(SessionStoreError::InUse(_)) => {
            AccountError { remedy: text("remedy-matrix-verify-stop"), ..open_fault(error) }
        }
        error => open_fault(error),
    })?;
    still_logged_in(&session_store, config).await?;
    let client = &opened.client;
    client.encryption().wait_for_e2ee_initialization_tasks().await;
    // Others sign the account, which vouches only for devices that it has signed.
    if !is_verified(client).await? {
        return Err(AccountError::unverified());
    }
    // A request of a device that is not known yet is passed over, and the first sync may bring both.
    for user in client.user_id().into_iter().chain(named.as_deref()) {
        client.encryption().request_user_identity(user).await.map_err(server_fault)?;
    }
    let (found, mut requests) = unbounded_channel();
    let _hearing = requests_of(client, &found);
    let mut syncing = AbortOnDropHandle::new(tokio::spawn(sync(client.clone())));
    prompt.waits_on(client.user_id().map_or("", |own| own.as_str()));
    let comparing = async {
        let waited = tokio::time::timeout(ASKED_WITHIN, next_of(&mut requests, named.as_deref()));
        let (request, peer) = tokio::select! {
            asked = waited => match asked {
                Ok(Some(asked)) => asked,
                Ok(None) | Err(_) => return Ok(Outcome::NobodyAsked),
            },
            () = stop.cancelled() => return Ok(Outcome::Stopped),
        };
        compare(&request, peer, prompt, stop).await.map_err(server_fault)
    };
    tokio::select! {
        outcome = comparing.boxed() => {
            // What was decided goes out with the syncs that follow.
            if let Ok(Outcome::Verified(peer)) = &outcome {
                tokio::time::sleep(if peer.is_own { HANDED_OVER_WITHIN } else { SIGNED_WITHIN }).await;
            }
            outcome
        }
        ended = &mut syncing => Err(match ended {
            Ok(Err(error)) => session_fault(error),
            Ok(Ok(())) | Err(_) => server_fault("the sync has ended"),
        }),
    }
}

/// Syncs until the account is logged out. What is said in rooms is left to `pstral run`, which goes on where it has stopped.
async fn sync(client: Client) -> Result<(), PlatformError> {
    let (heard, mut updates) = channel(8);
    let syncing = keep_syncing(client, Connection::default(), None, heard);
    let passing_over = async { while updates.recv().await.is_some() {} };
    join(syncing, passing_over).await.0
}

/// Sends on the verification requests of devices, direct ones and those in a room, until the returned guards are dropped.
fn requests_of(client: &Client, found: &UnboundedSender<VerificationRequest>) -> [EventHandlerDropGuard; 2] {
    let to = found.clone();
    let direct = client.add_event_handler(move |event: ToDeviceKeyVerificationRequestEvent, client: Client| {
        let to = to.clone();
        async move {
            let (encryption, id) = (client.encryption(), event.content.transaction_id);
            if let Some(request) = encryption.get_verification_request(&event.sender, &id).await {
                let _ = to.send(request);
            }
        }
    });
    let to = found.clone();
    let in_room = client.add_event_handler(move |event: OriginalSyncRoomMessageEvent, client: Client| {
        let to = to.clone();
        async move {
            let MessageType::VerificationRequest(content) = event.content.msgtype else { return };
            if client.user_id() != Some(&content.to) {
                return;
            }
            if let Some(request) = client.encryption().get_verification_request(&event.sender, &event.event_id).await {
                let _ = to.send(request);
            }
        }
    });
    [direct, in_room].map(|handler| client.event_handler_drop_guard(handler))
}

/// The next request and who makes it, of this user where one is named; those of others are cancelled.
async fn next_of(
    requests: &mut UnboundedReceiver<VerificationRequest>,
    named: Option<&UserId>,
) -> Option<(VerificationRequest, PeerDevice)> {
    loop {
        let request = requests.recv().await?;
        let VerificationRequestState::Requested { other_device_data, .. } = request.state() else { continue };
        let user = request.other_user_id().to_owned();
        if named.is_none_or(|named| named == user) {
            let device = other_device_data.device_id().to_string();
            let peer = PeerDevice { user: user.to_string(), device, is_own: request.is_self_verification() };
            return Some((request, peer));
        }
        match request.cancel().await {
            Ok(()) => tracing::info!(%user, "cancelled a verification request of another user"),
            Err(error) => tracing::warn!(%error, %user, "a verification request could not be cancelled"),
        }
    }
}

async fn compare(
    request: &VerificationRequest,
    peer: PeerDevice,
    prompt: &dyn VerificationPrompt,
    stop: &CancellationToken,
) -> matrix_sdk::Result<Outcome> {
    prompt.asked_by(&peer);
    let sas = tokio::select! {
        begun = begin(request) => match begun? {
            Either::Left(sas) => sas,
            Either::Right(Some(why)) => return Ok(cancelled(peer, &why)),
            Either::Right(None) => {
                request.cancel().await?;
                return Ok(Outcome::Failed(peer, "m.unknown_method".to_owned()));
            }
        },
        () = stop.cancelled() => {
            request.cancel().await?;
            return Ok(Outcome::Stopped);
        }
    };
    decide(request, sas, peer, prompt, stop).await
}

/// Accepts a request and begins to compare emoji; why it was cancelled instead, where that is known.
async fn begin(request: &VerificationRequest) -> matrix_sdk::Result<Either<SasVerification, Option<CancelInfo>>> {
    let mut changes = request.changes().boxed();
    request.accept_with_methods(vec![VerificationMethod::SasV1]).await?;
    // Most programs begin by themselves once the request is accepted; where both do, the protocol settles it.
    let begun = async {
        loop {
            match request.state() {
                VerificationRequestState::Transitioned { verification: Verification::SasV1(sas) } => {
                    return Either::Left(sas);
                }
                VerificationRequestState::Cancelled(why) => return Either::Right(Some(why)),
                VerificationRequestState::Done => return Either::Right(None),
                _ => {}
            }
            if changes.next().await.is_none() {
                return Either::Right(None);
            }
        }
    };
    match tokio::time::timeout(BEGUN_WITHIN, begun).await {
        Ok(begun) => Ok(begun),
        Err(_) => Ok(request.start_sas().await?.map_or(Either::Right(None), Either::Left)),
    }
}

/// Shows the emoji once both sides have them, and confirms or cancels as the admin says.
async fn decide(
    request: &VerificationRequest,
    mut sas: SasVerification,
    peer: PeerDevice,
    prompt: &dyn VerificationPrompt,
    stop: &CancellationToken,
) -> matrix_sdk::Result<Outcome> {
    let (mut changes, mut begun) = (sas.changes().boxed(), request.changes().boxed());
    let mut answer = Either::Left(pending());
    let mut is_shown = false;
    loop {
        // Begun by the other device, perhaps at the same moment as from here.
        if let VerificationRequestState::Transitioned { verification: Verification::SasV1(theirs) } = request.state()
            && matches!(theirs.state(), SasState::Started { .. })
        {
            // Emoji that were compared vouch for this beginning alone: whoever replaces it afterwards is an attacker.
            if is_shown {
                theirs.cancel().await?;
                return Ok(Outcome::Failed(peer, "org.pstral.begun_again".to_owned()));
            }
            theirs.accept().await?;
            changes = theirs.changes().boxed();
            sas = theirs;
        }
        match sas.state() {
            SasState::KeysExchanged { emojis: None, .. } => {
                sas.cancel().await?;
                return Ok(Outcome::Failed(peer, "m.unknown_method".to_owned()));
            }
            SasState::KeysExchanged { emojis: Some(emoji), .. } if !is_shown => {
                is_shown = true;
                answer = Either::Right(async move { prompt.compares(&shown(&emoji)).await }.boxed());
            }
            SasState::Done { .. } => return Ok(Outcome::Verified(peer)),
            SasState::Cancelled(why) => return Ok(cancelled(peer, &why)),
            _ => {}
        }
        tokio::select! {
            _ = changes.next() => {}
            _ = begun.next() => {}
            answered = &mut answer => {
                answer = Either::Left(pending());
                match answered {
                    Some(true) => sas.confirm().await?,
                    Some(false) => {
                        sas.mismatch().await?;
                        return Ok(Outcome::Mismatch(peer));
                    }
                    None => {
                        sas.cancel().await?;
                        return Ok(Outcome::Stopped);
                    }
                }
            }
            () = stop.cancelled() => {
                sas.cancel().await?;
                return Ok(Outcome::Stopped);
            }
        }
    }
}

fn shown(emoji: &EmojiShortAuthString) -> [Emoji; 7] {
    std::array::from_fn(|at| Emoji { number: emoji.indices[at], symbol: emoji.emojis[at].symbol })
}

/// The end of a verification that either side has cancelled by itself.
fn cancelled(peer: PeerDevice, why: &CancelInfo) -> Outcome {
    match why.cancel_code() {
        CancelCode::MismatchedSas => Outcome::Mismatch(peer),
        CancelCode::Timeout => Outcome::TimedOut(peer),
        CancelCode::User | CancelCode::Accepted => Outcome::Cancelled(peer),
        code => Outcome::Failed(peer, code.to_string()),
    }
}
