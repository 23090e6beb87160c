//! How everything is that a Pstral is made of.

use async_trait::async_trait;
use serde::Serialize;

use crate::domain::Locale;
use crate::text::{Text, text};

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PartState {
    /// It works.
    Ok,
    /// Pstral works without it, but less well.
    Degraded,
    /// What needs it does not work.
    Failed,
}

impl PartState {
    /// The word for people.
    pub fn text(self) -> Text {
        match self {
            Self::Ok => text("state-ok"),
            Self::Degraded => text("state-degraded"),
            Self::Failed => text("state-failed"),
        }
    }
}

/// What was found of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Such as `state`, `model`, of several `model gpu.intern:8000`, `target crm`, `platform terminal`.
    pub part: String,
    /// How it is.
    pub state: PartState,
    /// What was measured.
    pub fact: String,
    /// What to do; empty where there is nothing to do.
    pub remedy: String,
}

/// Looks at every part.
#[async_trait]
pub trait Checkup: Send + Sync {
    /// What is found of each, in a language. Parts are looked at together, and one that says nothing is waited for some
    /// seconds at most: however many of them are dead, this takes no longer.
    async fn checks(&self, locale: Locale) -> Vec<Check>;
}
