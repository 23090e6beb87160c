//! Lets an audit go on that is not what was signed last: everything is signed as it is, with an entry that says so.

use pstral_auditproof::PublicKey;
use pstral_core::domain::{AuditAction, AuditCheckpoint, AuditEntry, AuditEvent, hex};
use pstral_core::ports::{AuditLog as _, StoreError};

use crate::Store;
use crate::audit_hashes::frontier_until;
use crate::audit_heads::HeadSigner;
use crate::audit_log::checkpoints_of;
use crate::audit_writer::{append_to_chain, last_of, sign_head};
use crate::engine::{StateTransaction, lock_of};
use crate::fault::fault;
use crate::sql::sql;

const SIGN_CHECKPOINT: &str = "UPDATE audit_checkpoints SET key = $2, signature = $3 WHERE instance = $1";

impl Store {
    /// Appends an event to a chain that is not what was signed last, and so signs it as it is, with all others. The event is
    /// to say why. Checkpoints of another key are signed too, but only with [`AuditAction::AuditAccepted`], for which a person
    /// has decided.
    pub async fn append_accepting(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let Some(signer) = &self.signer else { return self.append(event).await };
        let mut writing = self.engine.begin_locked(lock_of("audit", &self.instance)).await?;
        let mut heads = signer.accept_others(&mut writing).await?;
        if event.action == AuditAction::AuditAccepted {
            signer.accept_checkpoints(&mut writing).await?;
        }
        let last = last_of(&mut writing, &self.instance).await?;
        let frontier = frontier_until(&mut writing, &self.instance, i64::MAX).await?;
        let mut entries = append_to_chain(&mut writing, &self.instance, last, vec![event]).await?;
        heads.extend(sign_head(&mut writing, signer, frontier, &entries).await?);
        writing.commit().await.map_err(fault)?;
        signer.replace(heads).await?;
        entries.pop().ok_or_else(|| StoreError::Corrupt("the accepted entry was not written".to_owned()))
    }
}

impl HeadSigner {
    /// Signs the checkpoints of another key, as after the key was lost, with this one, so that no older key need be trusted
    /// any more. One whose signature does not hold stays as it is: verifying finds it.
    async fn accept_checkpoints(&self, writing: &mut StateTransaction) -> Result<(), StoreError> {
        for checkpoint in checkpoints_of(writing).await? {
            let other = checkpoint.key.parse::<PublicKey>().ok().filter(|key| *key != self.key());
            let signature = pstral_auditproof::from_hex(&checkpoint.signature).unwrap_or_default();
            if !other.is_some_and(|key| key.has_signed(&checkpoint.signed(), &signature)) {
                continue;
            }
            let ours = AuditCheckpoint { key: self.key().to_string(), ..checkpoint };
            let signature = hex(&self.sign(&ours.signed()));
            let sign = sql(SIGN_CHECKPOINT).bind(&ours.instance).bind(&ours.key).bind(signature);
            sign.execute(&mut *writing).await.map_err(fault)?;
        }
        Ok(())
    }
}
