//! Time-limited calls to the [`Advice`] of core: Discord waits only three seconds for a first answer.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pstral_core::domain::Suggested;
use pstral_core::domain::{Actor, Place};
use pstral_core::ports::{Advice, Suggestion};

use crate::place::platform;

/// The time-out of one call to the [`Advice`].
const ADVICE_TIMEOUT: Duration = Duration::from_secs(2);

/// The [`Advice`] to consult, once it has been set. Nothing is allowed when it does not answer in time.
#[derive(Default)]
pub(crate) struct TimedAdvice(OnceLock<Arc<dyn Advice>>);

impl TimedAdvice {
    pub(crate) fn set(&self, advice: Arc<dyn Advice>) {
        let _ = self.0.set(advice);
    }

    /// Returns the suggestions for an actor; none when there is no advice yet or it does not answer in time.
    pub(crate) async fn suggestions(&self, actor: &Actor, suggested: Suggested) -> Vec<Suggestion> {
        let Some(advice) = self.0.get() else { return Vec::new() };
        tokio::time::timeout(ADVICE_TIMEOUT, advice.suggestions(actor, suggested)).await.unwrap_or_default()
    }

    /// Checks whether the actor's question may be shown in a place before it is answered; `false` on a time-out.
    pub(crate) async fn may_ask(&self, actor: &Actor, place: &Place) -> bool {
        let Some(advice) = self.0.get() else { return false };
        tokio::time::timeout(ADVICE_TIMEOUT, advice.may_ask(actor, place)).await.unwrap_or(false)
    }

    /// Checks whether a statement was run for the question of an event; `true` on a time-out, the safe assumption.
    pub(crate) async fn was_run(&self, event: &str) -> bool {
        let Some(advice) = self.0.get() else { return true };
        tokio::time::timeout(ADVICE_TIMEOUT, advice.was_run(&platform(), event)).await.unwrap_or(true)
    }
}
