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

/// The result of checking a part, in no language yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The checked part, such as `intents` or `channel 42`.
    pub part: String,
    /// The health.
    pub state: PartState,
    /// The measured fact, as a sentence.
    pub fact: Text,
    /// The recommended action, if any is needed.
    pub remedy: Option<Text>,
}

impl Finding {
    /// A part that works.
    pub fn good(part: impl Into<String>, fact: Text) -> Self {
        Self { part: part.into(), state: PartState::Ok, fact, remedy: None }
    }

    /// A part that needs an action.
    pub fn poor(part: impl Into<String>, state: PartState, fact: Text, remedy: Text) -> Self {
        Self { part: part.into(), state, fact, remedy: Some(remedy) }
    }

    /// Renders it in a language, with the part named as one of `whole`, such as `discord intents`.
    pub fn check(self, whole: &str, locale: Locale) -> Check {
        Check {
            part: format!("{whole} {}", self.part),
            state: self.state,
            fact: self.fact.render(locale),
            remedy: self.remedy.map(|remedy| remedy.render(locale)).unwrap_or_default(),
        }
    }
}

/// Looks at every part.
#[async_trait]
pub trait Checkup: Send + Sync {
    /// Checks all parts concurrently, in a language. Each is given a few seconds at most: however many of them are
    /// down, this takes no longer.
    async fn checks(&self, locale: Locale) -> Vec<Check>;
}
