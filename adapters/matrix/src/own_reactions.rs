//! Our own reactions below messages, for people to press. They are placed after texts and never delay them.

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
use crate::writing::{put, redact};

/// The share of a limited budget, in tenths, that the first reaction of a message leaves for texts, and that further
/// ones leave.
const LEFT_BY_FIRST: u32 = 5;
pub(crate) const LEFT_BY_OTHERS: u32 = 8;
/// The number of messages handled at the same time when the rate is not limited.
const MAX_CONCURRENT: usize = 3;
/// Time after which a growing message gets a reaction that stops it: most have ended by then and need none. When the
/// rate is limited, the time that other answers have to end first.
const PAUSE: Duration = Duration::from_secs(2);

/// The result of one step.
enum Step {
    /// A step was made, and there may be more to do.
    More,
    Done,
}

impl Matrix {
    /// Schedules the reactions below a message to match its buttons. While it is being written, a limited budget is
    /// reserved for its text: the legend tells what people can react with themselves.
    pub(crate) fn want_reactions(&self, id: &EventId, message: &Outgoing) {
        let streams = message.state == OutgoingState::Streaming;
        let is_spared = self.rate_budget.is_limited() && streams;
        let Some(known) = self.own_messages.get(id).filter(|_| !is_spared) else { return };
        if missing(&known).is_some() || stale(&known).is_some() {
            self.reaction_queue.put(id, if streams || self.rate_budget.is_limited() { PAUSE } else { Duration::ZERO });
        }
    }

    /// Maintains reactions for as long as the future is polled.
    pub(crate) async fn keep_reactions(&self) {
        let at_once = if self.rate_budget.is_limited() { 1 } else { MAX_CONCURRENT };
        let mut working = FuturesUnordered::new();
        loop {
            let next = if working.len() < at_once { self.reaction_queue.next(|id| self.rank(id)) } else { Err(None) };
            let at = match next {
                Ok(id) => match self.opens_for(&id) {
                    Some(at) if at > Instant::now() => {
                        // Others may be more urgent by then.
                        self.reaction_queue.release(&id);
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
                () = self.reaction_queue.changed.notified() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    /// Ranks messages without any reaction first.
    fn rank(&self, id: &EventId) -> u32 {
        u32::from(self.own_messages.get(id).is_some_and(|message| !message.placed.is_empty()))
    }

    /// Returns the time at which the budget allows its next reaction beside texts.
    fn opens_for(&self, id: &EventId) -> Option<Instant> {
        let message = self.own_messages.get(id)?;
        Some(self.rate_budget.opens(if message.placed.is_empty() { LEFT_BY_FIRST } else { LEFT_BY_OTHERS }))
    }

    async fn work(&self, id: OwnedEventId) {
        let wait = match self.step(&id).await {
            Ok(Step::More) => return self.reaction_queue.requeue(&id),
            Ok(Step::Done) => return self.reaction_queue.done(&id),
            Err(PlatformError::RateLimited { retry_after }) => retry_after,
            Err(PlatformError::Unavailable(_)) => Duration::ZERO,
            Err(error) => {
                tracing::debug!(%error, event = %id, "some reactions could not be added; people can add them themselves");
                return self.reaction_queue.done(&id);
            }
        };
        if !self.reaction_queue.failed(&id, wait) {
            tracing::warn!(event = %id, "some reactions could not be added; people can add them themselves");
        }
    }

    /// Removes an obsolete reaction, or places a missing one.
    async fn step(&self, id: &EventId) -> Result<Step, PlatformError> {
        let Some(message) = self.own_messages.get(id).filter(|message| !message.is_gone) else { return Ok(Step::Done) };
        let room = self.room(&message.spot).await?;
        // Where each event counts, what is stale may stay: it says itself that it does nothing.
        if let Some((key, reaction)) = stale(&message).filter(|_| !self.rate_budget.is_limited()) {
            if let Some(reaction) = reaction {
                match self.write(None, redact(room.clone(), reaction)).await {
                    Ok(()) | Err(PlatformError::Gone) => {}
                    Err(error) => return Err(error),
                }
            }
            self.own_messages.change(id, |message| message.placed.retain(|(placed, _)| *placed != key));
            return Ok(Step::More);
        }
        let Some(key) = missing(&message) else { return Ok(Step::Done) };
        let placed = self.react(&room, id, &key).await?;
        self.own_messages.change(id, |message| message.placed.push((key, placed)));
        Ok(Step::More)
    }

    async fn react(&self, room: &Room, id: &EventId, key: &str) -> Result<Option<OwnedEventId>, PlatformError> {
        let content = json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": id, "key": key } });
        match self.write(None, put(room.clone(), "m.reaction", content, TransactionId::new())).await {
            Ok(sent) => {
                self.rate_budget.beside();
                Ok(Some(sent))
            }
            // It stands there, from before a restart.
            Err(PlatformError::Rejected(why)) if why.contains("DUPLICATE") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Returns the next reaction that is not placed yet.
fn missing(message: &Message) -> Option<String> {
    let is_placed = |key: &str| message.placed.iter().any(|(placed, _)| placed == key);
    message.buttons.iter().map(|(key, _)| key).find(|key| !is_placed(key)).cloned()
}

/// Returns a placed reaction that has no effect any more.
fn stale(message: &Message) -> Option<(String, Option<OwnedEventId>)> {
    let is_wanted = |key: &String| message.buttons.iter().any(|(wanted, _)| wanted == key);
    message.placed.iter().find(|(key, _)| !is_wanted(key)).cloned()
}
