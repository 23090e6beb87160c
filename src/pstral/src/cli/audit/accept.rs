//! `pstral audit accept`: lets an audit go on that is not what was signed last.

use std::sync::atomic::AtomicU64;

use pstral_auditproof::SignedHead;
use pstral_core::domain::{AuditAction, Locale};
use pstral_core::ports::{AuditFilter, AuditLog as _, StoreError};
use pstral_core::text::text;
use pstral_store::{AuditCheck, AuditVerifyError, Store};

use super::PAGE;
use super::verify::{foreign_head, known_keys, print_audit_error, verify_whole};
use crate::audit_head_files::heads_and_faults;
use crate::audit_key::AuditKey;
use crate::cli::out::{say, say_error};
use crate::cli::{Ending, record_accepting};
use crate::compose::{open_store, open_store_to_read};
use crate::config::Config;
use crate::installed_key::installed_key;

/// Finds an entry that cannot be read.
async fn unreadable_entry(store: &Store) -> Result<Option<AuditVerifyError>, StoreError> {
    let (all, mut position) = (AuditFilter::default(), 0);
    loop {
        match store.after(position, &all, PAGE).await {
            Ok(entries) => match entries.last() {
                Some(last) => position = last.position,
                None => return Ok(None),
            },
            Err(StoreError::Corrupt(what)) => return Ok(Some(AuditVerifyError::Unreadable(what))),
            Err(error) => return Err(error),
        }
    }
}

/// Says what is wrong, and goes on from there if that is wanted.
pub(super) async fn accept(config: &Config, yes: bool, locale: Locale) -> anyhow::Result<Ending> {
    // What cannot be read now is no change that anybody could accept.
    let (signed, faults) = heads_and_faults(&config.audit.key)?;
    if !yes {
        if !faults.is_empty() {
            say_error(&text("audit-accept-cut").render(locale));
        }
        installed_key(config).await?;
    }
    let known = known_keys(config, Vec::new())?;
    let store = open_store_to_read(config).await?;
    let check = AuditCheck { known: &known, heads: &[], signed: &signed, begin_at: &[] };
    let verified = store.verify_audit_against(check, &AtomicU64::new(0)).await;
    let in_state = store.signed_heads().await.unwrap_or_default();
    let foreign = foreign_head(config, &store, &known).await;
    let unreadable = match verified {
        Err(AuditVerifyError::Chain(_) | AuditVerifyError::Unreadable(_)) => unreadable_entry(&store).await?,
        _ => None,
    };
    store.close().await;
    if let Some(unreadable) = unreadable {
        print_audit_error(unreadable, locale)?;
        say_error(&text("audit-accept-unreadable").render(locale));
        return Ok(Ending::Failed);
    }
    if let Err(AuditVerifyError::Store(error)) = verified {
        return Err(error.into());
    }
    let of_audit = verified.as_ref().err().map(ToString::to_string);
    let found: Vec<String> = of_audit.into_iter().chain(faults.iter().map(ToString::to_string)).collect();
    if found.is_empty() {
        say(&text("audit-accept-nothing").render(locale));
        return Ok(Ending::Fine);
    }
    if !yes {
        if let Err(found) = verified {
            print_audit_error(found, locale)?;
        }
        if let Some(foreign) = foreign {
            return Err(foreign.into());
        }
        say_error(&text("audit-accept-how").render(locale));
        return Ok(Ending::Failed);
    }
    sign_as_it_is(config, &found.join("; "), &signed, &in_state, locale).await
}

/// Records what was found and signs the audit as it is. Heads are those that were signed before.
async fn sign_as_it_is(
    config: &Config,
    found: &str,
    kept: &[SignedHead],
    in_state: &[SignedHead],
    locale: Locale,
) -> anyhow::Result<Ending> {
    // Made only now that the audit could be verified. Heads tell whether it is new: an earlier attempt may have made it.
    let is_missing = AuditKey::read(&config.audit.key)?.is_none();
    let key = AuditKey::read_or_make(&config.audit.key)?.public();
    let is_kept = |signed: &SignedHead| kept.iter().any(|kept| kept.head.instance == signed.head.instance);
    let only_in_state = in_state.iter().filter(|signed| signed.is_signed() && !is_kept(signed));
    let before: Vec<SignedHead> = kept.iter().chain(only_in_state).cloned().collect();
    let mut keys = kept.iter().chain(in_state).map(|signed| signed.head.key).peekable();
    let is_new = if keys.peek().is_some() { keys.all(|other| other != key.0) } else { is_missing };
    let new = if is_new { format!("; new key: {key}") } else { String::new() };
    let (known, store) = (known_keys(config, Vec::new())?, open_store(config).await?);
    let why = format!("{found}; signed before: {}{new}", head_list(&before));
    record_accepting(&store, AuditAction::AuditAccepted, &why).await?;
    say(&text("audit-accepted").render(locale));
    // What a signature cannot mend, such as an entry that was changed, is still found.
    if let Ending::Failed = verify_whole(&store, &known, locale).await? {
        let heads: Vec<String> = store.heads().await?.iter().map(|head| format!("--from-head {head}")).collect();
        say_error(&text("audit-accept-stays").with("heads", heads.join(" ")).render(locale));
    }
    store.close().await;
    Ok(Ending::Fine)
}

/// The entries that heads are of, as `INSTANCE:SEQ:HASH`.
pub(in crate::cli) fn head_list(heads: &[SignedHead]) -> String {
    let one = |signed: &SignedHead| format!("{}:{}:{}", signed.head.instance, signed.head.seq, signed.head.chain);
    heads.iter().map(one).collect::<Vec<_>>().join(" ")
}
