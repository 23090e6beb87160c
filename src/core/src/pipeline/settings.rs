//! Limits, defaults and prompts of the pipeline.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Notes, Places, QuotaLimits};
use crate::domain::{Locale, Mode, Roles};
use crate::egress::AnswerLimits;

/// What a verified query that nearly is the question is used for while the model can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifiedUse {
    /// Offered as it stands; the model is not asked.
    Offer,
    /// An example in the prompt; offered only where the model does not answer.
    Example,
}

/// What the audit keeps of what a model answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeptAnswers {
    /// All of it.
    #[default]
    Text,
    /// Its SHA-256.
    Hash,
}

/// Limits and defaults.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The language of people who are not known yet.
    pub locale: Locale,
    /// Where the company's clocks are read: times, and what "today" is.
    pub zone: TimeZone,
    /// True in the demo, where nobody has an administrator to turn to.
    pub is_demo: bool,
    /// The target of questions that name none.
    pub default_target: Option<String>,
    /// What each role lets people do.
    pub roles: Roles,
    /// Who is welcome in which place, and how people are answered there.
    pub places: Places,
    /// How much people and places may ask and run.
    pub quotas: QuotaLimits,
    /// Characters of a question at most.
    pub max_question_chars: usize,
    /// What an answer may be at most.
    pub answer: AnswerLimits,
    /// When people are told what they wait for.
    pub notes: Notes,
    /// Turns of a conversation that the model sees.
    pub history_turns: u32,
    /// Tokens of the context window kept free for the answer.
    pub answer_tokens: usize,
    /// Verified queries in the prompt at most.
    pub examples: usize,
    /// What a near-exact verified query is used for.
    pub verified: VerifiedUse,
    /// How long a proposal can be run.
    pub proposal_lifetime: Duration,
    /// Rows of a preview at most.
    pub preview_rows: usize,
    /// What the audit keeps of answers.
    pub kept_answers: KeptAnswers,
}

/// The templates of what models are told, by mode and language; `repair` tells of a statement that was refused.
#[derive(Debug, Clone)]
pub struct Prompts {
    /// Mode sql, French.
    pub sql_fr: String,
    /// Mode sql, English.
    pub sql_en: String,
    /// Mode chat, French.
    pub chat_fr: String,
    /// Mode chat, English.
    pub chat_en: String,
    /// A correction, French.
    pub repair_fr: String,
    /// A correction, English.
    pub repair_en: String,
}

impl Default for Prompts {
    fn default() -> Self {
        Self {
            sql_fr: include_str!("../../../../prompts/sql.fr.md").to_owned(),
            sql_en: include_str!("../../../../prompts/sql.en.md").to_owned(),
            chat_fr: include_str!("../../../../prompts/chat.fr.md").to_owned(),
            chat_en: include_str!("../../../../prompts/chat.en.md").to_owned(),
            repair_fr: include_str!("../../../../prompts/repair.fr.md").to_owned(),
            repair_en: include_str!("../../../../prompts/repair.en.md").to_owned(),
        }
    }
}

impl Prompts {
    /// Each template with the name of the file that replaces it.
    pub fn files(&mut self) -> [(&'static str, &mut String); 6] {
        [
            ("sql.fr.md", &mut self.sql_fr),
            ("sql.en.md", &mut self.sql_en),
            ("chat.fr.md", &mut self.chat_fr),
            ("chat.en.md", &mut self.chat_en),
            ("repair.fr.md", &mut self.repair_fr),
            ("repair.en.md", &mut self.repair_en),
        ]
    }

    /// The template for a mode and a language.
    pub fn of(&self, mode: Mode, locale: Locale) -> &str {
        match (mode, locale) {
            (Mode::Sql, Locale::Fr) => &self.sql_fr,
            (Mode::Sql, Locale::En) => &self.sql_en,
            (Mode::Chat, Locale::Fr) => &self.chat_fr,
            (Mode::Chat, Locale::En) => &self.chat_en,
        }
    }

    /// The template for a correction in a language.
    pub fn repair(&self, locale: Locale) -> &str {
        match locale {
            Locale::Fr => &self.repair_fr,
            Locale::En => &self.repair_en,
        }
    }
}
