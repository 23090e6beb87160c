//! Invitations: allowed ones are accepted at once, others are declined when there is nothing else to do.

use std::collections::HashMap;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use matrix_sdk::ruma::OwnedUserId;
use matrix_sdk::ruma::api::client::membership::leave_room;
use matrix_sdk::{Client, Room, RoomState};
use pstral_core::ports::PlatformError;
use tokio::sync::Notify;
use tokio::time::Instant;
use wildmatch::WildMatch;

use crate::Matrix;
use crate::dm_index::ensure_listed_as_dm;
use crate::fault::{fault, http_fault};
use crate::own_reactions::LEFT_BY_OTHERS;
use crate::writing::once;

/// The number of rooms joined at the same time, so that a server that is down delays no others.
const MAX_CONCURRENT: usize = 4;
/// The time-out for joining a room, and the time until the next attempt.
const JOIN_TIMEOUT: Duration = Duration::from_secs(45);
const RETRY_AFTER: Duration = Duration::from_mins(2);
/// Time between two declined invitations, which keeps the load of a flood of them small.
const DECLINE_INTERVAL: Duration = Duration::from_millis(200);
/// The interval at which invitations are checked without news.
const NOW_AND_THEN: Duration = Duration::from_mins(1);

/// Signals new invitations.
#[derive(Default)]
pub(crate) struct InviteSignal {
    pub(crate) arrived: Notify,
}

/// The decision on an invitation.
struct Judged {
    inviter: Option<OwnedUserId>,
    is_welcome: bool,
    /// The earliest time at which it is answered.
    at: Instant,
}

impl Matrix {
    /// Answers invitations for as long as the future is polled.
    pub(crate) async fn answer_invites(&self, client: &Client) {
        let mut known: HashMap<_, Judged> = HashMap::new();
        loop {
            let invited = client.invited_rooms();
            known.retain(|id, _| invited.iter().any(|room| room.room_id() == id));
            for room in &invited {
                if !known.contains_key(room.room_id()) {
                    known.insert(room.room_id().to_owned(), self.judge(room).await);
                }
            }
            let (opens, now) = (self.rate_budget.opens(LEFT_BY_OTHERS), Instant::now());
            let due: Vec<Room> = invited.into_iter().filter(|room| known[room.room_id()].at <= now).collect();
            let (welcome, mut others): (Vec<Room>, Vec<Room>) =
                due.into_iter().partition(|room| known[room.room_id()].is_welcome);
            // Those that are declined take nothing from what is written to people.
            let next = if others.is_empty() { now + NOW_AND_THEN } else { opens.min(now + NOW_AND_THEN) };
            if opens > now {
                others.clear();
            }
            for room in welcome.iter().chain(others.first().filter(|_| welcome.is_empty())) {
                if let Some(judged) = known.get_mut(room.room_id()) {
                    judged.at = now + RETRY_AFTER;
                }
            }
            if !welcome.is_empty() {
                let coming = welcome.into_iter().map(|room| {
                    let by = known[room.room_id()].inviter.clone();
                    self.come_in(room, by)
                });
                stream::iter(coming).for_each_concurrent(MAX_CONCURRENT, |coming| coming).await;
            } else if let Some(room) = others.first() {
                self.counts();
                if let Err(PlatformError::RateLimited { retry_after }) = decline(room).await {
                    self.rate_budget.refused(retry_after);
                }
                tokio::time::sleep(DECLINE_INTERVAL).await;
            } else {
                let _ = tokio::time::timeout_at(next, self.invite_signal.arrived.notified()).await;
            }
        }
    }

    async fn judge(&self, room: &Room) -> Judged {
        let inviter = match room.invite_details().await {
            Ok(invite) => Some(invite.inviter_id),
            Err(error) => {
                tracing::warn!(%error, room = %room.room_id(), "an invitation could not be read");
                None
            }
        };
        let is_welcome = inviter.as_ref().is_some_and(|inviter| self.may_invite(room, inviter));
        Judged { inviter, is_welcome, at: Instant::now() }
    }

    /// Checks whether somebody may invite us into a room.
    fn may_invite(&self, room: &Room, inviter: &OwnedUserId) -> bool {
        if self.config.invites.is_empty() {
            return inviter.server_name() == room.own_user_id().server_name();
        }
        let server = inviter.server_name().as_str();
        // Whoever makes a room may name it like our server: only who means rooms says so.
        let is_meant = |pattern: &String| {
            let names: &[&str] =
                if pattern.starts_with('!') { &[room.room_id().as_str()] } else { &[inviter.as_str(), server] };
            names.iter().any(|name| WildMatch::new_case_insensitive(pattern).matches(name))
        };
        self.config.invites.iter().any(is_meant)
    }

    /// Counts joining and leaving against the rate limit: Synapse treats them as events of the account.
    fn counts(&self) {
        self.rate_budget.take();
        self.rate_budget.beside();
    }

    async fn come_in(&self, room: Room, inviter: Option<OwnedUserId>) {
        // Said in the invitation; from the moment we are in, what is said there counts.
        let direct = inviter.filter(|_| room.state() == RoomState::Invited);
        let direct = if room.is_direct().await.unwrap_or_default() { direct } else { None };
        if let Some(with) = &direct {
            self.dm_index.note(room.room_id(), with, false);
        }
        self.counts();
        match tokio::time::timeout(JOIN_TIMEOUT, room.join()).await {
            Ok(Ok(())) => {
                tracing::info!(room = %room.room_id(), "joined a room");
                if let Some(with) = direct {
                    tokio::spawn(ensure_listed_as_dm(room, with));
                }
                return;
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, room = %room.room_id(), "a room could not be joined");
                if let PlatformError::RateLimited { retry_after } = fault(error) {
                    self.rate_budget.refused(retry_after);
                }
            }
            Err(_) => tracing::warn!(room = %room.room_id(), "a room could not be joined: no answer in time"),
        }
        self.dm_index.forget(room.room_id());
    }
}

async fn decline(room: &Room) -> Result<(), PlatformError> {
    let declined = leave(room).await;
    match &declined {
        Ok(()) => tracing::warn!(room = %room.room_id(), "declined an invitation that is not allowed"),
        Err(error) => tracing::warn!(%error, room = %room.room_id(), "an invitation could not be declined"),
    }
    declined
}

/// Leaves a room, and no other: with it matrix-sdk leaves each that the room says it replaces, and anybody can say so.
///
/// Only matrix-sdk can note that we left: no sync tells of it.
pub(crate) async fn leave(room: &Room) -> Result<(), PlatformError> {
    if room.predecessor_room().is_none() {
        return room.leave().await.map_err(fault);
    }
    let request = leave_room::v3::Request::new(room.room_id().to_owned());
    let left = room.client().send(request).with_request_config(once()).await;
    left.map(drop).map_err(|error| http_fault(&error))
}

#[cfg(test)]
mod tests {
    use super::WildMatch;

    #[test]
    fn patterns_mean_names() {
        for (pattern, name, expected) in [
            ("@zoe:example.org", "@zoe:example.org", true),
            ("@zoe:example.org", "@zoe:example.org.evil.net", false),
            ("*:example.org", "@zoe:example.org", true),
            ("*:example.org", "@zoe:EXAMPLE.org", true),
            ("*:example.org", "@zoe:badexample.org", false),
            ("*:*.example.org", "@zoe:hr.example.org", true),
            ("*:*.example.org", "@zoe:example.org", false),
            ("@?oe:*", "@zoe:x", true),
            ("*", "", true),
            ("", "@zoe:x", false),
            ("*a*b*c", "xxaxxbxxaxbxc", true),
            ("*a*b*c", "xxaxxbxx", false),
        ] {
            assert_eq!(WildMatch::new_case_insensitive(pattern).matches(name), expected, "{pattern} {name}");
        }
    }
}
