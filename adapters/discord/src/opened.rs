//! Interactions that can still be answered: Discord takes an answer for a quarter of an hour, the first one within three
//! seconds (<https://discord.com/developers/docs/interactions/receiving-and-responding>).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pstral_core::domain::Locale;
use tokio::time::Instant;

/// The time in which Discord takes a first answer.
const FIRST: Duration = Duration::from_secs(3);

/// How long the token of an interaction is relied on: a little less than Discord says.
const LIFETIME: Duration = Duration::from_mins(14);

/// An interaction.
pub(crate) struct Opened {
    /// Discord's id of it.
    pub(crate) id: u64,
    /// What lets us answer it. A secret.
    pub(crate) token: String,
    /// Who acted.
    pub(crate) user: u64,
    /// The language of their client.
    pub(crate) locale: Locale,
    since: Instant,
    /// What Discord was told so far. Held while it is told more.
    pub(crate) told: tokio::sync::Mutex<Told>,
}

/// What Discord was told of an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Nothing: after three seconds it will say that we failed.
    Nothing,
    /// That we think: to that person alone it shows so, until the first answer takes its place.
    Thinking,
    /// That we have heard it, or what we have answered.
    Heard,
    /// It did not take it: nothing more can be said.
    Lost,
}

impl Opened {
    /// Whether it can still be answered.
    pub(crate) fn is_fresh(&self) -> bool {
        self.since.elapsed() < LIFETIME
    }

    /// Says that Discord still takes a first answer after a pause.
    pub(crate) fn takes_a_first_answer_in(&self, pause: Duration) -> bool {
        self.since.elapsed() + pause < FIRST
    }
}

/// The interactions of the last quarter of an hour. They end with the program, as what is shown in answer to them ends
/// for those who read it.
#[derive(Default)]
pub(crate) struct Interactions(Mutex<HashMap<u64, Arc<Opened>>>);

impl Interactions {
    /// A new one; `None` where Discord told of it before.
    pub(crate) fn open(&self, id: u64, token: &str, user: u64, locale: Locale) -> Option<Arc<Opened>> {
        let (token, told) = (token.to_owned(), tokio::sync::Mutex::new(Told::Nothing));
        let opened = Arc::new(Opened { id, token, user, locale, since: Instant::now(), told });
        let mut all = self.all();
        all.retain(|_, opened| opened.is_fresh());
        if all.contains_key(&id) {
            return None;
        }
        all.insert(id, Arc::clone(&opened));
        Some(opened)
    }

    /// The one of that id, while it can be answered.
    pub(crate) fn get(&self, id: u64) -> Option<Arc<Opened>> {
        self.all().get(&id).filter(|opened| opened.is_fresh()).cloned()
    }

    /// Somebody's, the latest first.
    pub(crate) fn of(&self, user: u64) -> Vec<Arc<Opened>> {
        let all = self.all();
        let mut theirs: Vec<_> =
            all.values().filter(|opened| opened.user == user && opened.is_fresh()).cloned().collect();
        theirs.sort_unstable_by_key(|opened| std::cmp::Reverse((opened.since, opened.id)));
        theirs
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, Arc<Opened>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The language that Pstral speaks to somebody whose client is in this one.
pub(crate) fn locale(tag: &str) -> Locale {
    if tag.starts_with("fr") { Locale::Fr } else { Locale::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_interaction_is_forgotten_before_discord_forgets_it() {
        let interactions = Interactions::default();
        interactions.open(1, "a", 7, Locale::Fr);
        tokio::time::advance(Duration::from_secs(1)).await;
        interactions.open(2, "b", 7, locale("en-GB"));
        interactions.open(3, "c", 8, Locale::Fr);
        assert_eq!(interactions.of(7).iter().map(|opened| opened.id).collect::<Vec<_>>(), [2, 1]);
        assert!(interactions.get(1).is_some() && interactions.of(9).is_empty());
        tokio::time::advance(LIFETIME).await;
        assert!(interactions.get(2).is_none() && interactions.of(8).is_empty());
        interactions.open(4, "d", 9, Locale::Fr);
        assert!(interactions.open(4, "e", 9, Locale::Fr).is_none(), "it comes twice");
        assert_eq!(interactions.all().len(), 1, "what is over takes no memory");
    }
}
