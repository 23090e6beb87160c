//! Commands that this build does not have: each says how to build a program that has it.

use clap::Args;
use pstral_core::domain::Locale;
use pstral_core::text::text;

use super::Ending;
use super::out::say_error;

/// Whatever is written after such a command.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(super) struct LeftOut {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _words: Vec<String>,
}

pub(super) fn tell(command: &str, locale: Locale) -> Ending {
    say_error(&text("command-left-out").with("command", command).render(locale));
    Ending::Usage
}
