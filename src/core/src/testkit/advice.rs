//! Advice to a platform as a test wants it.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::domain::{Actor, Place, PlatformName, Suggested};
use crate::ports::{Advice, Suggestion};

/// Advice to a platform: everybody may ask, and nothing was run, until a test says otherwise.
#[derive(Debug, Default)]
pub struct Advised {
    /// Nobody may ask anything.
    pub unknown: AtomicBool,
    /// Something was run of every question.
    pub ran: AtomicBool,
}

#[async_trait]
impl Advice for Advised {
    async fn suggestions(&self, _: &Actor, _: Suggested) -> Vec<Suggestion> {
        Vec::new()
    }

    async fn may_ask(&self, _: &Actor, _: &Place) -> bool {
        !self.unknown.load(Ordering::Relaxed)
    }

    async fn was_run(&self, _: &PlatformName, _: &str) -> bool {
        self.ran.load(Ordering::Relaxed)
    }
}
