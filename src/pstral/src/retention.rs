//! The retention periods of each class of data, and their enforcement.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pstral_core::ports::AuditLog;
use pstral_store::{AuditCheck, AuditVerifyError, ExpiryLimits, Pruning, PruningClass, Store};
use tokio::time::sleep;

use crate::audit_head_files::kept_heads;
use crate::audit_key::AuditKey;
use crate::config::{Config, RetentionConfig};
use crate::installed_key::key_gone;

/// Takes away what is over.
pub struct Retention {
    store: Arc<Store>,
    audit: Arc<dyn AuditLog>,
    config: RetentionConfig,
    key: PathBuf,
}

/// The reason why nothing was deleted.
#[derive(Debug, thiserror::Error)]
pub enum NotPruned {
    /// The audit does not hold: whoever prunes it would sign that it did.
    #[error(transparent)]
    Unproven(#[from] AuditVerifyError),
    /// The key, or the state database.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl Retention {
    /// Creates the retention of a state from the configuration; what it does is recorded in `audit`.
    pub fn new(config: &Config, store: Arc<Store>, audit: Arc<dyn AuditLog>) -> Self {
        Self { store, audit, config: config.retention, key: config.audit.key.clone() }
    }

    /// Checks whether all classes are kept for ever.
    pub fn is_for_ever(&self) -> bool {
        let RetentionConfig { conversations_days, proposals_days, audit_texts_days, audit_days, .. } = self.config;
        [conversations_days, proposals_days, audit_texts_days, audit_days] == [0; 4]
    }

    /// Returns the expired data.
    pub async fn prunings(&self, now: Timestamp) -> anyhow::Result<Vec<Pruning>> {
        Ok(self.store.prunings(&self.due(now)).await?)
    }

    /// Takes it away. Of the audit only where it holds with this installation's key; where it does not hold, what is of
    /// other classes goes all the same. `by` is the platform of whoever wants it so.
    pub async fn prune(&self, now: Timestamp, by: Option<&str>) -> Result<Vec<Pruning>, NotPruned> {
        let due = self.due(now);
        let prunings = self.store.prunings(&due).await.map_err(anyhow::Error::from)?;
        let mut unproven = None;
        let key = if prunings.iter().any(|pruning| pruning.class == PruningClass::Audit) {
            let key = AuditKey::read(&self.key)?.ok_or_else(|| anyhow::Error::from(key_gone(&self.key)))?;
            let known = key.public();
            let signed = kept_heads(&self.key).map_err(anyhow::Error::from)?;
            let check = AuditCheck { known: &known, heads: &[], signed: &signed, begin_at: &[] };
            match self.store.verify_audit_against(check, &AtomicU64::new(0)).await {
                Ok(_) => Some(key),
                Err(error) => {
                    unproven = Some(error);
                    None
                }
            }
        } else {
            None
        };
        // What comes to be over only now waits for a run that has proved it.
        let audit_texts = due.audit_texts.filter(|_| unproven.is_none());
        let due = ExpiryLimits { audit: due.audit.filter(|_| key.is_some()), audit_texts, ..due };
        let sign = move |checkpoint| match &key {
            Some(key) => key.signed(checkpoint),
            None => checkpoint,
        };
        let pruned = self.store.prune(&*self.audit, &due, by, &sign).await.map_err(anyhow::Error::from)?;
        self.store.truncate_wal().await.map_err(anyhow::Error::from)?;
        unproven.map_or(Ok(pruned), |error| Err(error.into()))
    }

    /// Takes away what is over again and again, from the start on, where that is wanted.
    pub async fn keep_on(self) {
        let every = Duration::from_secs(self.config.every_hours * 3600);
        while !every.is_zero() {
            match self.prune(Timestamp::now(), None).await {
                Ok(pruned) => {
                    for Pruning { class, before, rows } in pruned {
                        tracing::info!(class = class.word(), %before, ?rows, "deleted expired data");
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "expired data could not be deleted; trying again at the next pruning");
                }
            }
            sleep(every).await;
        }
    }

    fn due(&self, now: Timestamp) -> ExpiryLimits {
        let before = |days: u64| {
            let hours = i64::try_from(days).ok()?.checked_mul(24).filter(|hours| *hours > 0)?;
            now.checked_sub(SignedDuration::from_hours(hours)).ok()
        };
        ExpiryLimits {
            now,
            conversations: before(self.config.conversations_days),
            proposals: before(self.config.proposals_days),
            audit: before(self.config.audit_days),
            audit_texts: before(self.config.audit_texts_days),
        }
    }
}
