//! The filters of `pstral audit tail` and `export`.

use clap::Args;
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditStatus, Locale, moment};
use pstral_core::ports::AuditFilter;
use pstral_store::Store;

use crate::cli::known_user;

/// Filters for audit entries.
#[derive(Debug, Args)]
pub(in crate::cli) struct FilterArgs {
    /// Only entries of this user
    #[arg(long)]
    user: Option<String>,
    /// Only entries of this platform
    #[arg(long)]
    platform: Option<String>,
    /// Only entries of this action, such as execution or refusal
    #[arg(long, value_parser = action)]
    action: Option<AuditAction>,
    /// Only entries with this status: ok, refused, failed or stopped
    #[arg(long, value_parser = status)]
    status: Option<AuditStatus>,
    /// Only entries about this database
    #[arg(long)]
    target: Option<String>,
    /// Only entries of statements that read this table or view, named as in the entries
    #[arg(long)]
    relation: Option<String>,
    /// Only entries with this text in the statement, the parameters, the detail or the error; slow without --since
    #[arg(long)]
    text: Option<String>,
    /// Only entries since this time, such as 2026-11-21T00:00:00Z, 2026-11-21, 7d or 2h
    #[arg(long, value_parser = when)]
    since: Option<Timestamp>,
    /// Only entries before this time, written like --since
    #[arg(long, value_parser = when)]
    until: Option<Timestamp>,
}

fn action(word: &str) -> Result<AuditAction, String> {
    let known = || AuditAction::ALL.iter().map(|action| action.word()).collect::<Vec<_>>().join(", ");
    AuditAction::from_word(word).ok_or_else(|| format!("use one of: {}", known()))
}

fn status(word: &str) -> Result<AuditStatus, String> {
    AuditStatus::from_word(word).ok_or_else(|| "use one of: ok, refused, failed, stopped".to_owned())
}

fn when(word: &str) -> Result<Timestamp, String> {
    moment(word, Timestamp::now()).ok_or_else(|| "use a day, a time or a length: 2026-11-21, 7d, 2h".to_owned())
}

/// Finds the user that is named; `None` if there is none, once that is said.
pub(super) async fn resolve(store: &Store, args: FilterArgs, locale: Locale) -> anyhow::Result<Option<AuditFilter>> {
    let user = match &args.user {
        None => None,
        Some(name) => {
            let Some(user) = known_user(store, name, locale).await? else { return Ok(None) };
            Some(user.id)
        }
    };
    let FilterArgs { platform, action, status, target, relation, text, since, until, .. } = args;
    Ok(Some(AuditFilter { user, platform, action, target, relation, status, text, since, until }))
}
