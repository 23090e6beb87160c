//! The health of the parts of a Pstral.

use async_trait::async_trait;
use serde::Serialize;

use crate::domain::Locale;
use crate::text::{Text, text};

/// The health of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PartState {
    /// It works.
    Ok,
    /// It is down, and Pstral works with restrictions.
    Degraded,
    /// It is down, and so are the features that need it.
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

/// The result of checking a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Such as `state`, `model`, of several `model gpu.intern:8000`, `target crm`, `platform terminal`.
    pub part: String,
    /// The health.
    pub state: PartState,
    /// The measured fact.
    pub fact: String,
    /// The recommended action; empty if none is needed.
    pub remedy: String,
}

/// Looks at every part.
#[async_trait]
pub trait Checkup: Send + Sync {
    /// Checks all parts concurrently, in a language. Each is given a few seconds at most: however many of them are
    /// down, this takes no longer.
    async fn checks(&self, locale: Locale) -> Vec<Check>;
}
