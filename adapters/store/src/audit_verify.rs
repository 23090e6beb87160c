//! Proves an audit: every chain from its beginning, from a signed checkpoint, or from a head that was written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::stream::{self, Stream, StreamExt as _};
use pstral_auditproof::{Head, SignedHead};
use pstral_core::domain::{
    AuditAction, AuditCheckpoint, AuditEntry, AuditHash, ChainFault, ChainHead, ChainLink, ChainVerifier, Signatures,
    hex,
};
use pstral_core::ports::{AuditFilter, AuditLog as _, StoreError};

use crate::Store;
use crate::audit_log::{AuditTableError, links_between};
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

/// Entries read at a time.
const PAGE: i64 = 2000;
/// Pages read ahead, each by a task of its own, while another one is checked.
const AHEAD: usize = 3;
/// The number of attempts while others seal and prune.
const TRIES: usize = 100;
/// The actions that may be the reason why entries are sealed or gone.
const REASONS: [AuditAction; 2] = [AuditAction::UserErased, AuditAction::AuditPruned];

const UP_TO: &str = "SELECT seq FROM audit_events WHERE instance = $1 AND seq <= $2 ORDER BY seq LIMIT 1";

/// An audit that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditProof {
    /// Entries that were checked.
    pub entries: u64,
    /// The last of each chain, to be written down elsewhere.
    pub heads: Vec<ChainHead>,
    /// The newest signed head of each chain; none in a state of an older version, for which nothing vouches.
    pub signed: Vec<SignedHead>,
}

/// The keys and heads that an audit is verified against.
#[derive(Clone, Copy)]
pub struct AuditCheck<'a> {
    /// The signatures that are trusted.
    pub known: &'a dyn Signatures,
    /// Heads that were written down: their entries must be there.
    pub heads: &'a [ChainHead],
    /// Signed heads that were kept outside the database: what they vouch for must be there.
    pub signed: &'a [SignedHead],
    /// Heads at which verification begins, in place of the beginning of their chains: quicker, and it proves less.
    pub begin_at: &'a [ChainHead],
}

/// The reason why an audit could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum AuditVerifyError {
    /// A chain does not hold.
    #[error(transparent)]
    Chain(#[from] ChainFault),
    /// A row that cannot even be read as an entry was changed.
    #[error("{0}")]
    Unreadable(String),
    /// A chain that must exist is missing.
    #[error("the audit is gone: {0}")]
    Gone(AuditTableError),
    /// It could not be read now, which says nothing about the audit.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for AuditVerifyError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(what) => Self::Unreadable(what),
            error => Self::Store(error),
        }
    }
}

impl Store {
    /// Checks every chain and its signature. The chain of each head in `begin_at` is only checked from there on: its entry must
    /// be there, or have been pruned. `known` tells the signatures of heads and checkpoints.
    ///
    /// Sealing or pruning meanwhile is no fault: if one is found and more was sealed or pruned since, the audit is
    /// verified again.
    pub async fn verify_audit(
        &self,
        begin_at: &[ChainHead],
        known: &dyn Signatures,
    ) -> Result<AuditProof, AuditVerifyError> {
        let check = AuditCheck { known, heads: &[], signed: &[], begin_at };
        self.verify_audit_against(check, &AtomicU64::new(0)).await
    }

    /// Does the same against more that is known, and counts in `checked` how many entries were looked at so far.
    pub async fn verify_audit_against(
        &self,
        check: AuditCheck<'_>,
        checked: &AtomicU64,
    ) -> Result<AuditProof, AuditVerifyError> {
        let mut tries = 0;
        loop {
            let before = self.retention_state().await;
            match self.verify_once(check, checked).await {
                Err(AuditVerifyError::Chain(_)) if tries < TRIES && self.retention_state().await? != before? => {
                    tries += 1;
                }
                proven => return proven,
            }
        }
    }

    /// Reads the state that every sealing or pruning changes.
    async fn retention_state(&self) -> Result<(Vec<AuditCheckpoint>, Vec<ChainHead>), StoreError> {
        let mut newest = Vec::new();
        for action in REASONS {
            let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
            newest.extend(self.tail(&filter, 1).await?.iter().map(AuditEntry::head));
        }
        Ok((self.checkpoints().await?, newest))
    }

    async fn verify_once(&self, check: AuditCheck<'_>, checked: &AtomicU64) -> Result<AuditProof, AuditVerifyError> {
        if let Some(fault) = self.audit_fault().await? {
            return Err(AuditVerifyError::Gone(fault));
        }
        let mut verifier = ChainVerifier::default();
        for action in REASONS {
            self.load_covering_entries(&mut verifier, action).await?;
        }
        for head in check.heads {
            verifier.promise(head.clone(), None);
        }
        let signed = self.signed_heads().await?;
        for signed in signed.iter().chain(check.signed) {
            verifier.promise(chain_head(signed), Some(trusted(signed, check.known)?.head.root));
        }
        let checkpoints = self.checkpoints().await?;
        for checkpoint in &checkpoints {
            verifier.begin_after(checkpoint, check.known)?;
            self.check_pruned_range_empty(checkpoint).await?;
        }
        for head in check.begin_at {
            self.begin_at(&mut verifier, head, &checkpoints).await?;
        }
        let begun = verifier.heads();
        for last in self.heads().await? {
            let first = begun.iter().find(|head| head.instance == last.instance).map(|head| head.seq);
            self.verify_chain(&mut verifier, first, &last, checked).await?;
        }
        verifier.finish()?;
        if !signed.is_empty() || !check.signed.is_empty() {
            self.check_ends(&verifier, check.known).await?;
        }
        Ok(AuditProof { entries: verifier.checked(), heads: verifier.heads(), signed })
    }

    /// Checks that each chain ends where its signature does. Entries that were written while it was read have a later one.
    async fn check_ends(&self, verifier: &ChainVerifier, known: &dyn Signatures) -> Result<(), AuditVerifyError> {
        for reached in verifier.heads() {
            let signed = self.signed_heads().await?;
            let signed = signed.iter().find(|signed| signed.head.instance == reached.instance);
            let signed = signed.map(|signed| trusted(signed, known).map(chain_head)).transpose()?;
            let seq = signed.as_ref().map_or(0, |signed| signed.seq);
            if reached.seq > seq {
                return Err(ChainFault::Unsigned { instance: reached.instance, seq: seq + 1 }.into());
            }
            if signed.is_some_and(|signed| signed.seq == reached.seq && signed.hash != reached.hash) {
                return Err(ChainFault::Signature { instance: reached.instance, seq }.into());
            }
        }
        Ok(())
    }

    /// Checks that no row remains in the range of a checkpoint: it would have been inserted by hand.
    async fn check_pruned_range_empty(&self, checkpoint: &AuditCheckpoint) -> Result<(), AuditVerifyError> {
        let found = sql(UP_TO).bind(&checkpoint.instance).bind(checkpoint.seq).fetch_optional(self).await;
        let Some(row) = found.map_err(fault)? else { return Ok(()) };
        let seq = get(&row, "seq")?;
        Err(ChainFault::Broken { instance: checkpoint.instance.clone(), seq }.into())
    }

    /// Makes known which entries may be the reason why others are sealed or gone.
    async fn load_covering_entries(&self, verifier: &mut ChainVerifier, action: AuditAction) -> Result<(), StoreError> {
        let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
        self.for_each_entry(&filter, |entry| verifier.expect(&entry)).await
    }

    /// Begins a chain at a head that was written down. One that was pruned is vouched for by the checkpoint.
    async fn begin_at(
        &self,
        verifier: &mut ChainVerifier,
        head: &ChainHead,
        checkpoints: &[AuditCheckpoint],
    ) -> Result<(), AuditVerifyError> {
        let ChainHead { instance, seq, .. } = head;
        let checkpoint = checkpoints.iter().find(|checkpoint| checkpoint.instance == *instance);
        let is_there = match checkpoint {
            Some(checkpoint) if *seq < checkpoint.seq => return Ok(()),
            Some(checkpoint) if *seq == checkpoint.seq => checkpoint.hash == head.hash,
            _ => {
                let found = links_between(&self.engine, instance, (seq - 1, *seq)).await?;
                matches!(&*found, [link] if link.is(&head.hash))
            }
        };
        if !is_there {
            return Err(ChainFault::Truncated { instance: instance.clone(), seq: *seq }.into());
        }
        verifier.begin_at(head)?;
        Ok(())
    }

    async fn verify_chain(
        &self,
        verifier: &mut ChainVerifier,
        begin: Option<i64>,
        last: &ChainHead,
        checked: &AtomicU64,
    ) -> Result<(), AuditVerifyError> {
        let mut reached = begin.unwrap_or(i64::MIN);
        let mut pages = self.pages_ahead(&last.instance, begin, last.seq);
        while let Some(page) = pages.next().await {
            let page = page?;
            // Nothing lies there: what follows, if anything, does not follow the one before.
            let Some(end) = page.last() else { break };
            reached = end.seq;
            page.iter().try_for_each(|link| verifier.check_link(&last.instance, link))?;
            checked.store(verifier.checked(), Ordering::Relaxed);
        }
        drop(pages);
        // What lies beyond a gap, and what was written since.
        loop {
            let page = self.chain(&last.instance, reached, u32::try_from(PAGE).unwrap_or(u32::MAX)).await?;
            let Some(end) = page.last() else { return Ok(()) };
            reached = end.seq;
            page.iter().try_for_each(|entry| verifier.check(entry))?;
        }
    }

    /// Reads the chain links up to an entry page by page. Numbers have no gaps, so pages are read ahead independently
    /// of each other.
    fn pages_ahead(
        &self,
        instance: &str,
        begin: Option<i64>,
        last: i64,
    ) -> impl Stream<Item = Result<Vec<ChainLink>, StoreError>> + Unpin + use<> {
        let (engine, instance) = (self.engine.clone(), Arc::<str>::from(instance));
        let ends = std::iter::successors(Some(begin.unwrap_or(0)), |end| end.checked_add(PAGE));
        let ranges = ends.take_while(move |end| *end < last).map(move |end| {
            // What has a number below 1 was put there by a hand.
            let after = if begin.is_none() && end == 0 { i64::MIN } else { end };
            (after, end.saturating_add(PAGE))
        });
        let read = move |range| {
            let (engine, instance) = (engine.clone(), Arc::clone(&instance));
            let task = tokio::spawn(async move { links_between(&engine, &instance, range).await });
            async move { task.await.map_err(|error| StoreError::Unavailable(error.to_string()))? }
        };
        stream::iter(ranges).map(read).buffered(AHEAD)
    }
}

/// The entry that a signed head is of.
fn chain_head(signed: &SignedHead) -> ChainHead {
    let Head { instance, seq, chain, .. } = &signed.head;
    let seq = i64::try_from(*seq).unwrap_or(i64::MAX);
    ChainHead { instance: instance.clone(), seq, hash: AuditHash(chain.to_string()) }
}

/// A head that one of the known keys has signed.
fn trusted<'a>(signed: &'a SignedHead, known: &dyn Signatures) -> Result<&'a SignedHead, ChainFault> {
    let ChainHead { instance, seq, .. } = chain_head(signed);
    let key = signed.head.key.to_string();
    if !known.knows(&key) {
        return Err(ChainFault::OtherKey { instance, seq, key });
    }
    let holds = known.holds(signed.head.message().as_bytes(), &hex(&signed.signature));
    if holds { Ok(signed) } else { Err(ChainFault::Signature { instance, seq }) }
}
