//! `pstral audit`: read, verify and export what happened.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus, ChainVerifier, Locale};
use pstral_core::ports::{AuditFilter, AuditLog as _, People as _, StoreError};
use pstral_core::text::text;
use pstral_store::{AuditFault, Store};

use super::export::{self, Format};
use super::out::{say, say_error, say_json};
use super::{Common, Ending, state_is_missing};
use crate::compose::{open_store, open_store_to_read};

/// Entries read at a time.
pub(super) const PAGE: u32 = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Print the newest entries
    Tail {
        /// How many
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: u32,
        #[command(flatten)]
        filter: FilterArgs,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Check the hash chain, changing nothing; exits 1 and names the first entry that does not hold
    Verify,
    /// Write all entries
    Export {
        /// csv or jsonl
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        /// Where to; without it, standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        filter: FilterArgs,
    },
}

/// Which entries.
#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// Only of this user
    #[arg(long)]
    user: Option<String>,
    /// Only this action, such as execution or refusal
    #[arg(long, value_parser = action)]
    action: Option<AuditAction>,
    /// Only with this status: ok, refused, failed or stopped
    #[arg(long, value_parser = status)]
    status: Option<AuditStatus>,
    /// Only of this target
    #[arg(long)]
    target: Option<String>,
    /// Only since this time, such as 2026-11-21T00:00:00Z
    #[arg(long)]
    since: Option<Timestamp>,
}

fn action(word: &str) -> Result<AuditAction, String> {
    let known = || AuditAction::ALL.iter().map(|action| action.word()).collect::<Vec<_>>().join(", ");
    AuditAction::from_word(word).ok_or_else(|| format!("use one of: {}", known()))
}

fn status(word: &str) -> Result<AuditStatus, String> {
    AuditStatus::from_word(word).ok_or_else(|| "use one of: ok, refused, failed, stopped".to_owned())
}

pub(super) async fn run(common: &Common, command: AuditCommand) -> anyhow::Result<Ending> {
    let config = match common.load_installed() {
        Ok(config) => config,
        Err(ending) => return Ok(ending),
    };
    let locale = common.locale_with(&config);
    // Opening would make one, and an audit of nothing always holds.
    if state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    match command {
        AuditCommand::Verify => verify(&open_store_to_read(&config).await?, locale).await,
        AuditCommand::Tail { lines, filter, json } => {
            let store = open_store(&config).await?;
            let Some(filter) = resolve(&store, filter, locale).await? else { return Ok(Ending::Usage) };
            record_reading(&store, "tail").await?;
            for entry in store.tail(&filter, lines).await? {
                if json { say_json(&entry.json().to_string()) } else { say(&line(&entry)) }
            }
            Ok(Ending::Fine)
        }
        AuditCommand::Export { format, output, filter } => {
            let store = open_store(&config).await?;
            let Some(filter) = resolve(&store, filter, locale).await? else { return Ok(Ending::Usage) };
            record_reading(&store, "export").await?;
            if let Some(written) = export::write(&store, &filter, format, output.as_deref()).await? {
                say_error(&text("audit-exported").count("entries", written).render(locale));
            }
            Ok(Ending::Fine)
        }
    }
}

pub(super) async fn verify(store: &Store, locale: Locale) -> anyhow::Result<Ending> {
    let fault = store.audit_fault().await?.map(|fault| match fault {
        AuditFault::NoTable => text("audit-no-table"),
        AuditFault::Emptied => text("audit-emptied"),
    });
    if let Some(fault) = fault {
        say_error(&text("audit-broken").with("what", fault.render(locale)).render(locale));
        return Ok(Ending::Failed);
    }
    let mut verifier = ChainVerifier::default();
    let mut position = 0;
    loop {
        let page = match store.after(position, &AuditFilter::default(), PAGE).await {
            Ok(page) => page,
            // A row that cannot even be read as an event was changed.
            Err(StoreError::Corrupt(what)) => {
                say_error(&text("audit-unreadable").with("error", what).render(locale));
                return Ok(Ending::Failed);
            }
            Err(error) => return Err(error.into()),
        };
        let Some(last) = page.last() else { break };
        position = last.position;
        for entry in &page {
            if let Err(fault) = verifier.check(entry) {
                say_error(&text("audit-broken").with("what", fault.text().render(locale)).render(locale));
                return Ok(Ending::Failed);
            }
        }
    }
    say(&text("audit-holds").count("entries", verifier.checked()).render(locale));
    for (instance, seq, hash) in verifier.heads() {
        say(&format!("{instance} {seq} {hash}"));
    }
    Ok(Ending::Fine)
}

async fn resolve(store: &Store, args: FilterArgs, locale: Locale) -> anyhow::Result<Option<AuditFilter>> {
    let user = match &args.user {
        None => None,
        Some(name) => {
            let Some(user) = store.user_named(name).await? else {
                say_error(&text("user-unknown").with("name", name).render(locale));
                return Ok(None);
            };
            Some(user.id)
        }
    };
    let FilterArgs { action, status, target, since, .. } = args;
    Ok(Some(AuditFilter { user, action, target, status, since }))
}

/// Whoever reads the audit is in it.
async fn record_reading(store: &Store, what: &str) -> anyhow::Result<()> {
    let mut event = AuditEvent::new(Timestamp::now(), AuditAction::AuditRead, AuditStatus::Ok);
    event.platform = Some("cli".to_owned());
    event.detail = Some(what.to_owned());
    store.append(event).await?;
    Ok(())
}

fn line(entry: &AuditEntry) -> String {
    let event = &entry.event;
    let head = format!(
        "{} {} {} {}",
        entry.seq,
        event.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        event.action.word(),
        event.status.word()
    );
    let user = event.user.map(|user| format!("user={}", user.0));
    let target = event.target.as_ref().map(|target| format!("target={target}"));
    let rule = event.rule.as_ref().map(|rule| format!("rule={rule}"));
    let rows = event.rows.map(|rows| format!("rows={rows}"));
    let about = event.statement.as_ref().or(event.detail.as_ref());
    let about = about.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    [Some(head), user, target, rule, rows, about].into_iter().flatten().collect::<Vec<_>>().join("  ")
}
