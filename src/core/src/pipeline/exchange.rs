//! An exchange under way: who asks, the message that grows into the answer, and how it ended.

use std::sync::Arc;
use std::time::Duration;

use crate::access::quotas::back_in;
use crate::asker::Asker;
use crate::context::Briefing;
use crate::domain::{AnswerMeasures, AuditStatus, Button, Conversation, Turn, TurnId, TurnState};
use crate::egress::{LiveMessage, StreamEnd};
use crate::models::Full;
use crate::outbox::buttons::{continue_button, retry_button};
use crate::outbox::running::{Stop, Stopped};
use crate::ports::{FinishReason, ModelError, ModelStats};
use crate::recorder::event::prompt_hash;
use crate::settings::Settings;
use crate::text::{Text, text};

/// A question to the model and its answer, until the message of the answer is closed.
pub(crate) struct Exchange<'a> {
    pub(crate) asker: &'a Asker,
    pub(crate) conversation: &'a Conversation,
    pub(crate) stop: &'a Stop,
    /// The turn of the answer.
    pub(crate) turn: TurnId,
    /// The message of the answer. It looks live until it is closed.
    pub(crate) live: LiveMessage,
    /// The last prompt; `None` if there is none that a model takes.
    pub(crate) briefing: Option<Briefing>,
    pub(crate) end: ExchangeEnd,
    /// Duration of the last stream.
    pub(crate) duration_ms: Option<i64>,
    /// Time from its request to its first text.
    pub(crate) first_text: Option<Duration>,
    /// The spaces the answer began with, which are not shown.
    pub(crate) spaces: String,
    /// The earlier, cut answer that this one continues.
    pub(crate) before: Option<Continued>,
    /// An earlier text that stands in place of the last, where that came to nothing.
    stands: Option<String>,
}

/// The end of an exchange.
#[derive(Debug, Clone)]
pub(crate) enum ExchangeEnd {
    /// The model answered, at least in part.
    Answered(StreamEnd),
    /// The model failed before its first word.
    Failed(ModelError),
    /// Too many wait for the model.
    Full(Full),
    /// The message is closed: nobody wants the answer any more, or it could not be recorded.
    Closed,
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
    end: ExchangeEnd,
    spaces: String,
}

impl<'a> Exchange<'a> {
    /// An exchange in which nothing was said yet.
    pub(crate) fn new(
        asker: &'a Asker,
        conversation: &'a Conversation,
        stop: &'a Stop,
        turn: TurnId,
        live: LiveMessage,
    ) -> Self {
        Self {
            asker,
            conversation,
            stop,
            turn,
            live,
            briefing: None,
            // Until it is followed to its end.
            end: ExchangeEnd::Failed(ModelError::Interrupted),
            duration_ms: None,
            first_text: None,
            spaces: String::new(),
            before: None,
            stands: None,
        }
    }
}

impl Exchange<'_> {
    /// The model's text as it stands.
    pub(crate) fn text(&self) -> &str {
        self.stands.as_deref().unwrap_or_else(|| self.live.text())
    }

    /// A snapshot of the answer, for [`Self::take_up`] or [`Self::show_earlier_text`].
    pub(crate) fn said(&self) -> Said {
        Said { text: self.text().to_owned(), end: self.end.clone(), spaces: self.spaces.clone() }
    }

    /// Shows earlier text in place of the last; how the exchange ended stays.
    pub(crate) fn show_earlier_text(&mut self, earlier: Said) {
        self.stands = Some(earlier.text);
    }

    /// Restores a snapshot as if nothing had been said since.
    pub(crate) fn take_up(&mut self, earlier: Said) {
        (self.end, self.spaces) = (earlier.end, earlier.spaces);
        self.stands = Some(earlier.text);
    }

    /// The hash of the last prompt.
    pub(crate) fn prompt_hash(&self) -> Option<String> {
        self.briefing.as_ref().map(|briefing| prompt_hash(&briefing.request))
    }

    /// The speed of the last stream.
    pub(crate) fn measures(&self) -> AnswerMeasures {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let first_text = self.first_text.filter(|_| !self.live.text().trim().is_empty());
        let stats = match &self.end {
            ExchangeEnd::Answered(StreamEnd::Whole(stats)) => stats.clone(),
            _ => ModelStats::default(),
        };
        AnswerMeasures {
            first_text_ms: first_text.map(millis),
            prompt_tokens: stats.prompt_tokens,
            answer_tokens: stats.answer_tokens,
            writing_ms: stats.writing.map(millis),
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

    /// True if the model answered, at least in part.
    pub(crate) fn is_answered(&self) -> bool {
        matches!(self.end, ExchangeEnd::Answered(_))
    }

    /// True if the model finished: only then is a statement in the text offered.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(&self.end, ExchangeEnd::Answered(StreamEnd::Whole(stats)) if stats.finish == FinishReason::Stop)
    }

    /// True if the answer was cut before its end and can be continued.
    pub(crate) fn is_cut(&self) -> bool {
        self.state() == TurnState::Complete && !self.is_whole() && !self.text().trim().is_empty()
    }

    /// True if the answer was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(self.end, ExchangeEnd::Answered(StreamEnd::Stopped))
    }

    /// True if the prompt was too long for the server.
    pub(crate) fn is_too_long(&self) -> bool {
        matches!(self.end, ExchangeEnd::Failed(ModelError::PromptTooLong))
    }

    /// True if the model was not available.
    pub(crate) fn is_model_away(&self) -> bool {
        matches!(self.end, ExchangeEnd::Failed(ModelError::Unavailable(_)))
    }

    /// The reason why nobody wants the answer any more, where it was stopped for that.
    pub(crate) fn withdrawn(&self) -> Option<Stopped> {
        self.stop.withdrawn().filter(|_| self.is_stopped())
    }

    /// True if the answer holds no text although the model reported no error.
    fn is_blank(&self) -> bool {
        let ended_itself = !matches!(self.end, ExchangeEnd::Answered(StreamEnd::Stopped | StreamEnd::Failed(_)));
        self.is_answered() && ended_itself && self.text().trim().is_empty()
    }

    /// The state of its turn.
    pub(crate) fn state(&self) -> TurnState {
        match &self.end {
            ExchangeEnd::Answered(StreamEnd::Stopped) | ExchangeEnd::Closed => TurnState::Stopped,
            ExchangeEnd::Answered(StreamEnd::Failed(_)) | ExchangeEnd::Failed(_) | ExchangeEnd::Full(_) => {
                TurnState::Failed
            }
            // First: what was all thought has no rest to go on with, however it ended.
            ExchangeEnd::Answered(_) if self.is_blank() => TurnState::Failed,
            ExchangeEnd::Answered(StreamEnd::Whole(_) | StreamEnd::TooLong | StreamEnd::TooSlow) => TurnState::Complete,
        }
    }

    /// The status of its audit event.
    pub(crate) fn status(&self) -> AuditStatus {
        match (&self.end, self.state()) {
            (ExchangeEnd::Full(_), _) => AuditStatus::Refused,
            (_, TurnState::Complete) => AuditStatus::Ok,
            (_, TurnState::Stopped) => AuditStatus::Stopped,
            (_, TurnState::Failed | TurnState::Streaming | TurnState::Interrupted) => AuditStatus::Failed,
        }
    }

    /// The reason that the answer ended early or that there is none, with what to do next; nothing of a whole one.
    pub(crate) fn why(&self, settings: &Settings) -> Option<Text> {
        Some(match &self.end {
            ExchangeEnd::Answered(_) if self.is_blank() => {
                text(if self.live.is_only_thought() { "answer-only-thought" } else { "answer-empty" })
            }
            ExchangeEnd::Answered(StreamEnd::Whole(stats)) if stats.finish == FinishReason::Length => {
                text("answer-cut")
            }
            ExchangeEnd::Answered(StreamEnd::Whole(_)) | ExchangeEnd::Closed => return None,
            ExchangeEnd::Answered(StreamEnd::Stopped) => self.stop.told(),
            ExchangeEnd::Answered(StreamEnd::TooLong) => text("answer-too-long"),
            ExchangeEnd::Answered(StreamEnd::TooSlow) => text("answer-too-slow"),
            // Whoever tries the demo has no administrator, and may never have had a model.
            ExchangeEnd::Failed(ModelError::Unavailable(_)) if settings.is_demo => text("model-none-in-demo"),
            ExchangeEnd::Answered(StreamEnd::Failed(error)) | ExchangeEnd::Failed(error) => error.text(),
            ExchangeEnd::Full(Full::Queue { waiting, wait }) => {
                let when = back_in(*wait).render(self.asker.user.locale);
                text("queue-full").count("waiting", *waiting as u64).with("when", when)
            }
            ExchangeEnd::Full(Full::Person { waiting }) => {
                text("queue-full-person").count("waiting", *waiting as u64).with("prefix", self.asker.prefix())
            }
        })
    }

    /// The error that ended the exchange, if any.
    pub(crate) fn error(&self) -> Option<String> {
        match &self.end {
            ExchangeEnd::Answered(StreamEnd::Failed(error)) | ExchangeEnd::Failed(error) => Some(error.to_string()),
            ExchangeEnd::Full(full) => Some(full.to_string()),
            ExchangeEnd::Answered(_) | ExchangeEnd::Closed => None,
        }
    }

    /// The button that retries or continues the answer.
    pub(crate) fn again(&self) -> Button {
        let locale = self.asker.user.locale;
        match &self.before {
            Some(before) => continue_button(before.cut, locale),
            None => retry_button(self.turn, locale),
        }
    }
}
