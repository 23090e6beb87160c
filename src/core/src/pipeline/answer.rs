//! An answer of the model, and the end of its message.

use std::sync::Arc;

use crate::domain::{AuditStatus, Button, Locale, Turn, TurnId, TurnState};
use crate::egress::{LiveMessage, Streamed};
use crate::outbox::buttons::{continue_button, retry_button};
use crate::ports::FinishReason;
use crate::text::{Text, text};

/// An answer that was at least begun.
pub(crate) struct Answer {
    pub(crate) live: LiveMessage,
    pub(crate) turn: TurnId,
    pub(crate) ended: Streamed,
    pub(crate) duration_ms: i64,
    pub(crate) prompt_hash: String,
    /// The spaces it began with, which are not shown.
    pub(crate) spaces: String,
    /// The earlier, cut answer that this one continues.
    pub(crate) before: Option<Continued>,
    /// An earlier text that stands in place of the last, where that came to nothing.
    stands: Option<String>,
}

/// A cut answer that is being continued.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Continued {
    /// The turn that was cut.
    pub(crate) cut: TurnId,
    /// The turn of the original question.
    pub(crate) asked: Turn,
    /// The target that was chosen for it, or for the question it answers.
    pub(crate) target: Option<String>,
    /// Everything said so far, in all its parts.
    pub(crate) said: String,
}

/// The words of an answer with how they ended.
pub(crate) struct Said {
    text: String,
    ended: Streamed,
    spaces: String,
}

impl Answer {
    /// An answer that ended like this, in the message and the turn that were begun for it.
    pub(crate) fn new(
        (live, turn): (LiveMessage, TurnId),
        (ended, spaces): (Streamed, String),
        duration_ms: i64,
        prompt_hash: String,
    ) -> Self {
        Self { live, turn, ended, duration_ms, prompt_hash, spaces, before: None, stands: None }
    }

    /// The model's text as it stands.
    pub(crate) fn text(&self) -> &str {
        self.stands.as_deref().unwrap_or_else(|| self.live.text())
    }

    /// The answer as it stands now, to be taken up again.
    pub(crate) fn said(&self) -> Said {
        Said { text: self.text().to_owned(), ended: self.ended.clone(), spaces: self.spaces.clone() }
    }

    /// Lets earlier words stand in place of the last ones, which may still tell how it ended.
    pub(crate) fn let_stand(&mut self, earlier: Said) {
        self.stands = Some(earlier.text);
    }

    /// Takes up earlier words as if nothing had been said since.
    pub(crate) fn take_up(&mut self, earlier: Said) {
        (self.ended, self.spaces) = (earlier.ended, earlier.spaces);
        self.stands = Some(earlier.text);
    }

    /// The tokens of the prompt, as the server counted them.
    pub(crate) fn prompt_tokens(&self) -> Option<u64> {
        match &self.ended {
            Streamed::Whole(stats) => stats.prompt_tokens,
            Streamed::Stopped | Streamed::TooLong | Streamed::TooSlow | Streamed::Failed(_) => None,
        }
    }

    /// The text to be stored, joined to the words before it if it continues an answer.
    pub(crate) fn written(&self) -> Arc<String> {
        match (&self.before, &self.stands) {
            (None, None) => self.live.shared_text(),
            (None, Some(stands)) => Arc::new(stands.clone()),
            (Some(_), _) => Arc::new(format!("{}{}", self.spaces, self.text())),
        }
    }

    /// True if the model finished: only then is a statement in the text offered.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(&self.ended, Streamed::Whole(stats) if stats.finish == FinishReason::Stop)
    }

    /// True if the answer was cut before its end and can be continued.
    pub(crate) fn is_cut(&self) -> bool {
        self.ending().0 == TurnState::Complete && !self.is_whole() && !self.text().trim().is_empty()
    }

    /// True if the model failed or said nothing.
    pub(crate) fn failed(&self) -> bool {
        self.ending().0 == TurnState::Failed
    }

    /// Tries once more what failed.
    pub(crate) fn again(&self, locale: Locale) -> Button {
        match &self.before {
            Some(before) => continue_button(before.cut, locale),
            None => retry_button(self.turn, locale),
        }
    }

    /// The error that ended the answer, if any.
    pub(crate) fn error(&self) -> Option<String> {
        match &self.ended {
            Streamed::Failed(error) => Some(error.to_string()),
            Streamed::Whole(_) | Streamed::Stopped | Streamed::TooLong | Streamed::TooSlow => None,
        }
    }

    /// The ending for the turn, the audit and the person.
    pub(crate) fn ending(&self) -> (TurnState, AuditStatus, Option<Text>) {
        match &self.ended {
            // First: what was all thought has no rest to go on with, however it ended.
            Streamed::Whole(_) | Streamed::TooLong | Streamed::TooSlow if self.text().trim().is_empty() => {
                let why = if self.live.is_only_thought() { "answer-only-thought" } else { "answer-empty" };
                (TurnState::Failed, AuditStatus::Failed, Some(text(why)))
            }
            Streamed::Whole(stats) if stats.finish == FinishReason::Length => {
                (TurnState::Complete, AuditStatus::Ok, Some(text("answer-cut")))
            }
            Streamed::Whole(_) => (TurnState::Complete, AuditStatus::Ok, None),
            Streamed::Stopped => (TurnState::Stopped, AuditStatus::Stopped, Some(text("answer-stopped"))),
            Streamed::TooLong => (TurnState::Complete, AuditStatus::Ok, Some(text("answer-too-long"))),
            Streamed::TooSlow => (TurnState::Complete, AuditStatus::Ok, Some(text("answer-too-slow"))),
            Streamed::Failed(error) => (TurnState::Failed, AuditStatus::Failed, Some(error.text())),
        }
    }
}
