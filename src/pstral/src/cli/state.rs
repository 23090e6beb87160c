//! `pstral migrate`, `backup`, `restore` and `store copy`: the state database as a whole.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use pstral_core::domain::{AuditAction, Locale};
use pstral_core::ports::{AuditLog as _, StoreError};
use pstral_core::text::{Text, text};
use pstral_store::{Loaded, Location, Store, TransferError};

use super::audit::head_list;
use super::new_file::NewFile;
use super::out::{say, say_error};
use super::{Ending, Installed, audit, event, record, record_accepting, state_is_missing};
use crate::audit_head_files::{HeadFiles, kept_heads};
use crate::audit_key::KnownAuditKeys;
use crate::audit_verdict::AuditVerdict;
use crate::compose::{open_store, state_error};
use crate::config::Config;
use crate::installed_key::installed_key;
use crate::instance_lock::InstanceLock;

/// The magic bytes of a gzip file (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Output file, such as pstral-2026-11-21.jsonl.gz; an existing file is not overwritten
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// A file made by pstral backup
    file: PathBuf,
    /// Overwrite the state database; without it, it has to be empty
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Copy the whole state into an empty database, and verify its audit there
    Copy {
        /// Source: `sqlite://FILE`, `postgres://…` or @FILE, a file that holds the address
        from: String,
        /// Destination, written like the source
        to: String,
        /// Overwrite the destination
        #[arg(long)]
        force: bool,
    },
}

/// Brings the state database up to date.
pub(super) async fn migrate(Installed { config, locale }: Installed) -> anyhow::Result<Ending> {
    if state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    let (before, now) = config.location().migrate().await.map_err(|error| state_error(&error))?;
    let sentence =
        if before == now { text("state-up-to-date") } else { text("state-migrated").with("from", before.to_string()) };
    say(&sentence.with("to", now.to_string()).render(locale));
    Ok(Ending::Fine)
}

/// Writes the whole state to a file, while the bot runs.
pub(super) async fn backup(Installed { config, locale }: Installed, args: &BackupArgs) -> anyhow::Result<Ending> {
    if state_is_missing(&config, locale) {
        return Ok(Ending::Failed);
    }
    let path = args.file.display().to_string();
    if args.file.exists() {
        say_error(&text("file-exists").with("path", path).render(locale));
        return Ok(Ending::Usage);
    }
    let store = open_store(&config).await?;
    record(&store, AuditAction::Backup, None, &path).await?;
    let written = write_backup(&store, &args.file).await;
    store.close().await;
    Ok(match written {
        Ok(rows) => {
            say(&text("backup-done").with("path", path).count("rows", rows).render(locale));
            Ending::Fine
        }
        Err(error) => print_transfer_error("backup-failed", &path, &error, locale),
    })
}

/// Fills the state database from a file.
pub(super) async fn restore(Installed { config, locale }: Installed, args: &RestoreArgs) -> anyhow::Result<Ending> {
    let path = args.file.display().to_string();
    let mut stream = match opened(&args.file) {
        Ok(stream) => stream,
        Err(error) => return Ok(print_transfer_error("restore-failed", &path, &error.into(), locale)),
    };
    // Nobody answers from a state that is being replaced; of a server, it is looked at who works on it.
    let location = config.location();
    let replaces = args.force && location.missing_file().is_none();
    let _lock = match location.file() {
        Some(_) => Some(InstanceLock::take(&config).await?),
        None => None,
    };
    // A key that is gone is told before anything is replaced.
    installed_key(&config).await?;
    if replaces && !may_replace(&config, &args.file, locale).await? {
        return Ok(Ending::Failed);
    }
    match location.load(&mut *stream, args.force).await {
        Ok(loaded) => {
            say(&restored("restore-done", &loaded).with("path", &path).render(locale));
            let store = open_store(&config).await?;
            let ending = sign_restored(&config, &store, &path, locale).await;
            store.close().await;
            ending
        }
        Err(error) => Ok(print_transfer_error("restore-failed", &path, &error, locale)),
    }
}

/// Verifies a backup in a copy of its own before it replaces a state. One whose audit was changed replaces nothing; before one
/// that nothing vouches for, the state is saved.
async fn may_replace(config: &Config, backup: &Path, locale: Locale) -> anyhow::Result<bool> {
    let path = backup.display().to_string();
    std::fs::create_dir_all(&config.data)?;
    let folder = tempfile::Builder::new().prefix("restore-").tempdir_in(&config.data)?;
    let copy = Location::File(folder.path().join("pstral.db"));
    if let Err(error) = copy.load(&mut *opened(backup)?, false).await {
        print_transfer_error("restore-failed", &path, &error, locale);
        return Ok(false);
    }
    let copy = Store::open_at_to_read(&copy).await.map_err(|error| state_error(&error))?;
    let verified = copy.verify_audit(&[], &audit::known_keys(config, Vec::new())?).await;
    copy.close().await;
    let found = match verified {
        Ok(proof) if !proof.signed.is_empty() => return Ok(true),
        Ok(proof) if proof.entries == 0 => text("audit-holds").count("entries", 0),
        Ok(proof) => unsigned(config, proof.entries).0,
        Err(error) => match AuditVerdict::of(error)? {
            AuditVerdict::Unproven(found) => found,
            AuditVerdict::Broken(found) => {
                say_error(&found.render(locale));
                say_error(&text("restore-changed").with("path", path).render(locale));
                return Ok(false);
            }
        },
    };
    say_error(&found.render(locale));
    save_replaced(config, locale).await
}

/// Saves the state that is about to be replaced.
async fn save_replaced(config: &Config, locale: Locale) -> anyhow::Result<bool> {
    let name = format!("replaced-{}.jsonl.gz", Timestamp::now().strftime("%Y%m%dT%H%M%SZ"));
    let file = config.data.join(name);
    let path = file.display().to_string();
    match save_read_only(config, &file).await {
        Ok(rows) => say_error(&text("restore-replaced").with("path", path).count("rows", rows).render(locale)),
        Err(error) => {
            print_transfer_error("backup-failed", &path, &error, locale);
            let replaced = config.location().to_string();
            say_error(&text("restore-not-saved").with("path", replaced).render(locale));
            return Ok(false);
        }
    }
    Ok(true)
}

async fn save_read_only(config: &Config, file: &Path) -> Result<u64, TransferError> {
    let store = Store::open_at_to_read(&config.location()).await.map_err(TransferError::Store)?;
    let written = write_backup(&store, file).await;
    store.close().await;
    written
}

/// Returns the sentence on an unsigned audit, and true if the next start signs it as it is: only where nothing was signed before.
fn unsigned(config: &Config, entries: u64) -> (Text, bool) {
    let is_first = kept_heads(&config.audit.key).is_ok_and(|kept| kept.is_empty());
    let sentence = if is_first { "audit-unsigned" } else { "audit-unsigned-here" };
    (text(sentence).count("entries", entries), is_first)
}

/// Signs the audit of a state that was restored, if it was signed before: the file may hold anything. If it was changed, the
/// restoration is recorded where the end of its chain is still what was signed last.
async fn sign_restored(config: &Config, store: &Store, path: &str, locale: Locale) -> anyhow::Result<Ending> {
    let known = audit::known_keys(config, Vec::new())?;
    // What was signed last was in the state that is replaced.
    let detail = format!("{path} {}", head_list(&kept_heads(&config.audit.key).unwrap_or_default()));
    let sentence = match store.verify_audit(&[], &known).await {
        Ok(proof) if !proof.signed.is_empty() || proof.entries == 0 => {
            record_accepting(store, AuditAction::Restored, &detail).await?;
            return audit::verify_whole(store, &known, locale).await;
        }
        Ok(proof) => {
            let (sentence, is_signed_next) = unsigned(config, proof.entries);
            say_error(&sentence.render(locale));
            if is_signed_next {
                return Ok(Ending::Failed);
            }
            "restore-unproven"
        }
        Err(unproven) => {
            let detail = format!("{detail}; {unproven}");
            audit::print_audit_error(unproven, locale)?;
            match store.append(event(AuditAction::Restored, &detail)).await {
                Ok(_) => "restore-recorded",
                Err(StoreError::AuditChanged(_)) => "restore-unproven",
                Err(error) => return Err(state_error(&error).into()),
            }
        }
    };
    say_error(&text(sentence).render(locale));
    Ok(Ending::Failed)
}

/// Copies a state to another database.
pub(super) async fn store(Installed { config, locale }: Installed, command: StoreCommand) -> anyhow::Result<Ending> {
    let StoreCommand::Copy { from, to, force } = command;
    let (Some(from), Some(to)) = (location(&from, locale), location(&to, locale)) else { return Ok(Ending::Usage) };
    if from == to {
        say_error(&text("copy-same").render(locale));
        return Ok(Ending::Usage);
    }
    let key = installed_key(&config).await?;
    // A chain that was pruned begins with what this installation has signed.
    let known = audit::known_keys(&config, Vec::new())?;
    let source = Store::open_at_to_read(&from).await.map_err(|error| state_error(&error))?;
    // Nobody answers from a file that is copied or replaced: what was said meanwhile would be lost. Of a server that is
    // filled, it is looked at who works on it.
    let _from_lock = from.file().map(InstanceLock::take_file).transpose()?;
    if !may_be_copied(&source, &known, locale).await? {
        source.close().await;
        say_error(&text("copy-unproven").with("from", from.to_string()).with("to", to.to_string()).render(locale));
        return Ok(Ending::Failed);
    }
    // Locking makes the file.
    let made = to.missing_file().map(Path::to_owned);
    let _to_lock = to.file().map(InstanceLock::take_file).transpose()?;
    let copied = copy_through_pipe(&source, &to, force).await;
    source.close().await;
    match copied {
        Ok(loaded) => {
            let store = Store::open_signing(&to, "pstral-store", Arc::new(HeadFiles::signing_only(key))).await;
            let store = store.map_err(|error| state_error(&error))?;
            record_accepting(&store, AuditAction::StoreCopied, &format!("{from} {to}")).await?;
            let done = restored("copy-done", &loaded).with("from", from.to_string()).with("to", to.to_string());
            say(&done.render(locale));
            let ending = audit::verify_whole(&store, &known, locale).await;
            store.close().await;
            ending
        }
        Err(error) => {
            // Another program that made it in the same moment keeps what it put there.
            if let Some(made) = made.filter(|_| !matches!(error, TransferError::NotEmpty)) {
                remove_database(&made);
            }
            Ok(print_transfer_error("copy-failed", &to.to_string(), &error, locale))
        }
    }
}

/// Removes a database file that nothing was copied into, with the files that SQLite puts beside it.
fn remove_database(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        // What cannot be removed is empty.
        let _ = std::fs::remove_file(name);
    }
}

/// Verifies a state before it is copied: the copy is signed with this installation's key, whatever it holds.
async fn may_be_copied(source: &Store, known: &KnownAuditKeys, locale: Locale) -> anyhow::Result<bool> {
    match source.verify_audit(&[], known).await {
        Ok(proof) if !proof.signed.is_empty() || proof.entries == 0 => return Ok(true),
        Ok(proof) => say_error(&text("audit-unsigned").count("entries", proof.entries).render(locale)),
        Err(unproven) => {
            audit::print_audit_error(unproven, locale)?;
        }
    }
    Ok(false)
}

async fn write_backup(store: &Store, path: &Path) -> Result<u64, TransferError> {
    let file = NewFile::begin(path)?;
    let mut out = GzEncoder::new(BufWriter::new(file.writer()?), Compression::default());
    let rows = store.dump(Timestamp::now(), &mut out).await?;
    out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.keep()?;
    Ok(rows)
}

/// A backup to be read, compressed or not.
fn opened(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let mut file = BufReader::new(File::open(path)?);
    let is_gzip = file.fill_buf()?.starts_with(&GZIP);
    Ok(if is_gzip { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) })
}

/// From one database into the other, through a pipe: nothing is written beside them.
async fn copy_through_pipe(source: &Store, to: &Location, force: bool) -> Result<Loaded, TransferError> {
    let (reader, writer) = io::pipe()?;
    let to = to.clone();
    let handle = tokio::runtime::Handle::current();
    // A thread of its own: each end waits for the other.
    let loading = tokio::task::spawn_blocking(move || {
        let mut stream = BufReader::new(reader);
        let loaded = handle.block_on(to.load(&mut stream, force));
        // Who still writes must not hear of a broken pipe instead of what is wrong.
        let _ = io::copy(&mut stream, &mut io::sink());
        loaded
    });
    let mut out = BufWriter::new(writer);
    let dumped = source.dump(Timestamp::now(), &mut out).await;
    drop(out);
    let loaded = loading.await.map_err(|error| TransferError::NotOurs(error.to_string()))?;
    dumped.and(loaded)
}

fn location(given: &str, locale: Locale) -> Option<Location> {
    let address = match given.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).map(|address| address.trim().to_owned()),
        None => Ok(given.to_owned()),
    };
    let location = address.ok().and_then(|address| Location::of(&address));
    if location.is_none() {
        say_error(&format!("{}: {}", text("copy-address").render(locale), text("config-store-url").render(locale)));
    }
    location
}

fn restored(sentence: &'static str, loaded: &Loaded) -> Text {
    text(sentence).count("rows", loaded.rows).with("at", loaded.at.clone())
}

/// Prints the error with its remedy, if one is known.
fn print_transfer_error(sentence: &'static str, path: &str, error: &TransferError, locale: Locale) -> Ending {
    let why = match error {
        TransferError::NotEmpty => text("transfer-not-empty"),
        TransferError::InUse => text("transfer-in-use"),
        TransferError::Older(migration) => text("transfer-older").with("migration", migration.to_string()),
        TransferError::NotOurs(what) => text("transfer-not-ours").with("error", what),
        TransferError::Store(StoreError::Newer(_)) => text("transfer-newer"),
        TransferError::Store(error) => text("transfer-store").with("error", error.to_string()),
        TransferError::Stream(error) => text("transfer-stream").with("error", error.to_string()),
    };
    say_error(&text(sentence).with("path", path).with("why", why.render(locale)).render(locale));
    Ending::Failed
}
