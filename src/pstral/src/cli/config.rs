//! `pstral config check`: every fault of the configuration, with its key and remedy.

use clap::Subcommand;
use pstral_core::domain::Locale;
use pstral_core::text::text;

use super::out::{say, say_error};
use super::{Ending, Installed};
use crate::compose::file_faults;
use crate::config::Fault;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every error of the configuration; exits 2 if there are any
    Check,
}

pub(super) fn check(Installed { config, locale }: &Installed) -> Ending {
    // The demo writes its files itself, when it is first run.
    let unusable = if config.file.is_some() { file_faults(config, *locale) } else { Vec::new() };
    if !unusable.is_empty() {
        print_faults(&unusable, *locale);
        return Ending::Usage;
    }
    let targets = config.targets.len() as u64;
    say(&text("config-fine").count("targets", targets).render(*locale));
    Ending::Fine
}

pub(super) fn print_faults(faults: &[Fault], locale: Locale) {
    for fault in faults {
        say_error(&format!("{}: {}", fault.key, fault.sentence.render(locale)));
    }
    say_error(&text("config-faults").count("faults", faults.len() as u64).render(locale));
}
