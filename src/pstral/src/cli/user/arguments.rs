//! The command-line arguments that describe a user.

use clap::Args;
use jiff::tz::TimeZone;
use pstral_core::domain::{Locale, Role, UserChange};

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Unique name, such as camille.durand
    pub(super) username: String,
    /// Full name
    #[arg(long, default_value = "")]
    pub(super) full_name: String,
    /// Email address
    #[arg(long, default_value = "")]
    pub(super) email: String,
    /// Role: member asks and runs; steward also approves costly statements; admin also reads the audit
    #[arg(long, default_value = "member")]
    pub(super) role: Role,
    /// Language the user reads: fr or en (default: the one of the configuration)
    #[arg(long)]
    pub(super) language: Option<Locale>,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// The user's name
    pub(super) username: String,
    /// New unique name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// Full name
    #[arg(long)]
    full_name: Option<String>,
    /// Email address; empty to remove it
    #[arg(long)]
    email: Option<String>,
    /// Role: member asks and runs; steward also approves costly statements; admin also reads the audit
    #[arg(long)]
    role: Option<Role>,
    /// Language the user reads: fr or en
    #[arg(long)]
    language: Option<Locale>,
    /// Time zone of the times shown to the user, such as Europe/Paris
    #[arg(long, value_parser = zone)]
    timezone: Option<TimeZone>,
    /// Proceed even if no other user could then manage users from a chat
    #[arg(long)]
    pub(super) force: bool,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    let zone = TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some());
    zone.ok_or_else(|| format!("{name} is not a time zone: use a name such as Europe/Paris"))
}

impl EditArgs {
    /// Converts the arguments to the changes of the user.
    pub(super) fn into_change(self) -> UserChange {
        let Self { rename: username, full_name, email, role, language: locale, timezone: zone, .. } = self;
        UserChange { username, full_name, email, role, locale, zone, disabled: None }
    }
}
