//! The templates of what models are told.

use crate::domain::{Locale, Mode};

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
