//! A configuration without one part of what a model is given, to see what that part is worth.

use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::compose::prompts;
use crate::config::Config;

/// A part of what a model is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The tables and columns
    Schema,
    /// The verified queries shown as examples
    Examples,
    /// The second chance after a refusal
    Correction,
}

/// The placeholder of the schema in a template.
const SCHEMA: &str = "{{ catalog -}}";

impl Part {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Examples => "examples",
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
            Self::Schema => {
                let read = prompts(&config.answers);
                let mut prompts = read.map_err(|(path, error)| anyhow::anyhow!("{}: {error}", path.display()))?;
                for (name, template) in prompts.files() {
                    let path = folder.join(name);
                    std::fs::write(&path, template.replace(SCHEMA, "")).with_context(|| path.display().to_string())?;
                }
                config.answers.prompts = Some(folder.to_owned());
            }
        }
        Ok(())
    }
}
