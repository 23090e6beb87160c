//! Settings as the parts read them: limits, defaults, places, quotas, and the terms of each target.
//!
//! Holds data only: `access` decides by it.

mod notes;
mod places;
mod quotas;
mod terms;

pub use notes::Notes;
pub use places::{PlaceTerms, Places};
pub use quotas::{Quantities, Quantity, QuotaLimits};
pub use terms::{Delivery, OverCost, Terms};

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::domain::{Locale, Roles, words};
use crate::egress::AnswerLimits;
use crate::ports::Clock;

words! {
    /// Use of a nearly matching verified query while the model can be reached.
    VerifiedUse {
        /// Offered as it stands; the model is not asked.
        Offer = "offer",
        /// An example in the prompt; offered only where the model does not answer.
        Example = "example",
    }
}

words! {
    /// Form in which the audit keeps a model's answers.
    #[derive(Default)]
    KeptAnswers {
        /// All of it.
        #[default]
        Text = "text",
        /// Its SHA-256.
        Hash = "hash",
    }
}

words! {
    /// Form in which the model writes an answer about data.
    AnswerForm {
        /// Free text, with the statement in a block of code.
        Fenced = "fenced",
        /// JSON of a schema that the server holds the model to.
        Json = "json",
    }
}

/// Limits and defaults.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The language of people who are not known yet.
    pub locale: Locale,
    /// The company's time zone, for times and for the meaning of "today".
    pub zone: TimeZone,
    /// True in the demo, where nobody has an administrator to turn to.
    pub is_demo: bool,
    /// The target of questions that name none.
    pub default_target: Option<String>,
    /// Capabilities of each role.
    pub roles: Roles,
    /// Roles admitted to each place, and the way people are answered there.
    pub places: Places,
    /// Quotas on questions and executions of people and places.
    pub quotas: QuotaLimits,
    /// Characters of a question at most.
    pub max_question_chars: usize,
    /// Limits of an answer.
    pub answer: AnswerLimits,
    /// Delays before people are told what they wait for.
    pub notes: Notes,
    /// Turns of a conversation that the model sees.
    pub history_turns: u32,
    /// Tokens of the context window kept free for the answer.
    pub answer_tokens: usize,
    /// Verified queries in the prompt at most.
    pub examples: usize,
    /// Times that a model may correct an answer: each costs as much as a question.
    pub corrections: u32,
    /// Answers of a model to one question at most, the first among them, until one can be offered.
    pub candidates: u32,
    /// Form of the model's answers about data.
    pub form: AnswerForm,
    /// Use of a near-exact verified query.
    pub verified: VerifiedUse,
    /// Time for which a proposal can be run.
    pub proposal_lifetime: Duration,
    /// Rows of a preview at most.
    pub preview_rows: usize,
    /// Form in which the audit keeps answers.
    pub kept_answers: KeptAnswers,
}

impl Settings {
    /// The day it is in the company's zone.
    pub(crate) fn today(&self, clock: &dyn Clock) -> jiff::civil::Date {
        clock.now().to_zoned(self.zone.clone()).date()
    }
}
