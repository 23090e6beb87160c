//! `pstral audit`: read, follow, verify and export what happened.

mod accept;
mod filter;
mod proof;
mod verify;

use std::path::PathBuf;

use clap::Subcommand;
use pstral_auditproof::VerifierKey;
use pstral_core::domain::{AuditAction, AuditEntry, ChainHead};
use pstral_core::ports::AuditLog as _;
use pstral_core::text::text;

use super::follow::follow;
use super::new_file::NewFile;
use super::out::{say, say_error, say_json};
use super::{Ending, Installed, export, record, state_is_missing};
use crate::audit_file::Format;
use crate::audit_key::PublicAuditKey;
use crate::compose::open_store;
use crate::installed_key::installed_key;
use accept::accept;
use filter::{FilterArgs, resolve};
use proof::KeptHead;
use verify::verify_state;

pub(super) use accept::head_list;
pub(super) use verify::{known_keys, print_audit_error, verify_whole};

/// Entries read at a time.
pub(super) const PAGE: u32 = 250;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Print the newest entries
    Tail {
        /// Number of entries
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: u32,
        /// Keep printing new entries until Ctrl-C
        #[arg(short, long)]
        follow: bool,
        #[command(flatten)]
        filter: FilterArgs,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Verify the hash chains and their signatures, changing nothing; exits 1 and names the first entry that fails
    Verify {
        /// A chain head that this command printed before, or a file of signed heads: its entry must still be there. Can be given
        /// more than once
        #[arg(long, value_name = "INSTANCE:SEQ:HASH|FILE", value_parser = proof::kept_head)]
        head: Vec<KeptHead>,
        /// Verify a chain only from such a head on: quicker, and says nothing about what lies before. Can be given once for
        /// each chain
        #[arg(long, value_name = "INSTANCE:SEQ:HASH")]
        from_head: Vec<ChainHead>,
        /// Public key that signs heads and checkpoints (default: the one of this installation). Can be given more than once
        #[arg(long, visible_alias = "public-key", value_name = "KEY")]
        key: Vec<PublicAuditKey>,
    },
    /// Print the public key that signs the audit, creating it if there is none; keep a copy elsewhere
    Key {
        /// Print it with the name of the log, as witnesses are given it
        #[arg(long)]
        vkey: bool,
        /// The instance whose log that is (default: the one of the configuration)
        #[arg(long, requires = "vkey")]
        instance: Option<String>,
    },
    /// Print the public key with which this installation cosigns other audits, creating it if there is none
    WitnessKey,
    /// Print the newest signed head of an instance's audit
    Head {
        /// The instance (default: the one of the configuration)
        #[arg(long)]
        instance: Option<String>,
    },
    /// Print a proof that an entry is in the audit, as JSON; it is verified without the state
    Prove {
        /// The number of the entry
        seq: i64,
        /// The instance that wrote it (default: the one of the configuration)
        #[arg(long)]
        instance: Option<String>,
    },
    /// Print a proof that the audit only grew between two signed heads, as JSON
    Consistency {
        /// File with the earlier head, as `audit head` prints it
        old: PathBuf,
        /// File with the later head (default: the newest)
        new: Option<PathBuf>,
    },
    /// Verify a proof; needs neither the state nor its database
    Check {
        /// File with the proof
        proof: PathBuf,
        /// Public key that is trusted (default: the one of this installation). Can be given more than once
        #[arg(long, visible_alias = "public-key", value_name = "KEY")]
        key: Vec<PublicAuditKey>,
    },
    /// Let the audit go on although it is not what was signed last, or its key is lost, and record that
    Accept {
        /// Do so; without it, only say what is wrong
        #[arg(long)]
        yes: bool,
    },
    /// Write all entries, oldest first
    Export {
        /// Format of the output: csv or jsonl
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        /// Output file (default: standard output)
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        filter: FilterArgs,
    },
}

pub(super) async fn run(Installed { config, locale }: Installed, command: AuditCommand) -> anyhow::Result<Ending> {
    match command {
        AuditCommand::Key { vkey, instance } => {
            let key = installed_key(&config).await?.public();
            let instance = instance.unwrap_or(config.store.instance);
            say(&if vkey { VerifierKey::of_log(&instance, key.0).to_string() } else { key.to_string() });
            Ok(Ending::Fine)
        }
        AuditCommand::WitnessKey => proof::witness_key(&config, locale),
        AuditCommand::Check { proof, key } => Ok(proof::check(&proof, &known_keys(&config, key)?, locale)),
        // Opening would make one, and an audit of nothing always holds.
        _ if state_is_missing(&config, locale) => Ok(Ending::Failed),
        AuditCommand::Verify { head, from_head, key } => verify_state(&config, head, &from_head, key, locale).await,
        AuditCommand::Head { instance } => proof::head(&config, instance, locale).await,
        AuditCommand::Prove { seq, instance } => proof::prove(&config, seq, instance, locale).await,
        AuditCommand::Consistency { old, new } => proof::consistency(&config, &old, new.as_deref(), locale).await,
        AuditCommand::Accept { yes } => accept(&config, yes, locale).await,
        AuditCommand::Tail { lines, follow: goes_on, filter, json } => {
            let store = open_store(&config).await?;
            let Some(filter) = resolve(&store, filter, locale).await? else { return Ok(Ending::Usage) };
            record(&store, AuditAction::AuditRead, None, "tail").await?;
            let heads = store.heads().await?;
            let newest = store.tail(&filter, lines).await?;
            for entry in &newest {
                print(entry, json);
            }
            if goes_on {
                follow(&*store, &filter, heads, &newest, |entry| print(entry, json)).await?;
            }
            Ok(Ending::Fine)
        }
        AuditCommand::Export { format, output, filter } => {
            let store = open_store(&config).await?;
            let Some(filter) = resolve(&store, filter, locale).await? else { return Ok(Ending::Usage) };
            let file = match output.as_deref().map(|path| NewFile::begin_named(path, locale)).transpose()? {
                Some(None) => return Ok(Ending::Usage),
                file => file.flatten(),
            };
            record(&store, AuditAction::Export, None, "audit").await?;
            if let Some(written) = export::write(&store, &filter, format, file).await? {
                say_error(&text("audit-exported").count("entries", written).render(locale));
            }
            Ok(Ending::Fine)
        }
    }
}

fn print(entry: &AuditEntry, json: bool) {
    if json { say_json(&entry.json().to_string()) } else { say(&line(entry)) }
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
    let about = event.statement.as_ref().or(event.detail.as_ref()).into_iter().chain(&event.error);
    let about = about.flat_map(|text| text.split_whitespace()).collect::<Vec<_>>().join(" ");
    let about = (!about.is_empty()).then_some(about);
    [Some(head), user, target, rule, rows, about].into_iter().flatten().collect::<Vec<_>>().join("  ")
}
