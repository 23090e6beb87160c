//! Reactions of our own, which stand below a message for people to press. They come after texts, and never in their way.

use matrix_sdk::Room;
use matrix_sdk::ruma::{EventId, OwnedEventId, TransactionId};
use pstral_core::domain::{Outgoing, OutgoingState};
use pstral_core::ports::PlatformError;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::Matrix;
use crate::ours::Message;

/// How often one is tried.
const TRIES: usize = 4;
/// How much of a limited budget, in tenths, the first reaction of a message leaves for texts, and the others.
const LEFT_BY_FIRST: u32 = 6;
const LEFT_BY_OTHERS: u32 = 9;

/// Messages whose reactions are to be looked after.
pub(crate) struct Wanted {
    put: UnboundedSender<OwnedEventId>,
    taken: tokio::sync::Mutex<UnboundedReceiver<OwnedEventId>>,
}

impl Default for Wanted {
    fn default() -> Self {
        let (put, taken) = unbounded_channel();
        Self { put, taken: tokio::sync::Mutex::new(taken) }
    }
}

impl Matrix {
    /// Has the reactions below a message be what its buttons are, in a while. While it is being written a limited budget
    /// belongs to its text: the legend tells what people can put there themselves.
    pub(crate) fn want_reactions(&self, id: &EventId, message: &Outgoing) {
        let is_spared = self.ledger.is_limited() && message.state == OutgoingState::Streaming;
        let Some(known) = self.ours.get(id).filter(|_| !is_spared) else { return };
        if known.buttons.iter().map(|(key, _)| key).ne(known.placed.iter().map(|(key, _)| key)) {
            // It is there as long as we are.
            let _ = self.wanted.put.send(id.to_owned());
        }
    }

    /// Looks after reactions for as long as it is polled.
    pub(crate) async fn keep_reactions(&self) {
        let mut taken = self.wanted.taken.lock().await;
        while let Some(id) = taken.recv().await {
            if let Err(error) = self.settle_reactions(&id).await {
                tracing::debug!(%error, "some reactions are not there; people can put them there themselves");
            }
        }
    }

    /// Takes away what does nothing any more, then puts what is missing, looking anew before each.
    async fn settle_reactions(&self, id: &EventId) -> Result<(), PlatformError> {
        let Some(message) = self.ours.get(id) else { return Ok(()) };
        let room = self.room(&message.spot).await?;
        while let Some(message) = self.ours.get(id).filter(|message| !message.is_gone) {
            let stale = message.placed.iter().find(|(key, _)| !message.buttons.iter().any(|(wanted, _)| wanted == key));
            // Where each event counts, what is stale may stay: it says itself that it does nothing.
            if let Some((key, reaction)) = stale.filter(|_| !self.ledger.is_limited()).cloned() {
                if let Some(reaction) = reaction {
                    self.redact(&message.spot, &room, reaction).await?;
                }
                self.ours.change(id, |message| message.placed.retain(|(placed, _)| *placed != key));
                continue;
            }
            let Some(key) = missing(&message) else { break };
            let left = if message.placed.is_empty() { LEFT_BY_FIRST } else { LEFT_BY_OTHERS };
            self.ledger.spare(left).await;
            if self.ours.get(id).is_some_and(|message| missing(&message).as_ref() == Some(&key)) {
                let placed = self.react(&room, &message, id, &key).await?;
                self.ours.change(id, |message| message.placed.push((key, placed)));
            }
        }
        Ok(())
    }

    async fn react(
        &self,
        room: &Room,
        message: &Message,
        id: &EventId,
        key: &str,
    ) -> Result<Option<OwnedEventId>, PlatformError> {
        let content = json!({ "m.relates_to": { "rel_type": "m.annotation", "event_id": id, "key": key } });
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let sent = self.put(&message.spot, room, "m.reaction", content.clone(), TransactionId::new()).await;
            match sent {
                Ok(sent) => {
                    self.ledger.beside();
                    return Ok(Some(sent));
                }
                Err(PlatformError::RateLimited { .. }) if tries > 0 => self.ledger.spare(LEFT_BY_FIRST).await,
                // It stands there, from before a restart.
                Err(PlatformError::Rejected(why)) if why.contains("DUPLICATE") => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The next reaction that is not there yet.
fn missing(message: &Message) -> Option<String> {
    let is_placed = |key: &str| message.placed.iter().any(|(placed, _)| placed == key);
    message.buttons.iter().map(|(key, _)| key).find(|key| !is_placed(key)).cloned()
}
