//! `pstral audit verify`: against the signatures and the heads that were kept.

use std::sync::atomic::AtomicU64;

use pstral_auditproof::SignedHead;
use pstral_core::domain::{AuditAction, ChainHead, Locale, Signatures as _};
use pstral_core::ports::{AuditFilter, AuditLog as _};
use pstral_core::text::text;
use pstral_store::{AuditCheck, AuditVerifyError, KeptHeadsError, Store};

use super::PAGE;
use super::proof::{HeadsFile, KeptHead};
use crate::audit_head_files::{kept_heads, own_heads};
use crate::audit_key::{AuditKey, KnownAuditKeys, PublicAuditKey};
use crate::audit_verdict::AuditVerdict;
use crate::cli::Ending;
use crate::cli::out::{say, say_error};
use crate::compose::open_store_to_read;
use crate::config::Config;
use crate::key_folder::heads_folder;

/// The keys that are given, or the installation's own.
pub(in crate::cli) fn known_keys(config: &Config, given: Vec<PublicAuditKey>) -> anyhow::Result<KnownAuditKeys> {
    if !given.is_empty() {
        return Ok(KnownAuditKeys(given));
    }
    Ok(KnownAuditKeys(AuditKey::read(&config.audit.key)?.map(|key| key.public()).into_iter().collect()))
}

/// Verifies the audit of the state against heads that were kept.
pub(super) async fn verify_state(
    config: &Config,
    kept: Vec<KeptHead>,
    begin_at: &[ChainHead],
    keys: Vec<PublicAuditKey>,
    locale: Locale,
) -> anyhow::Result<Ending> {
    let is_elsewhere = !keys.is_empty();
    let (known, mut signed) = (known_keys(config, keys)?, kept_heads(&config.audit.key)?);
    // The state may be of another installation.
    signed.retain(|head| !is_elsewhere || known.knows(&head.head.key.to_string()));
    let (mut heads, mut files) = (Vec::new(), Vec::new());
    for head in kept {
        match head {
            KeptHead::Entry(head) => heads.push(head),
            KeptHead::File(path) => match HeadsFile::read(&path) {
                Ok(file) => files.push(file),
                Err(why) => {
                    say_error(&why.render(locale));
                    return Ok(Ending::Usage);
                }
            },
        }
    }
    signed.extend(files.iter().flat_map(HeadsFile::heads).cloned());
    let check = AuditCheck { known: &known, heads: &heads, signed: &signed, begin_at };
    let store = open_store_to_read(config).await?;
    if let Some(foreign) = foreign_head(config, &store, &known).await.filter(|_| !is_elsewhere) {
        return Err(foreign.into());
    }
    let ending = verify(&store, check, locale).await?;
    if let Ending::Fine = ending {
        for file in &files {
            file.say_compared(locale);
        }
        if !is_elsewhere {
            say_behind(config, &store, locale).await?;
        }
    }
    let damaged = files.iter().filter(|file| file.say_damaged(locale)).count();
    Ok(if damaged == 0 { ending } else { Ending::Failed })
}

/// Verifies the audit against itself alone.
pub(in crate::cli) async fn verify_whole(
    store: &Store,
    known: &KnownAuditKeys,
    locale: Locale,
) -> anyhow::Result<Ending> {
    verify(store, AuditCheck { known, heads: &[], signed: &[], begin_at: &[] }, locale).await
}

async fn verify(store: &Store, check: AuditCheck<'_>, locale: Locale) -> anyhow::Result<Ending> {
    let proof = match store.verify_audit_against(check, &AtomicU64::new(0)).await {
        Ok(proof) => proof,
        Err(unproven) => return print_audit_error(unproven, locale),
    };
    if proof.signed.is_empty() && proof.entries > 0 {
        say_error(&text("audit-unsigned").count("entries", proof.entries).render(locale));
        return Ok(Ending::Failed);
    }
    let holds = if check.begin_at.is_empty() { "audit-holds" } else { "audit-holds-from" };
    say(&text(holds).count("entries", proof.entries).render(locale));
    for head in &proof.heads {
        say(&head.to_string());
    }
    for (action, sentence) in
        [(AuditAction::AuditAccepted, "audit-accepted-before"), (AuditAction::Restored, "audit-restored-before")]
    {
        let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
        for entry in store.tail(&filter, PAGE).await? {
            let at = entry.event.at.strftime("%Y-%m-%d %H:%M UTC").to_string();
            let line = text(sentence).with("seq", entry.seq.to_string()).with("instance", entry.instance);
            say_error(&line.with("at", at).with("what", entry.event.detail.unwrap_or_default()).render(locale));
        }
    }
    Ok(Ending::Fine)
}

/// Tells if the newest head of this instance is not kept beside the key: an earlier copy of the state that was put back since
/// would not be found there.
async fn say_behind(config: &Config, store: &Store, locale: Locale) -> anyhow::Result<()> {
    let is_ours = |signed: &SignedHead| signed.head.instance == config.store.instance;
    // Those of the state first: a program that writes meanwhile keeps later ones.
    let Some(SignedHead { head, .. }) = store.signed_heads().await?.into_iter().find(is_ours) else { return Ok(()) };
    let kept = kept_heads(&config.audit.key)?.into_iter().filter(is_ours).map(|kept| kept.head.seq).max();
    let sentence = match kept {
        Some(kept) if kept >= head.seq => return Ok(()),
        Some(kept) => text("audit-heads-behind").with("kept", kept.to_string()),
        None => text("audit-heads-none"),
    };
    let folder = heads_folder(&config.audit.key).display().to_string();
    let sentence = sentence.with("instance", head.instance).with("seq", head.seq.to_string());
    say_error(&sentence.with("folder", folder).render(locale));
    Ok(())
}

/// Finds a kept head that is not signed with this installation's key, although the state is.
pub(super) async fn foreign_head(config: &Config, store: &Store, known: &KnownAuditKeys) -> Option<KeptHeadsError> {
    let in_state = store.signed_heads().await.ok()?;
    let is_ours = in_state.iter().all(|signed| known.knows(&signed.head.key.to_string()));
    known.0.first().filter(|_| is_ours).and_then(|key| own_heads(&config.audit.key, key.0).err())
}

/// Says why an audit does not hold.
pub(in crate::cli) fn print_audit_error(unproven: AuditVerifyError, locale: Locale) -> anyhow::Result<Ending> {
    let (AuditVerdict::Broken(what) | AuditVerdict::Unproven(what)) = AuditVerdict::of(unproven)?;
    say_error(&what.render(locale));
    Ok(Ending::Failed)
}
