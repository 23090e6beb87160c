//! Interactions that can still be answered: Discord accepts the first answer within three seconds, and more for a
//! quarter of an hour (<https://discord.com/developers/docs/interactions/receiving-and-responding>).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::domain::Locale;
use tokio::time::Instant;

/// The time in which Discord accepts a first answer.
const FIRST: Duration = Duration::from_secs(3);

/// The time for which an interaction's token is used: a little less than Discord allows.
const LIFETIME: Duration = Duration::from_mins(14);

/// An interaction that may still be answered.
pub(crate) struct PendingInteraction {
    /// The id that Discord gave it.
    pub(crate) id: u64,
    /// The token that authorizes answers to it. A secret.
    pub(crate) token: String,
    /// The id of the person who acted.
    pub(crate) user: u64,
    /// The language of their client.
    pub(crate) locale: Locale,
    since: Instant,
    /// The state of the answer. Its lock is held while Discord is told more.
    pub(crate) state: tokio::sync::Mutex<ResponseState>,
}

/// The state of the answer to an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseState {
    /// Not acknowledged: after three seconds the client will show that we failed.
    Pending,
    /// Acknowledged as thinking, which only that person sees until the answer replaces it.
    Deferred,
    /// Acknowledged without a visible effect, or answered.
    Acknowledged,
    /// Not accepted by Discord: nothing more can be answered.
    Failed,
}

impl PendingInteraction {
    /// Checks whether its token can still be used.
    pub(crate) fn is_fresh(&self) -> bool {
        self.since.elapsed() < LIFETIME
    }

    /// Checks whether Discord will still accept a first answer after a pause.
    pub(crate) fn takes_a_first_answer_in(&self, pause: Duration) -> bool {
        self.since.elapsed() + pause < FIRST
    }
}

/// The interactions of the last quarter of an hour. They are not persisted: what is shown in answer to them also ends
/// with the program.
#[derive(Default)]
pub(crate) struct Interactions(Mutex<HashMap<u64, Arc<PendingInteraction>>>);

impl Interactions {
    /// Adds an interaction; `None` if Discord reported it before.
    pub(crate) fn insert(&self, id: u64, token: &str, user: u64, locale: Locale) -> Option<Arc<PendingInteraction>> {
        let (token, state) = (token.to_owned(), tokio::sync::Mutex::new(ResponseState::Pending));
        let opened = Arc::new(PendingInteraction { id, token, user, locale, since: Instant::now(), state });
        let mut all = self.0.lock();
        all.retain(|_, opened| opened.is_fresh());
        if all.contains_key(&id) {
            return None;
        }
        all.insert(id, Arc::clone(&opened));
        Some(opened)
    }

    /// Returns the interaction of that id while it can be answered.
    pub(crate) fn get(&self, id: u64) -> Option<Arc<PendingInteraction>> {
        self.0.lock().get(&id).filter(|opened| opened.is_fresh()).cloned()
    }

    /// Returns the interactions of a user, the latest first.
    pub(crate) fn of(&self, user: u64) -> Vec<Arc<PendingInteraction>> {
        let all = self.0.lock();
        let mut theirs: Vec<_> =
            all.values().filter(|opened| opened.user == user && opened.is_fresh()).cloned().collect();
        theirs.sort_unstable_by_key(|opened| std::cmp::Reverse((opened.since, opened.id)));
        theirs
    }
}

/// Chooses Pstral's language for a client with this language tag.
pub(crate) fn locale(tag: &str) -> Locale {
    if tag.starts_with("fr") { Locale::Fr } else { Locale::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_interaction_is_forgotten_before_discord_forgets_it() {
        let interactions = Interactions::default();
        interactions.insert(1, "a", 7, Locale::Fr);
        tokio::time::advance(Duration::from_secs(1)).await;
        interactions.insert(2, "b", 7, locale("en-GB"));
        interactions.insert(3, "c", 8, Locale::Fr);
        assert_eq!(interactions.of(7).iter().map(|opened| opened.id).collect::<Vec<_>>(), [2, 1]);
        assert!(interactions.get(1).is_some() && interactions.of(9).is_empty());
        tokio::time::advance(LIFETIME).await;
        assert!(interactions.get(2).is_none() && interactions.of(8).is_empty());
        interactions.insert(4, "d", 9, Locale::Fr);
        assert!(interactions.insert(4, "e", 9, Locale::Fr).is_none(), "it comes twice");
        assert_eq!(interactions.0.lock().len(), 1, "what is over takes no memory");
    }
}
