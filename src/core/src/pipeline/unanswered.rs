//! A question that gets no answer: no model answers, too many wait, or nobody wants it any more.

use crate::access::quotas::back_in;
use crate::asker::Asker;
use crate::domain::TurnId;
use crate::egress::LiveMessage;
use crate::models::Full;
use crate::ports::ModelError;
use crate::settings::Settings;
use crate::text::{Text, text};

/// The reason there is no answer.
pub(crate) enum NoAnswer {
    Model(ModelError),
    Full(Full),
}

/// A question without an answer. The message that said that it waits, where there is one, still looks live.
pub(crate) struct Unanswered {
    pub(crate) live: LiveMessage,
    pub(crate) turn: TurnId,
    pub(crate) why: NoAnswer,
}

impl Unanswered {
    /// The reason as a sentence, with what to do next.
    pub(crate) fn sentence(&self, asker: &Asker, settings: &Settings) -> Text {
        match &self.why {
            // Whoever tries the demo has no administrator, and may never have had a model.
            NoAnswer::Model(ModelError::Unavailable(_)) if settings.is_demo => text("model-none-in-demo"),
            NoAnswer::Model(error) => error.text(),
            NoAnswer::Full(Full::Queue { waiting, wait }) => {
                let when = back_in(*wait).render(asker.user.locale);
                text("queue-full").count("waiting", *waiting as u64).with("when", when)
            }
            NoAnswer::Full(Full::Person { waiting }) => {
                text("queue-full-person").count("waiting", *waiting as u64).with("prefix", asker.prefix())
            }
        }
    }

    /// True if the only reason is that the prompt was too long.
    pub(crate) fn is_too_long(&self) -> bool {
        matches!(self.why, NoAnswer::Model(ModelError::PromptTooLong))
    }

    /// The message that says so or is to, and its turn.
    pub(crate) fn into_message(self) -> (LiveMessage, TurnId) {
        (self.live, self.turn)
    }

    /// True if the only reason is that the model is unavailable.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.why, NoAnswer::Model(ModelError::Unavailable(_)))
    }

    pub(crate) fn error(&self) -> String {
        match &self.why {
            NoAnswer::Model(error) => error.to_string(),
            NoAnswer::Full(full) => full.to_string(),
        }
    }
}
