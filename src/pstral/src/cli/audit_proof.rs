//! `pstral audit head`, `prove`, `consistency` and `check`: what vouches for the audit outside its database.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pstral_auditproof::{Hash, Proof, ProofError, PublicKey, SignedHead, Verified, heads_in};
use pstral_core::domain::{AuditAction, ChainHead, Locale};
use pstral_core::ports::AuditLog as _;
use pstral_core::text::{Text, text};
use pstral_store::Store;

use super::out::{say, say_error, say_json};
use super::{Ending, record};
use crate::audit_key::{KnownAuditKeys, PublicAuditKey};
use crate::compose::{open_store, open_store_to_read};
use crate::config::Config;
use crate::witness::Witness;

/// A head that was kept elsewhere.
#[derive(Debug, Clone)]
pub(super) enum KeptHead {
    /// The entry that it is of.
    Entry(ChainHead),
    /// A file of signed heads.
    File(PathBuf),
}

/// Reads a head from the command line.
pub(super) fn kept_head(word: &str) -> Result<KeptHead, String> {
    match word.parse() {
        Ok(head) => Ok(KeptHead::Entry(head)),
        Err(_) if Path::new(word).is_file() => Ok(KeptHead::File(word.into())),
        Err(error) => Err(format!("{error}; or give a file that holds signed heads")),
    }
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
    let (Some(old), new) = (read_one(old, own, locale)?, new.map(|new| read_one(new, own, locale)).transpose()?) else {
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

pub(super) fn check(proof: &Path, known: &KnownAuditKeys, locale: Locale) -> anyhow::Result<Ending> {
    let json = std::fs::read_to_string(proof).with_context(|| proof.display().to_string())?;
    let keys: Vec<PublicKey> = known.0.iter().map(|PublicAuditKey(key)| *key).collect();
    let proof = Proof::read(&json);
    // As it was read: of a member that stands there twice, only one counts.
    if let Ok(proof) = &proof
        && let (Some(entry), Ok(_)) = (proof.entry(), proof.verify(&keys))
    {
        say_json(&entry.to_string());
    }
    match proof.and_then(|proof| proof.verify(&keys)) {
        Ok(Verified::Entry(entry)) => {
            let shown = text("audit-proof-entry").with("seq", entry.seq.to_string()).with("instance", entry.instance);
            say(&shown.with("hash", entry.hash.to_string()).render(locale));
            Ok(Ending::Fine)
        }
        Ok(Verified::Grown { instance, from, to }) => {
            let shown = text("audit-proof-grown").with("instance", instance).with("from", from.to_string());
            say(&shown.with("to", to.to_string()).render(locale));
            Ok(Ending::Fine)
        }
        Err(error) => Ok(refused(&why(&error), locale)),
    }
}

fn why(error: &ProofError) -> Text {
    match error {
        ProofError::Unreadable(what) => text("audit-proof-unreadable").with("error", what),
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

/// The signed heads in a file, the newest last; `None` once it was said that there is none.
pub(super) fn read(path: &Path, locale: Locale) -> anyhow::Result<Option<Vec<SignedHead>>> {
    let content = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let heads = heads_in(&content);
    if heads.is_empty() {
        say_error(&text("audit-not-a-head").with("path", path.display().to_string()).render(locale));
        return Ok(None);
    }
    Ok(Some(heads))
}

/// The newest head in a file; of several instances, that of this one.
fn read_one(path: &Path, instance: &str, locale: Locale) -> anyhow::Result<Option<SignedHead>> {
    let Some(mut heads) = read(path, locale)? else { return Ok(None) };
    let own = heads.iter().rposition(|signed| signed.head.instance == instance);
    let newest = own.unwrap_or(heads.len() - 1);
    Ok(Some(heads.swap_remove(newest)))
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
