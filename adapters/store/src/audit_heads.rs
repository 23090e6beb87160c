//! Signs the head of a chain with each entry, and refuses to write on where the chain is not what was signed last.
//!
//! The head is written in the transaction of its entries, so that no entry is ever without a signature, and kept outside the
//! database at the latest a second later: there, whoever can change the database cannot take it back.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pstral_auditproof::{Frontier, Head, PublicKey, SignedHead};
use pstral_core::domain::AuditHash;
use pstral_core::ports::StoreError;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::audit_log::{checkpoint_of, heads_of};
use crate::engine::StateTransaction;
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

/// The time after which a head is kept outside the database at the latest.
const KEPT_AFTER: Duration = Duration::from_secs(1);
/// Hashes read at a time.
const PAGE: i64 = 10_000;

const SIGNED: &str = "SELECT note, frontier FROM audit_heads WHERE instance = $1";
const IS_SIGNED: &str = "SELECT count(*) AS heads FROM audit_heads";
const PUT: &str = "INSERT INTO audit_heads (instance, note, frontier) VALUES ($1, $2, $3)
    ON CONFLICT (instance) DO UPDATE SET note = excluded.note, frontier = excluded.frontier";
const HASHES: &str = "SELECT seq, hash FROM audit_events WHERE instance = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const HASH: &str = "SELECT hash FROM audit_events WHERE instance = $1 AND seq = $2";

/// Signs heads, and keeps the newest of each instance outside the database.
pub trait HeadKeeper: std::fmt::Debug + Send + Sync {
    /// The public half of the key.
    fn key(&self) -> PublicKey;

    /// Signs a message with Ed25519.
    fn sign(&self, message: &[u8]) -> [u8; 64];

    /// The head of an instance that was kept last; `None` if there never was one. The error says why it cannot be told.
    fn last(&self, instance: &str) -> Result<Option<SignedHead>, String>;

    /// Keeps a head in the place of the one before. The error says why it could not be.
    fn keep(&self, head: &SignedHead) -> Result<(), String>;
}

/// Signs the heads of one instance.
#[derive(Debug)]
pub(crate) struct HeadSigner {
    keeper: Arc<dyn HeadKeeper>,
    instance: String,
    /// The newest head that this program knows; `None` until the first entry is written.
    known: Option<SignedHead>,
    /// True while `known` is newer than what is kept.
    is_unkept: bool,
    kept_at: Option<Instant>,
}

impl HeadSigner {
    pub(crate) fn new(keeper: Arc<dyn HeadKeeper>, instance: &str) -> Self {
        Self { keeper, instance: instance.to_owned(), known: None, is_unkept: false, kept_at: None }
    }

    /// The edge of the tree of a chain that is what was signed last. With `accepts`, whatever it is.
    pub(crate) async fn frontier(
        &mut self,
        writing: &mut StateTransaction,
        head: Option<&(i64, AuditHash)>,
        accepts: bool,
    ) -> Result<Frontier, StoreError> {
        if accepts {
            self.sign_unsigned(writing).await?;
            return rebuilt(writing, &self.instance).await;
        }
        let known = match &self.known {
            Some(known) => Some(known.clone()),
            None => self.keeper.last(&self.instance).map_err(StoreError::AuditChanged)?,
        };
        let changed = |what: String| Err(StoreError::AuditChanged(format!("{}: {what}", self.instance)));
        let row = sql(SIGNED).bind(&self.instance).fetch_optional(&mut *writing).await.map_err(fault)?;
        let signed = match row {
            Some(row) => Some((get::<String>(&row, "note")?, get::<String>(&row, "frontier")?)),
            None => None,
        };
        match (head, signed, known) {
            (None, None, None) => Ok(Frontier::default()),
            (None, _, Some(known)) => changed(format!("it has no entry; entry {} was signed", known.head.seq)),
            (None, Some(_), None) => changed("it has no entry, and a signature".to_owned()),
            (Some(_), None, Some(known)) => changed(format!("the signature of entry {} is gone", known.head.seq)),
            (Some(_), None, None) => self.first(writing).await,
            (Some((seq, hash)), Some((note, frontier)), known) => {
                let Some((signed, frontier)) = self.own(&note, &frontier) else {
                    return changed("the signature of its last entry does not hold".to_owned());
                };
                let last = signed.head.seq;
                if last != seq.unsigned_abs() || signed.head.chain != hash.digest() {
                    return changed(format!("it ends with entry {seq}, and the last one that was signed is {last}"));
                }
                match known {
                    Some(known) if known != signed => self.grown(writing, &known, &signed).await?,
                    _ => {}
                }
                Ok(frontier)
            }
        }
    }

    /// Writes the head after an entry.
    pub(crate) async fn put(
        &self,
        writing: &mut StateTransaction,
        last: (i64, &AuditHash),
        frontier: &Frontier,
        at: Timestamp,
    ) -> Result<SignedHead, StoreError> {
        let signed = self.signed(&self.instance, last, frontier, at);
        put(writing, &signed, frontier).await?;
        Ok(signed)
    }

    /// A head that is durable is the newest one; it is kept now if the one before was kept more than a second ago.
    pub(crate) async fn written(&mut self, head: SignedHead) {
        self.known = Some(head);
        self.is_unkept = true;
        if self.kept_at.is_none_or(|kept_at| kept_at.elapsed() >= KEPT_AFTER) {
            self.keep().await;
        }
    }

    /// The time at which the newest head must be kept; `None` if it is.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.kept_at.filter(|_| self.is_unkept).map(|kept_at| kept_at + KEPT_AFTER)
    }

    /// Keeps the newest head, if it is not kept yet. What cannot be kept does not stop the audit: it is tried again with the
    /// next head.
    pub(crate) async fn keep(&mut self) {
        let Some(known) = self.known.clone().filter(|_| self.is_unkept) else { return };
        self.kept_at = Some(Instant::now());
        self.is_unkept = false;
        let keeper = Arc::clone(&self.keeper);
        // A disk may take its time.
        let kept = spawn_blocking(move || keeper.keep(&known)).await;
        if let Err(error) = kept.unwrap_or_else(|error| Err(error.to_string())) {
            tracing::error!(
                instance = self.instance,
                error,
                "audit head not kept outside the state, retrying at the next entry"
            );
        }
    }

    fn signed(&self, instance: &str, last: (i64, &AuditHash), frontier: &Frontier, at: Timestamp) -> SignedHead {
        let head = Head {
            instance: instance.to_owned(),
            seq: last.0.unsigned_abs(),
            root: frontier.root(),
            chain: last.1.digest(),
            at: format!("{at:.3}"),
            key: self.keeper.key(),
        };
        let signature = self.keeper.sign(head.message().as_bytes());
        SignedHead { head, signature }
    }

    /// A head of the database with its edge, if this key has signed it and they belong together.
    fn own(&self, note: &str, frontier: &str) -> Option<(SignedHead, Frontier)> {
        let (signed, frontier): (SignedHead, Frontier) = (note.parse().ok()?, frontier.parse().ok()?);
        let is_known = self.known.as_ref() == Some(&signed);
        let is_own = is_known || (signed.head.key == self.keeper.key() && signed.is_signed());
        let belongs = signed.head.instance == self.instance
            && signed.head.seq == frontier.size()
            && signed.head.root == frontier.root();
        (is_own && belongs).then_some((signed, frontier))
    }

    /// Another program wrote on, or this one has just started: what is known must be part of what is signed.
    async fn grown(
        &self,
        writing: &mut StateTransaction,
        known: &SignedHead,
        signed: &SignedHead,
    ) -> Result<(), StoreError> {
        let (instance, seq) = (&self.instance, known.head.seq);
        let is_part = match seq.cmp(&signed.head.seq) {
            Ordering::Greater => false,
            Ordering::Equal => known.head.chain == signed.head.chain,
            Ordering::Less => {
                let number = i64::try_from(seq).unwrap_or(i64::MAX);
                let row = sql(HASH).bind(instance).bind(number).fetch_optional(&mut *writing).await.map_err(fault)?;
                match row {
                    Some(row) => AuditHash(get(&row, "hash")?).digest() == known.head.chain,
                    // It may have been pruned since.
                    None => checkpoint_of(writing, instance).await?.is_some_and(|checkpoint| checkpoint.seq >= number),
                }
            }
        };
        let last = signed.head.seq;
        let what =
            format!("{instance}: entry {seq}, which was signed, is not in it any more; it ends with entry {last}");
        if is_part { Ok(()) } else { Err(StoreError::AuditChanged(what)) }
    }

    /// Signs every chain as it is, where nothing was ever signed: the state is of an older version.
    async fn first(&self, writing: &mut StateTransaction) -> Result<Frontier, StoreError> {
        let signed: i64 = get(&sql(IS_SIGNED).fetch_one(&mut *writing).await.map_err(fault)?, "heads")?;
        if signed > 0 {
            return Err(StoreError::AuditChanged(format!("{}: its entries are not signed", self.instance)));
        }
        for head in heads_of(writing).await? {
            if let Some(known) = self.keeper.last(&head.instance).map_err(StoreError::AuditChanged)? {
                let what = format!("{}: the signature of entry {} is gone", head.instance, known.head.seq);
                return Err(StoreError::AuditChanged(what));
            }
        }
        self.sign_unsigned(writing).await?;
        rebuilt(writing, &self.instance).await
    }

    /// Signs the chains that have no signature, as they are.
    async fn sign_unsigned(&self, writing: &mut StateTransaction) -> Result<(), StoreError> {
        for head in heads_of(writing).await? {
            if sql(SIGNED).bind(&head.instance).fetch_optional(&mut *writing).await.map_err(fault)?.is_some() {
                continue;
            }
            let frontier = rebuilt(writing, &head.instance).await?;
            let signed = self.signed(&head.instance, (head.seq, &head.hash), &frontier, Timestamp::now());
            put(writing, &signed, &frontier).await?;
            tracing::info!(instance = head.instance, entries = head.seq, "unsigned audit signed as it is");
        }
        Ok(())
    }
}

async fn put(writing: &mut StateTransaction, signed: &SignedHead, frontier: &Frontier) -> Result<(), StoreError> {
    let put = sql(PUT).bind(&signed.head.instance).bind(signed.to_string()).bind(frontier.to_string());
    put.execute(writing).await.map(|_| ()).map_err(fault)
}

/// The edge of the tree of a chain as it stands, from its checkpoint and the entries after it.
async fn rebuilt(writing: &mut StateTransaction, instance: &str) -> Result<Frontier, StoreError> {
    let checkpoint = checkpoint_of(writing, instance).await?;
    let mut after = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.seq);
    let mut frontier = checkpoint.map(|checkpoint| checkpoint.frontier()).unwrap_or_default();
    loop {
        let page = sql(HASHES).bind(instance).bind(after).bind(PAGE).fetch_all(&mut *writing).await.map_err(fault)?;
        let Some(last) = page.last() else { return Ok(frontier) };
        after = get(last, "seq")?;
        for row in &page {
            frontier.push(AuditHash(get(row, "hash")?).digest());
        }
    }
}
