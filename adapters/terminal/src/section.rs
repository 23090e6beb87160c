//! The section `[platforms.terminal]` of the configuration.

use std::sync::Arc;

use pstral_core::ports::{ChatPlatform, PlatformSection, SectionError, Surroundings};
use pstral_core::text::text;
use serde::Deserialize;

use crate::{Terminal, TerminalConfig};

/// The keys of the terminal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct TerminalSection {
    pub enabled: bool,
}

impl PlatformSection for TerminalSection {
    fn enabled(&self) -> bool {
        self.enabled
    }

    fn platform(&self, around: &Surroundings) -> Result<Arc<dyn ChatPlatform>, SectionError> {
        Ok(Arc::new(Terminal::new(TerminalConfig {
            actor_id: "console".to_owned(),
            actor_name: "console".to_owned(),
            prompt: "> ".to_owned(),
            locale: around.locale,
            history: Some(around.data.join("history.txt")),
            idle_hint: text("terminal-idle").render(around.locale),
            ending_hint: text("terminal-ending").render(around.locale),
            tty: None,
            dim: around.styled,
        })))
    }
}
