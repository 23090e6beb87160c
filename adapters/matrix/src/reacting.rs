//! Reactions of our own, which stand below a message for people to press. They come after texts, and never in their way.

use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use matrix_sdk::Room;
use matrix_sdk::ruma::{EventId, OwnedEventId, TransactionId};
use pstral_core::domain::{Outgoing, OutgoingState};
use pstral_core::ports::PlatformError;
use serde_json::json;
use tokio::time::Instant;

use crate::Matrix;
use crate::own_messages::Message;

/// How much of a limited budget, in tenths, the first reaction of a message leaves for texts, and the others.
const LEFT_BY_FIRST: u32 = 5;
pub(crate) const LEFT_BY_OTHERS: u32 = 8;
/// Messages that are looked after at the same time where nothing is limited.
const AT_ONCE: usize = 3;
/// How long a message grows before it gets a reaction that stops it: most have ended by then, and need none. Where each event
/// counts, how long the answers of others may end first.
const PAUSE: Duration = Duration::from_secs(2);

/// What became of one step.
enum Step {
    /// There may be more to do.
    More,
    Done,
}

impl Matrix {
    /// Has the reactions below a message be what its buttons are, in a while. While it is being written a limited budget
    /// belongs to its text: the legend tells what people can put there themselves.
    pub(crate) fn want_reactions(&self, id: &EventId, message: &Outgoing) {
        let streams = message.state == OutgoingState::Streaming;
        let is_spared = self.ledger.is_limited() && streams;
        let Some(known) = self.ours.get(id).filter(|_| !is_spared) else { return };
        if missing(&known).is_some() || stale(&known).is_some() {
            self.wanted.put(id, if streams || self.ledger.is_limited() { PAUSE } else { Duration::ZERO });
        }
    }

    /// Looks after reactions for as long as it is polled.
    pub(crate) async fn keep_reactions(&self) {
        let at_once = if self.ledger.is_limited() { 1 } else { AT_ONCE };
        let mut working = FuturesUnordered::new();
        loop {
            let next = if working.len() < at_once { self.wanted.next(|id| self.rank(id)) } else { Err(None) };
            let at = match next {
                Ok(id) => match self.opens_for(&id) {
                    Some(at) if at > Instant::now() => {
                        // Others may be more urgent by then.
                        self.wanted.not_yet(&id);
                        Some(at)
                    }
                    _ => {
                        working.push(self.work(id));
                        continue;
                    }
                },
                Err(at) => at,
            };
            let until = at.unwrap_or_else(|| Instant::now() + Duration::from_mins(1));
            tokio::select! {
                Some(()) = working.next() => {}
                () = self.wanted.changed.notified() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    /// First those that have none yet.
    fn rank(&self, id: &EventId) -> u32 {
        u32::from(self.ours.get(id).is_some_and(|message| !message.placed.is_empty()))
    }

    /// When the budget has one for it beside those of texts.
    fn opens_for(&self, id: &EventId) -> Option<Instant> {
        let message = self.ours.get(id)?;
        Some(self.ledger.opens(if message.placed.is_empty() { LEFT_BY_FIRST } else { LEFT_BY_OTHERS }))
    }

    async fn work(&self, id: OwnedEventId) {
        let wait = match self.step(&id).await {
            Ok(Step::More) => return self.wanted.goes_on(&id),
            Ok(Step::Done) => return self.wanted.done(&id),
            Err(PlatformError::RateLimited { retry_after }) => retry_after,
            Err(PlatformError::Unavailable(_)) => Duration::ZERO,
            Err(error) => {
                tracing::debug!(%error, "some reactions are not there; people can put them there themselves");
                return self.wanted.done(&id);
            }
        };
        if !self.wanted.failed(&id, wait) {
            tracing::warn!("some reactions are not there; people can put them there themselves");
        }
    }

    /// Takes one away that does nothing any more, or puts one that is missing.
    async fn step(&self, id: &EventId) -> Result<Step, PlatformError> {
        let Some(message) = self.ours.get(id).filter(|message| !message.is_gone) else { return Ok(Step::Done) };
        let room = self.room(&message.spot).await?;
        // Where each event counts, what is stale may stay: it says itself that it does nothing.
        if let Some((key, reaction)) = stale(&message).filter(|_| !self.ledger.is_limited()) {
            if let Some(reaction) = reaction {
                match self.redact_beside(&room, reaction).await {
                    Ok(()) | Err(PlatformError::Gone) => {}
                    Err(error) => return Err(error),
                }
            }
            self.ours.change(id, |message| message.placed.retain(|(placed, _)| *placed != key));
            return Ok(Step::More);
        }
        let Some(key) = missing(&message) else { return Ok(Step::Done) };
        let placed = self.react(&room, id, &key).await?;
        self.ours.change(id, |message| message.placed.push((key, placed)));
        Ok(Step::More)
    }

    async fn react(&self, room: &Room, id: &EventId, key: &str) -> Result<Option<OwnedEventId>, PlatformError> {
        let content = json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": id, "key": key } });
        match self.put_beside(room, "m.reaction", content, TransactionId::new()).await {
            Ok(sent) => {
                self.ledger.beside();
                Ok(Some(sent))
            }
            // It stands there, from before a restart.
            Err(PlatformError::Rejected(why)) if why.contains("DUPLICATE") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The next reaction that is not there yet.
fn missing(message: &Message) -> Option<String> {
    let is_placed = |key: &str| message.placed.iter().any(|(placed, _)| placed == key);
    message.buttons.iter().map(|(key, _)| key).find(|key| !is_placed(key)).cloned()
}

/// One that is there and does nothing any more.
fn stale(message: &Message) -> Option<(String, Option<OwnedEventId>)> {
    let is_wanted = |key: &String| message.buttons.iter().any(|(wanted, _)| wanted == key);
    message.placed.iter().find(|(key, _)| !is_wanted(key)).cloned()
}
