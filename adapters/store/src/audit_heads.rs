//! Signs the head of a chain with each entry, and refuses to write on where the chain is not what was signed last.
//!
//! The head is written in the transaction of its entries, so that no entry is ever without a signature, and kept outside the
//! database before anybody is told that they are durable: whoever can change the database cannot take it back there.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use pstral_auditproof::{Frontier, Head, PublicKey, SignedHead};
use pstral_core::domain::{AuditHash, ChainHead, hex};
use pstral_core::ports::StoreError;
use tokio::task::spawn_blocking;

use crate::audit_log::{checkpoint_of, heads_of};
use crate::audit_writer::last_of;
use crate::engine::{StateTransaction, lock_of};
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

/// Hashes read at a time.
const PAGE: i64 = 10_000;

const SIGNED: &str = "SELECT note, frontier FROM audit_heads WHERE instance = $1";
const IS_SIGNED: &str = "SELECT count(*) AS heads FROM audit_heads";
const PUT: &str = "INSERT INTO audit_heads (instance, note, frontier) VALUES ($1, $2, $3)
    ON CONFLICT (instance) DO UPDATE SET note = excluded.note, frontier = excluded.frontier";
const HASHES: &str = "SELECT seq, hash FROM audit_events WHERE instance = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const LOCK_CHAIN: &str = "SELECT 1 AS one FROM pg_advisory_xact_lock($1)";
const HASH: &str = "SELECT hash FROM audit_events WHERE instance = $1 AND seq = $2";

/// Signs heads, and keeps the newest of each instance outside the database. Errors say what went wrong.
pub trait HeadKeeper: std::fmt::Debug + Send + Sync {
    /// The public half of the key.
    fn key(&self) -> PublicKey;

    /// Signs a message with Ed25519.
    fn sign(&self, message: &[u8]) -> [u8; 64];

    /// Returns the heads that are kept, one an instance, each signed by this key.
    fn kept(&self) -> Result<Vec<SignedHead>, String>;

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

/// A chain that may be written on.
pub(crate) struct SignedChain {
    /// The edge of the tree of its entries.
    pub(crate) frontier: Frontier,
    /// If the audit is accepted as it is, the heads of the other chains that are to be kept.
    accepted: Option<Vec<SignedHead>>,
}

impl HeadSigner {
    pub(crate) fn new(keeper: Arc<dyn HeadKeeper>, instance: &str) -> Self {
        Self { keeper, instance: instance.to_owned() }
    }

    /// A chain that is what was signed last. With `accepts`, whatever it is; then the other chains are signed too, as they are.
    pub(crate) async fn begin(
        &self,
        writing: &mut StateTransaction,
        head: Option<&(i64, AuditHash)>,
        accepts: bool,
    ) -> Result<SignedChain, StoreError> {
        if accepts {
            let accepted = Some(self.accept_others(writing).await?);
            return Ok(SignedChain { frontier: rebuilt(writing, &self.instance).await?, accepted });
        }
        Ok(SignedChain { frontier: self.checked(writing, head).await?, accepted: None })
    }

    async fn checked(
        &self,
        writing: &mut StateTransaction,
        head: Option<&(i64, AuditHash)>,
    ) -> Result<Frontier, StoreError> {
        let kept = self.keeper.kept().map_err(StoreError::AuditChanged)?;
        let known = kept.iter().find(|kept| kept.head.instance == self.instance);
        let row = sql(SIGNED).bind(&self.instance).fetch_optional(&mut *writing).await.map_err(fault)?;
        let signed = match row {
            Some(row) => Some((get::<String>(&row, "note")?, get::<String>(&row, "frontier")?)),
            None => None,
        };
        match (head, signed, known) {
            (None, None, None) => Ok(Frontier::default()),
            (None, _, Some(known)) => self.changed(&format!("it has no entry; entry {} was signed", known.head.seq)),
            (None, Some(_), None) => self.changed("it has no entry, and a signature"),
            (Some(_), None, Some(known)) => self.changed(&format!("the signature of entry {} is gone", known.head.seq)),
            (Some(_), None, None) => self.first(writing, &kept).await,
            (Some((seq, hash)), Some((note, frontier)), known) => {
                let (signed, edge) = self.own(&self.instance, &note, &frontier).or_else(|what| self.changed(&what))?;
                let last = signed.head.seq;
                if last != seq.unsigned_abs() || signed.head.chain != hash.digest() {
                    return self.changed(&format!("it ends with entry {seq}; the last one that was signed is {last}"));
                }
                match known {
                    Some(known) if *known != signed => self.check_grown(writing, known, &signed).await?,
                    _ => {}
                }
                match edge {
                    Some(frontier) => Ok(frontier),
                    // It only saves reading all entries; what is signed is the root.
                    None => match rebuilt(writing, &self.instance).await? {
                        frontier if frontier.root() == signed.head.root => Ok(frontier),
                        _ => self.changed("the tree of its entries is not what was signed"),
                    },
                }
            }
        }
    }

    fn changed<T>(&self, what: &str) -> Result<T, StoreError> {
        Err(StoreError::AuditChanged(format!("{}: {what}", self.instance)))
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

    /// Keeps a head that is durable. What cannot be kept does not stop the audit: the next head is kept in its place.
    pub(crate) async fn keep(&self, head: SignedHead, chain: SignedChain) {
        let keeper = Arc::clone(&self.keeper);
        // A disk may take its time.
        let kept = spawn_blocking(move || match chain.accepted {
            None => keeper.keep(&head),
            Some(others) => keeper.replace(&others.into_iter().chain([head]).collect::<Vec<_>>()),
        });
        if let Err(error) = kept.await.unwrap_or_else(|error| Err(error.to_string())) {
            tracing::error!(
                instance = self.instance,
                error,
                "audit head not kept outside the state; keeping the next one"
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

    /// A head of the database that this key has signed, with its edge if that belongs to it; else what is wrong.
    fn own(&self, instance: &str, note: &str, frontier: &str) -> Result<(SignedHead, Option<Frontier>), String> {
        const BROKEN: &str = "the signature of its last entry does not hold";
        let signed: SignedHead = note.parse().map_err(|_| BROKEN)?;
        if signed.head.key != self.keeper.key() {
            let key = signed.head.key;
            return Err(format!(
                "it is signed with another key ({key}): instances of one state need the same key file"
            ));
        }
        if signed.head.instance != instance || !signed.is_signed() {
            return Err(BROKEN.to_owned());
        }
        let belongs = |edge: &Frontier| edge.size() == signed.head.seq && edge.root() == signed.head.root;
        let edge = frontier.parse().ok().filter(belongs);
        Ok((signed, edge))
    }

    /// Another program wrote on, or this one ended before it kept the last head: what is kept must be part of what is signed.
    async fn check_grown(
        &self,
        writing: &mut StateTransaction,
        known: &SignedHead,
        signed: &SignedHead,
    ) -> Result<(), StoreError> {
        let seq = known.head.seq;
        let is_part = match seq.cmp(&signed.head.seq) {
            Ordering::Greater => false,
            Ordering::Equal => known.head.chain == signed.head.chain,
            Ordering::Less => {
                let number = i64::try_from(seq).unwrap_or(i64::MAX);
                let entry = sql(HASH).bind(&self.instance).bind(number);
                match entry.fetch_optional(&mut *writing).await.map_err(fault)? {
                    Some(row) => AuditHash(get(&row, "hash")?).digest() == known.head.chain,
                    None => self.was_pruned(writing, number).await?,
                }
            }
        };
        let last = signed.head.seq;
        let what = format!("entry {seq}, which was signed, is not in it any more; it ends with entry {last}");
        if is_part { Ok(()) } else { self.changed(&what) }
    }

    /// Checks whether this key has signed that an entry was pruned.
    async fn was_pruned(&self, writing: &mut StateTransaction, seq: i64) -> Result<bool, StoreError> {
        let Some(checkpoint) = checkpoint_of(writing, &self.instance).await? else { return Ok(false) };
        let signature = hex(&self.keeper.sign(&checkpoint.signed()));
        Ok(checkpoint.seq >= seq && checkpoint.signature == signature)
    }

    /// Signs every chain as it is, where nothing was ever signed or kept: the state is of an older version.
    async fn first(&self, writing: &mut StateTransaction, kept: &[SignedHead]) -> Result<Frontier, StoreError> {
        let signed: i64 = get(&sql(IS_SIGNED).fetch_one(&mut *writing).await.map_err(fault)?, "heads")?;
        if signed > 0 || !kept.is_empty() {
            return self.changed("its entries are not signed");
        }
        for head in self.other_chains(writing).await? {
            self.sign_as_it_is(writing, &head).await?;
        }
        rebuilt(writing, &self.instance).await
    }

    /// Signs the other chains that are not what was signed last; returns the heads of those that were kept.
    async fn accept_others(&self, writing: &mut StateTransaction) -> Result<Vec<SignedHead>, StoreError> {
        let kept = self.keeper.kept().unwrap_or_default();
        let mut heads = Vec::new();
        for head in self.other_chains(writing).await? {
            let row = sql(SIGNED).bind(&head.instance).fetch_optional(&mut *writing).await.map_err(fault)?;
            let own = match row {
                Some(row) => self.own(&head.instance, &get::<String>(&row, "note")?, &get::<String>(&row, "frontier")?),
                None => Err(String::new()),
            };
            let is_end = |signed: &SignedHead| {
                signed.head.seq == head.seq.unsigned_abs() && signed.head.chain == head.hash.digest()
            };
            let signed = match own {
                Ok((signed, _)) if is_end(&signed) => signed,
                _ => self.sign_as_it_is(writing, &head).await?,
            };
            if kept.iter().any(|kept| kept.head.instance == head.instance) {
                heads.push(signed);
            }
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
        let frontier = rebuilt(writing, &head.instance).await?;
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
