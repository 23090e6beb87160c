//! `pstral prune`: lists and deletes expired data.

use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use pstral_core::domain::Locale;
use pstral_core::text::{Text, text};
use pstral_store::{Pruning, PruningClass};

use super::audit::print_audit_error;
use super::out::{say, say_error};
use super::{Ending, Installed, state_is_missing};
use crate::compose::open_store;
use crate::retention::{NotPruned, Retention};

#[derive(Debug, Args)]
pub(super) struct PruneArgs {
    /// Delete; without it, only count
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(Installed { config, locale }: Installed, args: &PruneArgs) -> anyhow::Result<Ending> {
    if state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    let store = open_store(&config).await?;
    let retention = Retention::new(&config, Arc::clone(&store), store);
    let now = Timestamp::now();
    let pruned = if args.yes {
        match retention.prune(now, Some("cli")).await {
            Ok(pruned) => pruned,
            Err(NotPruned::Unproven(unproven)) => {
                say_error(&text("prune-unproven").render(locale));
                return print_audit_error(unproven, locale);
            }
            Err(NotPruned::Failed(error)) => return Err(error),
        }
    } else {
        retention.prunings(now).await?
    };
    for pruning in &pruned {
        say(&line(pruning, locale));
    }
    let sentence = match (pruned.is_empty(), args.yes) {
        (true, _) => text("prune-nothing"),
        (false, true) => text("prune-done"),
        (false, false) => text("prune-dry"),
    };
    say_error(&sentence.render(locale));
    if retention.is_for_ever() {
        say_error(&text("prune-for-ever").render(locale));
    }
    Ok(Ending::Fine)
}

fn line(pruning: &Pruning, locale: Locale) -> String {
    let class = match pruning.class {
        PruningClass::Conversations => text("prune-conversations"),
        PruningClass::Proposals => text("prune-proposals"),
        PruningClass::ExpiredCodes => text("prune-codes"),
        PruningClass::Audit => text("prune-audit"),
        PruningClass::AuditTexts => text("prune-audit-texts"),
    };
    let before = pruning.before.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let head = text("prune-class").with("class", class.render(locale)).with("before", before);
    let rows = pruning.rows.iter().filter(|(_, rows)| *rows > 0);
    let rows = rows.map(|(table, rows)| counted(table, *rows, locale)).collect::<Vec<_>>().join(", ");
    format!("{} · {rows}", head.render(locale))
}

/// Rows of a table in words; a table without words of its own goes by its name.
pub(super) fn counted(table: &'static str, rows: u64, locale: Locale) -> String {
    let words: Option<Text> = match table {
        "conversations" => Some(text("held-conversations")),
        "turns" => Some(text("held-turns")),
        "proposals" => Some(text("held-proposals")),
        "links" => Some(text("held-links")),
        "link_codes" => Some(text("held-codes")),
        "link_requests" => Some(text("held-requests")),
        "proposal_messages" => Some(text("held-buttons")),
        "ratings" => Some(text("held-ratings")),
        "verified_queries" => Some(text("held-queries")),
        "wrong_codes" => Some(text("held-wrong-codes")),
        "audit_events" => Some(text("held-entries")),
        _ => None,
    };
    words.map_or_else(|| format!("{table}: {rows}"), |words| words.count("rows", rows).render(locale))
}
