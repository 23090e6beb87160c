//! Threads that we take part in: what is said there needs no mention.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use matrix_sdk::Room;
use matrix_sdk::ruma::{EventId, OwnedEventId};
use serde_json::Value;

use crate::Matrix;
use crate::event::json_of;

/// Threads remembered, the latest.
const REMEMBERED: usize = 2_048;

/// What is known of threads.
#[derive(Debug, Default)]
pub(crate) struct Threads(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    ours: HashMap<OwnedEventId, bool>,
    order: VecDeque<OwnedEventId>,
}

impl Threads {
    /// We have been asked something there.
    pub(crate) fn is_ours(&self, root: &EventId) {
        self.learn(root, true);
    }

    fn learn(&self, root: &EventId, is_ours: bool) {
        let mut known = self.known();
        if known.ours.insert(root.to_owned(), is_ours).is_none() {
            known.order.push_back(root.to_owned());
            if known.order.len() > REMEMBERED
                && let Some(oldest) = known.order.pop_front()
            {
                known.ours.remove(&oldest);
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Matrix {
    /// Whether a message goes on with what was asked in its thread, and calls nobody else.
    pub(crate) async fn goes_on(&self, room: &Room, thread: Option<&OwnedEventId>, content: &Value) -> bool {
        let calls_somebody = content["m.mentions"]["user_ids"].as_array().is_some_and(|users| !users.is_empty());
        let Some(root) = thread.filter(|_| !calls_somebody) else { return false };
        let known = self.threads.known().ours.get(root).copied();
        if let Some(is_ours) = known {
            return is_ours;
        }
        // As after a restart: the server knows where we have taken part.
        match room.event(root, None).await {
            Ok(event) => {
                let thread = &json_of(&event)["unsigned"]["m.relations"]["m.thread"];
                let is_ours = thread["current_user_participated"] == true;
                self.threads.learn(root, is_ours);
                is_ours
            }
            Err(error) => {
                tracing::warn!(%error, "a thread cannot be looked at");
                false
            }
        }
    }
}
