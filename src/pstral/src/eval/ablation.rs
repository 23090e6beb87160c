//! A configuration without one part of what a model is given, to see what that part is worth.

use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::compose::prompts;
use crate::config::Config;
use crate::paths::path_error;

/// A part of what a model is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The tables and columns
    Schema,
    /// The verified queries shown as examples
    Examples,
    /// The definitions of business terms
    Terms,
    /// The stored values that a question names
    Values,
    /// The second chance after a refusal
    Correction,
}

impl Part {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Examples => "examples",
            Self::Terms => "terms",
            Self::Values => "values",
            Self::Correction => "correction",
        }
    }

    /// True if the model is asked the same without it: only what happens to its answers differs.
    pub(crate) fn comes_after(self) -> bool {
        self == Self::Correction
    }

    /// Takes the part away; `folder` takes the templates without it.
    pub(crate) fn take_from(self, config: &mut Config, folder: &Path) -> anyhow::Result<()> {
        match self {
            Self::Examples => config.answers.examples = 0,
            Self::Correction => config.answers.corrections = 0,
            Self::Schema | Self::Terms | Self::Values => {
                let read = prompts(&config.answers);
                let mut prompts = read.map_err(|(path, error)| anyhow::anyhow!(path_error(&path, &error)))?;
                for (name, template) in prompts.files() {
                    let path = folder.join(name);
                    std::fs::write(&path, self.taken_from(template)).with_context(|| path.display().to_string())?;
                }
                config.answers.prompts = Some(folder.to_owned());
            }
        }
        Ok(())
    }

    /// A template in which the part is never filled in.
    fn taken_from(self, template: &str) -> String {
        match self {
            Self::Schema => template.replace("{{ catalog -}}", ""),
            Self::Terms => template.replace("{% if terms -%}", "{% if false -%}"),
            Self::Values => template.replace("{% if values -%}", "{% if false -%}"),
            Self::Examples | Self::Correction => template.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pstral_core::context::Prompts;

    use super::*;

    #[test]
    fn templates_can_be_had_without_each_part() {
        for (name, template) in Prompts::default().files().filter(|(name, _)| name.starts_with("sql")) {
            for (part, section) in [(Part::Terms, "<terms>"), (Part::Values, "<values>"), (Part::Schema, "<schema>")] {
                assert!(template.contains(section), "{name}");
                assert_ne!(&part.taken_from(template), template, "{name} {}", part.word());
            }
        }
    }
}
