//! The templates of what models are told.

use std::collections::BTreeMap;

use crate::domain::{Locale, Mode};

/// The templates that are built in, each with the name of the file that replaces it.
const BUILT_IN: [(&str, &str); 6] = [
    ("sql.fr.md", include_str!("../../../../prompts/sql.fr.md")),
    ("sql.en.md", include_str!("../../../../prompts/sql.en.md")),
    ("chat.fr.md", include_str!("../../../../prompts/chat.fr.md")),
    ("chat.en.md", include_str!("../../../../prompts/chat.en.md")),
    ("repair.fr.md", include_str!("../../../../prompts/repair.fr.md")),
    ("repair.en.md", include_str!("../../../../prompts/repair.en.md")),
];

/// The templates of what models are told, by mode and language; `repair` tells of a statement that was refused.
#[derive(Debug, Clone)]
pub struct Prompts(BTreeMap<&'static str, String>);

impl Default for Prompts {
    fn default() -> Self {
        Self(BUILT_IN.map(|(name, template)| (name, template.to_owned())).into())
    }
}

impl Prompts {
    /// Each template with the name of the file that replaces it.
    pub fn files(&mut self) -> impl Iterator<Item = (&'static str, &mut String)> {
        self.0.iter_mut().map(|(name, template)| (*name, template))
    }

    /// The template for a mode and a language.
    pub fn of(&self, mode: Mode, locale: Locale) -> &str {
        self.template(mode.word(), locale)
    }

    /// The template for a correction in a language.
    pub fn repair(&self, locale: Locale) -> &str {
        self.template("repair", locale)
    }

    fn template(&self, kind: &str, locale: Locale) -> &str {
        let name = format!("{kind}.{locale}.md");
        self.0.get(name.as_str()).expect("invariant: each mode has a template in each language")
    }
}
