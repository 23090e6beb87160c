//! Signs the head of a chain with each entry, and refuses to write on where the chain is not what was signed last.
//!
//! The head is written in the transaction of its entries, so that no entry is ever without a signature, and kept outside the
//! database before anybody is told that they are durable: whoever can change the database cannot take it back there. If it
//! cannot be kept, nothing more is written until it is.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use pstral_auditproof::{Frontier, Head, PublicKey, SignedHead};
use pstral_core::domain::{AuditHash, ChainHead, Locale, hex};
use pstral_core::ports::{AuditChange, StoreError};
use pstral_core::text::{Text, text};
use tokio::task::spawn_blocking;

use crate::audit_hashes::frontier_until;
use crate::audit_log::{checkpoint_of, heads_of};
use crate::audit_writer::last_of;
use crate::engine::{StateTransaction, lock_of};
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

const SIGNED: &str = "SELECT note, frontier FROM audit_heads WHERE instance = $1";
const IS_SIGNED: &str = "SELECT count(*) AS heads FROM audit_heads";
const PUT: &str = "INSERT INTO audit_heads (instance, note, frontier) VALUES ($1, $2, $3)
    ON CONFLICT (instance) DO UPDATE SET note = excluded.note, frontier = excluded.frontier";
const LOCK_CHAIN: &str = "SELECT 1 AS one FROM pg_advisory_xact_lock($1)";
const HASH: &str = "SELECT hash FROM audit_events WHERE instance = $1 AND seq = $2";

/// The reason why the heads that are kept outside the database could not be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum KeptHeadsError {
    /// They cannot be read now, which says nothing about the audit.
    #[error("{0}")]
    Unreadable(String),
    /// One of them is no head that the key has signed; the sentence says which.
    #[error("{}", .0.render(Locale::En))]
    NotOurs(Text),
}

impl KeptHeadsError {
    fn into_store_error(self) -> StoreError {
        match self {
            Self::Unreadable(why) => StoreError::HeadsUnavailable(why),
            Self::NotOurs(what) => StoreError::AuditChanged(AuditChange::KeptHead(what)),
        }
    }
}

/// Signs heads, and keeps the newest of each instance outside the database. Errors say what went wrong.
pub trait HeadKeeper: std::fmt::Debug + Send + Sync {
    /// The public half of the key.
    fn key(&self) -> PublicKey;

    /// Signs a message with Ed25519.
    fn sign(&self, message: &[u8]) -> [u8; 64];

    /// Returns the heads that are kept, one an instance, each signed by this key.
    fn kept(&self) -> Result<Vec<SignedHead>, KeptHeadsError>;

    /// Keeps a head, unless a later one of its instance is kept.
    fn keep(&self, head: &SignedHead) -> Result<(), String>;

    /// Keeps these heads in the place of all others.
    fn replace(&self, heads: &[SignedHead]) -> Result<(), String>;
}

/// Signs the heads of one instance.
#[derive(Debug)]
pub(crate) struct HeadSigner {
    keeper: Arc<dyn HeadKeeper>,
    instance: String,
}

/// The end of a chain that is what was signed last.
pub(crate) struct ChainEnd {
    /// The last entry; `None` if there is none yet.
    last: Option<(i64, AuditHash)>,
    /// Its signed head, with the edge of the tree if that belongs to it; `None` where nothing was ever signed.
    signed: Option<(SignedHead, Option<Frontier>)>,
}

impl HeadSigner {
    pub(crate) fn new(keeper: Arc<dyn HeadKeeper>, instance: &str) -> Self {
        Self { keeper, instance: instance.to_owned() }
    }

    /// Makes sure that the chain may be written on; returns its last entry and the edge of the tree of its entries.
    pub(crate) async fn begin(
        &self,
        writing: &mut StateTransaction,
    ) -> Result<(Option<(i64, AuditHash)>, Frontier), StoreError> {
        let ChainEnd { last, signed } = self.check(writing, &self.instance).await?;
        let frontier = match signed {
            None if last.is_none() => Frontier::default(),
            None => {
                self.sign_others(writing).await?;
                frontier_until(writing, &self.instance, i64::MAX).await?
            }
            Some((_, Some(frontier))) => frontier,
            // It only saves reading all entries; what is signed is the root.
            Some((signed, None)) => match frontier_until(writing, &self.instance, i64::MAX).await? {
                frontier if frontier.root() == signed.head.root => frontier,
                _ => return changed(&self.instance, text("signed-end-tree")),
            },
        };
        Ok((last, frontier))
    }

    /// Checks that a chain ends with what was signed last, and that its head is kept, which is done where it is not. Writes
    /// nothing to the database. A transaction that only reads must not have
    /// read before: what is kept is looked at first, so that what is written meanwhile is no change.
    pub(crate) async fn check(&self, reading: &mut StateTransaction, instance: &str) -> Result<ChainEnd, StoreError> {
        self.check_against(&self.kept().await?, reading, instance).await
    }

    /// Checks the end of every chain that is there or was kept, as [`HeadSigner::check`] does.
    pub(crate) async fn check_all(&self, reading: &mut StateTransaction) -> Result<(), StoreError> {
        let kept = self.kept().await?;
        let of_kept = kept.iter().map(|kept| kept.head.instance.clone());
        let of_entries = heads_of(reading).await?.into_iter().map(|head| head.instance);
        for instance in of_kept.chain(of_entries).collect::<BTreeSet<_>>() {
            self.check_against(&kept, reading, &instance).await?;
        }
        Ok(())
    }

    async fn kept(&self) -> Result<Vec<SignedHead>, StoreError> {
        let keeper = Arc::clone(&self.keeper);
        // A disk may take its time.
        let kept = spawn_blocking(move || keeper.kept()).await;
        let kept = kept.unwrap_or_else(|error| Err(KeptHeadsError::Unreadable(error.to_string())));
        kept.map_err(KeptHeadsError::into_store_error)
    }

    async fn check_against(
        &self,
        kept: &[SignedHead],
        reading: &mut StateTransaction,
        instance: &str,
    ) -> Result<ChainEnd, StoreError> {
        let known = kept.iter().find(|kept| kept.head.instance == instance);
        let last = last_of(reading, instance).await?;
        let signed = match (&last, signed_row(reading, instance).await?, known) {
            (None, None, None) => None,
            (None, _, Some(known)) => {
                return changed(instance, text("signed-end-none").with("seq", known.head.seq.to_string()));
            }
            (None, Some(_), None) => return changed(instance, text("signed-end-only-signature")),
            (Some(_), None, Some(known)) => {
                return changed(instance, text("signed-end-signature-gone").with("seq", known.head.seq.to_string()));
            }
            (Some(_), None, None) => {
                // Where nothing was ever signed or kept, the state is of an older version.
                let signed: i64 = get(&sql(IS_SIGNED).fetch_one(&mut *reading).await.map_err(fault)?, "heads")?;
                if signed > 0 || !kept.is_empty() {
                    return changed(instance, text("signed-end-unsigned"));
                }
                None
            }
            (Some(last), Some(row), known) => {
                let (signed, edge) = self.check_signed(reading, (instance, last), &row, known).await?;
                // The head before this moment may not be kept yet: a program was killed, or its disk was full.
                // Heads of other instances are kept by those, beside keys of their own.
                let is_behind = known.is_none_or(|known| known.head.seq < signed.head.seq);
                if is_behind && instance == self.instance {
                    self.keep(signed.clone()).await?;
                }
                Some((signed, edge))
            }
        };
        Ok(ChainEnd { last, signed })
    }

    async fn check_signed(
        &self,
        reading: &mut StateTransaction,
        (instance, (seq, hash)): (&str, &(i64, AuditHash)),
        (note, frontier): &(String, String),
        known: Option<&SignedHead>,
    ) -> Result<(SignedHead, Option<Frontier>), StoreError> {
        let (signed, edge) = self.own(instance, note, frontier).or_else(|what| changed(instance, what))?;
        let last = signed.head.seq;
        if last != seq.unsigned_abs() || signed.head.chain != hash.digest() {
            let other = text("signed-end-other").with("seq", seq.to_string());
            return changed(instance, other.with("signed", last.to_string()));
        }
        match known {
            Some(known) if *known != signed => self.check_grown(reading, known, &signed).await?,
            _ => {}
        }
        Ok((signed, edge))
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

    /// Keeps a head that is durable.
    async fn keep(&self, head: SignedHead) -> Result<(), StoreError> {
        self.with_keeper(move |keeper| keeper.keep(&head)).await
    }

    /// Keeps the head of entries that were written just now. They are durable, and their head is kept with the next ones: until
    /// it is, [`HeadSigner::check`] fails and nothing more is written.
    pub(crate) async fn keep_written(&self, head: SignedHead) {
        if let Err(error) = self.keep(head).await {
            tracing::error!(instance = self.instance, %error, "audit head not kept; nothing is recorded until it is");
        }
    }

    /// Keeps these heads in the place of all others.
    pub(crate) async fn replace(&self, heads: Vec<SignedHead>) -> Result<(), StoreError> {
        self.with_keeper(move |keeper| keeper.replace(&heads)).await
    }

    async fn with_keeper(
        &self,
        keeps: impl FnOnce(&dyn HeadKeeper) -> Result<(), String> + Send + 'static,
    ) -> Result<(), StoreError> {
        let keeper = Arc::clone(&self.keeper);
        // A disk may take its time.
        let kept = spawn_blocking(move || keeps(&*keeper)).await;
        kept.unwrap_or_else(|error| Err(error.to_string())).map_err(StoreError::HeadsUnavailable)
    }

    /// The public half of the key that signs.
    pub(crate) fn key(&self) -> PublicKey {
        self.keeper.key()
    }

    /// Signs a message.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.keeper.sign(message)
    }

    fn signed(&self, instance: &str, last: (i64, &AuditHash), frontier: &Frontier, at: Timestamp) -> SignedHead {
        let head = Head {
            instance: instance.to_owned(),
            seq: last.0.unsigned_abs(),
            root: frontier.root(),
            chain: last.1.digest(),
            at: format!("{at:.3}"),
            key: self.key(),
        };
        let signature = self.sign(head.message().as_bytes());
        SignedHead { head, signature }
    }

    /// A head of the database that this key has signed, with its edge if that belongs to it; else what is wrong.
    fn own(&self, instance: &str, note: &str, frontier: &str) -> Result<(SignedHead, Option<Frontier>), Text> {
        let broken = || text("signed-end-signature");
        let signed: SignedHead = note.parse().map_err(|_| broken())?;
        if signed.head.key != self.key() {
            return Err(text("signed-end-other-key").with("key", signed.head.key.to_string()));
        }
        if signed.head.instance != instance || !signed.is_signed() {
            return Err(broken());
        }
        let belongs = |edge: &Frontier| edge.size() == signed.head.seq && edge.root() == signed.head.root;
        let edge = frontier.parse().ok().filter(belongs);
        Ok((signed, edge))
    }

    /// Another program wrote on, or this one ended before it kept the last head: what is kept must be part of what is signed.
    async fn check_grown(
        &self,
        reading: &mut StateTransaction,
        known: &SignedHead,
        signed: &SignedHead,
    ) -> Result<(), StoreError> {
        let (instance, seq) = (&known.head.instance, known.head.seq);
        let is_part = match seq.cmp(&signed.head.seq) {
            Ordering::Greater => false,
            Ordering::Equal => known.head.chain == signed.head.chain,
            Ordering::Less => {
                let number = i64::try_from(seq).unwrap_or(i64::MAX);
                let entry = sql(HASH).bind(instance).bind(number);
                match entry.fetch_optional(&mut *reading).await.map_err(fault)? {
                    Some(row) => AuditHash(get(&row, "hash")?).digest() == known.head.chain,
                    None => self.was_pruned(reading, instance, number).await?,
                }
            }
        };
        let last = signed.head.seq;
        let what = || text("signed-end-lost").with("seq", seq.to_string()).with("last", last.to_string());
        if is_part { Ok(()) } else { changed(instance, what()) }
    }

    /// Checks whether this key has signed that an entry was pruned.
    async fn was_pruned(&self, reading: &mut StateTransaction, instance: &str, seq: i64) -> Result<bool, StoreError> {
        let Some(checkpoint) = checkpoint_of(reading, instance).await? else { return Ok(false) };
        let signature = hex(&self.sign(&checkpoint.signed()));
        Ok(checkpoint.seq >= seq && checkpoint.signature == signature)
    }

    /// Signs the chains of the other instances as they are.
    async fn sign_others(&self, writing: &mut StateTransaction) -> Result<(), StoreError> {
        for head in self.other_chains(writing).await? {
            self.sign_as_it_is(writing, &head).await?;
        }
        Ok(())
    }

    /// Signs the other chains that are not what was signed last; returns the head of each.
    pub(crate) async fn accept_others(&self, writing: &mut StateTransaction) -> Result<Vec<SignedHead>, StoreError> {
        let mut heads = Vec::new();
        for head in self.other_chains(writing).await? {
            let own = match signed_row(writing, &head.instance).await? {
                Some((note, frontier)) => self.own(&head.instance, &note, &frontier).ok(),
                None => None,
            };
            let is_end = |signed: &SignedHead| {
                signed.head.seq == head.seq.unsigned_abs() && signed.head.chain == head.hash.digest()
            };
            heads.push(match own {
                Some((signed, _)) if is_end(&signed) => signed,
                _ => self.sign_as_it_is(writing, &head).await?,
            });
        }
        Ok(heads)
    }

    /// The last entries of the chains of other instances, which write nothing until the transaction ends.
    async fn other_chains(&self, writing: &mut StateTransaction) -> Result<Vec<ChainHead>, StoreError> {
        let mut heads = Vec::new();
        for ChainHead { instance, .. } in heads_of(writing).await? {
            if instance == self.instance {
                continue;
            }
            if let StateTransaction::Postgres(_) = writing {
                let lock = sql(LOCK_CHAIN).bind(lock_of("audit", &instance));
                lock.fetch_all(&mut *writing).await.map_err(fault)?;
            }
            if let Some((seq, hash)) = last_of(writing, &instance).await? {
                heads.push(ChainHead { instance, seq, hash });
            }
        }
        Ok(heads)
    }

    async fn sign_as_it_is(&self, writing: &mut StateTransaction, head: &ChainHead) -> Result<SignedHead, StoreError> {
        let frontier = frontier_until(writing, &head.instance, i64::MAX).await?;
        let signed = self.signed(&head.instance, (head.seq, &head.hash), &frontier, Timestamp::now());
        put(writing, &signed, &frontier).await?;
        tracing::info!(instance = head.instance, entries = head.seq, "unsigned audit signed as it is");
        Ok(signed)
    }
}

async fn put(writing: &mut StateTransaction, signed: &SignedHead, frontier: &Frontier) -> Result<(), StoreError> {
    let put = sql(PUT).bind(&signed.head.instance).bind(signed.to_string()).bind(frontier.to_string());
    put.execute(writing).await.map(|_| ()).map_err(fault)
}

async fn signed_row(reading: &mut StateTransaction, instance: &str) -> Result<Option<(String, String)>, StoreError> {
    let row = sql(SIGNED).bind(instance).fetch_optional(reading).await.map_err(fault)?;
    row.map(|row| Ok((get(&row, "note")?, get(&row, "frontier")?))).transpose()
}

fn changed<T>(instance: &str, what: Text) -> Result<T, StoreError> {
    Err(StoreError::AuditChanged(AuditChange::Chain(what.with("instance", instance))))
}
