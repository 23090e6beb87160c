//! The terminal the program was started in.

use std::sync::Arc;

use pstral_core::domain::Locale;
use pstral_core::ports::ChatPlatform;

#[cfg(feature = "terminal")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
pub(super) fn platform(locale: Locale) -> anyhow::Result<Arc<dyn ChatPlatform>> {
    use pstral_core::text::text;
    use pstral_terminal::{Terminal, TerminalConfig};

    Ok(Arc::new(Terminal::new(TerminalConfig {
        actor_id: "console".to_owned(),
        actor_name: "console".to_owned(),
        prompt: "> ".to_owned(),
        idle_hint: text("terminal-idle").render(locale),
        ending_hint: text("terminal-ending").render(locale),
        tty: None,
        dim: crate::config::colours(),
    })))
}

#[cfg(not(feature = "terminal"))]
pub(super) fn platform(_: Locale) -> anyhow::Result<Arc<dyn ChatPlatform>> {
    Err(super::left_out("terminal"))
}
