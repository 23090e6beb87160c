//! Names for messages: one that is sent again because nobody knows whether it arrived is not shown twice.
//!
//! Discord gives back the message it has when another of the same name comes within a few minutes (`enforce_nonce`,
//! <https://discord.com/developers/docs/resources/message#create-message>). Two messages that happen to say the same are two:
//! only what was left in doubt gives its name to the next one like it.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

/// How long Discord is relied on to know a name.
const KNOWN: Duration = Duration::from_mins(2);

/// The names that are in doubt.
#[derive(Clone)]
pub(crate) struct Nonces {
    /// What differs from run to run.
    run: u64,
    given: Arc<AtomicU64>,
    hasher: RandomState,
    doubtful: Arc<Mutex<HashMap<u64, (String, Instant)>>>,
}

/// The name of a message that is being sent. Dropped without a word, it is left in doubt.
pub(crate) struct Nonce {
    nonces: Nonces,
    what: u64,
    /// The name.
    pub(crate) name: String,
    is_known: bool,
}

impl Nonces {
    pub(crate) fn new() -> Self {
        let hasher = RandomState::new();
        Self { run: hasher.hash_one("run"), given: Arc::default(), hasher, doubtful: Arc::default() }
    }

    /// A name for a message to a place: that of the last one like it that is in doubt, or a new one.
    pub(crate) fn name(&self, place: &str, message: &Value) -> Nonce {
        let mut hasher = self.hasher.build_hasher();
        (place, message.to_string()).hash(&mut hasher);
        let what = hasher.finish();
        let mut doubtful = self.doubtful();
        doubtful.retain(|_, (_, since)| since.elapsed() < KNOWN);
        let name = doubtful.remove(&what).map(|(name, _)| name);
        drop(doubtful);
        let new = || format!("{:016x}{:x}", self.run, self.given.fetch_add(1, Ordering::Relaxed) % 0x1000_0000);
        Nonce { nonces: self.clone(), what, name: name.unwrap_or_else(new), is_known: false }
    }

    fn doubtful(&self) -> MutexGuard<'_, HashMap<u64, (String, Instant)>> {
        self.doubtful.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nonce {
    /// It is known what became of the message.
    pub(crate) fn settled(mut self) {
        self.is_known = true;
    }
}

impl Drop for Nonce {
    fn drop(&mut self) {
        if !self.is_known {
            self.nonces.doubtful().insert(self.what, (std::mem::take(&mut self.name), Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_what_is_in_doubt_is_sent_by_the_same_name() {
        let nonces = Nonces::new();
        let message = json!({ "content": "Voici" });
        let first = nonces.name("7", &message);
        let (name, meanwhile) = (first.name.clone(), nonces.name("7", &message));
        assert!(name.len() <= 25);
        assert_ne!(meanwhile.name, name, "two at once are two");
        meanwhile.settled();
        drop(first);
        assert_ne!(nonces.name("8", &message).name, name, "in another place");
        let again = nonces.name("7", &message);
        assert_eq!(again.name, name);
        again.settled();
        let next = nonces.name("7", &message);
        assert_ne!(next.name, name);
        let late = next.name.clone();
        drop(next);
        tokio::time::advance(KNOWN).await;
        assert_ne!(nonces.name("7", &message).name, late, "Discord has forgotten it");
    }
}
