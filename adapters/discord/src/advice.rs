//! Whom to ask before something is handed over, and how long: Discord waits three seconds for a first answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pstral_core::domain::Suggested;
use pstral_core::domain::{Actor, Place};
use pstral_core::ports::{Advice, Suggestion};

use crate::place::platform;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where to ask, once somebody says. Where nobody answers in time, nobody may do anything.
#[derive(Default)]
pub(crate) struct TimedAdvice(Mutex<Option<Arc<dyn Advice>>>);

impl TimedAdvice {
    pub(crate) fn set(&self, advice: Arc<dyn Advice>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(advice);
    }

    /// What may be suggested to somebody.
    pub(crate) async fn suggestions(&self, actor: &Actor, suggested: Suggested) -> Vec<Suggestion> {
        let Some(advice) = self.get() else { return Vec::new() };
        tokio::time::timeout(PATIENCE, advice.suggestions(actor, suggested)).await.unwrap_or_default()
    }

    /// Whether what somebody asks may be shown in a place before it is answered.
    pub(crate) async fn may_ask(&self, actor: &Actor, place: &Place) -> bool {
        let Some(advice) = self.get() else { return false };
        tokio::time::timeout(PATIENCE, advice.may_ask(actor, place)).await.unwrap_or(false)
    }

    /// Whether something was run of what an event asked.
    pub(crate) async fn was_run(&self, event: &str) -> bool {
        let Some(advice) = self.get() else { return true };
        tokio::time::timeout(PATIENCE, advice.was_run(&platform(), event)).await.unwrap_or(true)
    }

    fn get(&self) -> Option<Arc<dyn Advice>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
