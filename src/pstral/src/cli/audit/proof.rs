//! `pstral audit head`, `prove`, `consistency` and `check`: what vouches for the audit outside its database.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pstral_auditproof::{Hash, HeadsInText, Proof, ProofError, PublicKey, SignedHead, Verified};
use pstral_core::domain::{AuditAction, ChainHead, Locale};
use pstral_core::ports::AuditLog as _;
use pstral_core::text::{Text, text};
use pstral_store::Store;

use crate::audit_key::{KnownAuditKeys, PublicAuditKey};
use crate::cli::out::{say, say_error, say_json};
use crate::cli::{Ending, record};
use crate::compose::{open_store, open_store_to_read};
use crate::config::Config;
use crate::witness::Witness;

/// The most lines of a file that are named.
const MOST_LINES: usize = 10;

/// A head that was kept elsewhere.
#[derive(Debug, Clone)]
pub(in crate::cli) enum KeptHead {
    /// The entry that it is of.
    Entry(ChainHead),
    /// A file of signed heads.
    File(PathBuf),
}

/// Reads a head from the command line. Whether a file can be read is for whoever reads it to say.
pub(super) fn kept_head(word: &str) -> Result<KeptHead, String> {
    let is_there = || match fs::metadata(word) {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
    };
    match word.parse() {
        Ok(head) => Ok(KeptHead::Entry(head)),
        Err(_) if is_there() => Ok(KeptHead::File(word.into())),
        Err(error) => Err(format!("{error}; or give a file that holds signed heads")),
    }
}

/// A file of signed heads that was read.
pub(super) struct HeadsFile {
    path: PathBuf,
    found: HeadsInText,
}

impl HeadsFile {
    /// Reads a file; else says what is wrong with it.
    pub(super) fn read(path: &Path) -> Result<Self, Text> {
        if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
            return Err(about("audit-file-irregular", path));
        }
        let found = HeadsInText::of(&read_text(path)?);
        if found.heads.is_empty() {
            return Err(about("audit-not-a-head", path));
        }
        Ok(Self { path: path.to_owned(), found })
    }

    /// The heads, the newest last.
    pub(super) fn heads(&self) -> &[SignedHead] {
        &self.found.heads
    }

    /// Says how many heads were compared.
    pub(super) fn say_compared(&self, locale: Locale) {
        let compared = about("audit-heads-compared", &self.path).count("heads", self.found.heads.len() as u64);
        say(&compared.render(locale));
    }

    /// Says which lines are no part of a head; true if there are any.
    pub(super) fn say_damaged(&self, locale: Locale) -> bool {
        let others = &self.found.others;
        if others.is_empty() {
            return false;
        }
        let lines = others.iter().take(MOST_LINES).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let more = if others.len() > MOST_LINES { " …" } else { "" };
        let damaged = about("audit-heads-damaged", &self.path).count("places", others.len() as u64);
        say_error(&damaged.with("lines", lines + more).render(locale));
        true
    }
}

/// Reads a text file; else says what is wrong with it.
fn read_text(path: &Path) -> Result<String, Text> {
    let bytes = fs::read(path).map_err(|error| about("audit-file-unread", path).with("error", error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        let readable = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let line = 1 + readable.matches('\n').count();
        about("audit-file-not-text", path).with("line", line.to_string())
    })
}

fn about(sentence: &'static str, path: &Path) -> Text {
    text(sentence).with("path", path.display().to_string())
}

pub(super) fn witness_key(config: &Config, locale: Locale) -> anyhow::Result<Ending> {
    let Some(key) = Witness::public_key(&config.witness)? else {
        say_error(&format!("witness.name: {}", text("config-witness-name").render(locale)));
        return Ok(Ending::Usage);
    };
    say(&key.to_string());
    Ok(Ending::Fine)
}

pub(super) async fn head(config: &Config, instance: Option<String>, locale: Locale) -> anyhow::Result<Ending> {
    let store = open_store_to_read(config).await?;
    let instance = instance.unwrap_or_else(|| config.store.instance.clone());
    let Some(signed) = newest(&store, &instance).await? else { return Ok(refused(&unsigned(&instance), locale)) };
    say(signed.to_string().trim_end());
    Ok(Ending::Fine)
}

pub(super) async fn prove(
    config: &Config,
    seq: i64,
    instance: Option<String>,
    locale: Locale,
) -> anyhow::Result<Ending> {
    let store = open_store(config).await?;
    let instance = instance.unwrap_or_else(|| config.store.instance.clone());
    // An entry leaves as a file.
    record(&store, AuditAction::Export, None, &format!("proof of entry {seq} of {instance}")).await?;
    let Some(signed) = newest(&store, &instance).await? else { return Ok(refused(&unsigned(&instance), locale)) };
    let entry = store.chain(&instance, seq - 1, 1).await?.into_iter().next().filter(|entry| entry.seq == seq);
    let Some(entry) = entry else {
        let none = text("audit-no-entry").with("seq", seq.to_string()).with("instance", instance);
        return Ok(refused(&none, locale));
    };
    let tree = store.audit_tree(&instance, signed.head.seq).await?;
    let leaf = seq.unsigned_abs() - 1;
    match tree.inclusion(leaf).map(|path| path.map(|path| digits(&path))) {
        Some(Ok(path)) => {
            print(&Proof::Inclusion { entry: entry.json(), path, head: signed.to_string() }, &signed, locale)
        }
        _ => Ok(refused(&text("audit-proof-pruned"), locale)),
    }
}

pub(super) async fn consistency(
    config: &Config,
    old: &Path,
    new: Option<&Path>,
    locale: Locale,
) -> anyhow::Result<Ending> {
    let own = &config.store.instance;
    let (Some(old), new) = (read_one(old, own, locale), new.map(|new| read_one(new, own, locale))) else {
        return Ok(Ending::Usage);
    };
    let store = open_store_to_read(config).await?;
    let new = match new {
        Some(Some(new)) => new,
        Some(None) => return Ok(Ending::Usage),
        None => match newest(&store, &old.head.instance).await? {
            Some(newest) => newest,
            None => return Ok(refused(&unsigned(&old.head.instance), locale)),
        },
    };
    let tree = store.audit_tree(&old.head.instance, new.head.seq).await?;
    match tree.consistency(old.head.seq).map(|path| path.map(|path| digits(&path))) {
        Some(Ok(path)) => print(&Proof::Consistency { path, old: old.to_string(), new: new.to_string() }, &new, locale),
        Some(Err(_)) => Ok(refused(&text("audit-proof-pruned"), locale)),
        None => Ok(refused(&text("audit-heads-order"), locale)),
    }
}

pub(super) fn check(proof: &Path, known: &KnownAuditKeys, locale: Locale) -> Ending {
    let json = match read_text(proof) {
        Ok(json) => json,
        Err(why) => return refused(&why, locale),
    };
    let keys: Vec<PublicKey> = known.0.iter().map(|PublicAuditKey(key)| *key).collect();
    let proof = Proof::read(&json);
    if let Ok(proof) = &proof
        && let (Some(entry), Ok(_)) = (proof.entry(), proof.verify(&keys))
    {
        say_json(&entry.to_string());
    }
    match proof.and_then(|proof| proof.verify(&keys)) {
        Ok(Verified::Entry(entry)) => {
            let shown = text("audit-proof-entry").with("seq", entry.seq.to_string()).with("instance", entry.instance);
            say(&shown.with("hash", entry.hash.to_string()).render(locale));
            Ending::Fine
        }
        Ok(Verified::Grown { instance, from, to }) => {
            let shown = text("audit-proof-grown").with("instance", instance).with("from", from.to_string());
            say(&shown.with("to", to.to_string()).render(locale));
            Ending::Fine
        }
        Err(error) => refused(&why(&error), locale),
    }
}

fn why(error: &ProofError) -> Text {
    let unreadable = |why| text("audit-proof-unreadable").said("why", why);
    match error {
        ProofError::NotJson(line) => unreadable(text("proof-not-json").with("line", line.to_string())),
        ProofError::Repeated { line, column } => {
            let repeated = text("proof-repeated").with("line", line.to_string());
            unreadable(repeated.with("column", column.to_string()))
        }
        ProofError::Members => unreadable(text("proof-members")),
        ProofError::Head => unreadable(text("proof-head")),
        ProofError::Hash => unreadable(text("proof-hash")),
        ProofError::Signature => text("audit-proof-signature"),
        ProofError::OtherKey(key) => text("audit-proof-other-key").with("key", key.to_string()),
        ProofError::EntryChanged => text("audit-proof-entry-changed"),
        ProofError::OtherInstance => text("audit-proof-other-instance"),
        ProofError::Path => text("audit-proof-path"),
    }
}

async fn newest(store: &Store, instance: &str) -> anyhow::Result<Option<SignedHead>> {
    Ok(store.signed_heads().await?.into_iter().find(|signed| signed.head.instance == instance))
}

fn unsigned(instance: &str) -> Text {
    text("audit-no-head").with("instance", instance)
}

/// The newest head in a file, of several instances that of this one; `None` once it was said that there is none.
fn read_one(path: &Path, instance: &str, locale: Locale) -> Option<SignedHead> {
    match HeadsFile::read(path) {
        Ok(file) => {
            file.say_damaged(locale);
            let own = file.heads().iter().rfind(|signed| signed.head.instance == instance);
            own.or(file.heads().last()).cloned()
        }
        Err(why) => {
            say_error(&why.render(locale));
            None
        }
    }
}

fn digits(path: &[Hash]) -> Vec<String> {
    path.iter().map(ToString::to_string).collect()
}

/// Prints a proof that holds. One that does not shows that the audit, or a head, was changed.
fn print(proof: &Proof, head: &SignedHead, locale: Locale) -> anyhow::Result<Ending> {
    if let Err(error) = proof.verify(&[head.head.key]) {
        return Ok(refused(&why(&error), locale));
    }
    say_json(&serde_json::to_string(proof)?);
    Ok(Ending::Fine)
}

fn refused(sentence: &Text, locale: Locale) -> Ending {
    say_error(&sentence.render(locale));
    Ending::Failed
}
