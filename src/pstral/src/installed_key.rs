//! The audit key of an installation: made together with its first signed head, and never a second time in silence.

use std::path::Path;

use pstral_core::text::text;
use pstral_store::{KeptHeadsError, Store};

use crate::audit_head_files::kept_heads;
use crate::audit_heads::{kept_heads_error, key_error};
use crate::audit_key::AuditKey;
use crate::compose::{StartError, state_error};
use crate::config::Config;

/// Returns the key, and makes it for a state that was never signed. A key that is gone is an error: a new one would sign
/// whatever is there now.
pub(crate) async fn installed_key(config: &Config) -> Result<AuditKey, StartError> {
    let path = &config.audit.key;
    match AuditKey::read(path).map_err(|error| key_error(&error))? {
        Some(key) => Ok(key),
        None if was_signed(config).await? => Err(key_gone(path)),
        None => AuditKey::read_or_make(path).map_err(|error| key_error(&error)),
    }
}

/// The key is gone, and the audit was signed with it.
pub(crate) fn key_gone(path: &Path) -> StartError {
    let found = text("found-audit-key-gone").with("path", path.display().to_string());
    let fact = format!("{}: the key is gone", path.display());
    StartError { found: Some(Box::new(found)), ..StartError::new("audit", fact, text("remedy-audit-key-gone")) }
}

async fn was_signed(config: &Config) -> Result<bool, StartError> {
    match kept_heads(&config.audit.key) {
        Ok(kept) if kept.is_empty() => {}
        // A file that holds no head any more stands for one all the same.
        Ok(_) | Err(KeptHeadsError::NotOurs(_)) => return Ok(true),
        Err(error) => return Err(kept_heads_error(&error)),
    }
    let location = config.location();
    if location.missing_file().is_some() {
        return Ok(false);
    }
    let store = Store::open_at(&location, &config.store.instance).await.map_err(|error| state_error(&error))?;
    let signed = store.signed_heads().await;
    store.close().await;
    Ok(!signed.map_err(|error| state_error(&error))?.is_empty())
}
