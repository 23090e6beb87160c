//! Writes audit events: those that wait at the same moment share one transaction and one write to the disk.

use std::sync::Arc;

use pstral_auditproof::{Frontier, SignedHead};
use pstral_core::domain::{AuditEntry, AuditEvent, AuditHash};
use pstral_core::ports::StoreError;
use tokio::sync::{mpsc, oneshot};

use crate::audit_heads::HeadSigner;
use crate::audit_rows;
use crate::engine::{Engine, StateTransaction, lock_of};
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

/// Events in one transaction at most.
const BATCH: usize = 256;

const HEAD: &str = "SELECT seq, hash FROM audit_events WHERE instance = $1 ORDER BY seq DESC LIMIT 1";

/// An event that waits, and who waits for it.
#[derive(Debug)]
pub(crate) struct Append {
    /// The event to write.
    pub(crate) event: AuditEvent,
    /// Receives the entry once it is durable, or the error.
    pub(crate) done: oneshot::Sender<Result<AuditEntry, StoreError>>,
}

/// Writes what waits until nobody can append any more. Being a task of its own, it is not cut short where the one
/// who waits gives up.
pub(crate) async fn write_events(
    engine: Engine,
    instance: String,
    signer: Option<Arc<HeadSigner>>,
    mut waiting: mpsc::Receiver<Append>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let (events, done): (Vec<_>, Vec<_>) = batch.drain(..).map(|append| (append.event, append.done)).unzip();
        match write(&engine, &instance, signer.as_deref(), events).await {
            Ok(entries) => {
                for (entry, done) in entries.into_iter().zip(done) {
                    // Who no longer waits needs no answer.
                    let _ = done.send(Ok(entry));
                }
            }
            Err(error) => {
                tracing::error!(instance, %error, events = done.len(), "audit events could not be written");
                for done in done {
                    let _ = done.send(Err(error.clone()));
                }
            }
        }
    }
}

/// Chains events after the head as it is while the write lock is held: another program may write the same chain.
async fn write(
    engine: &Engine,
    instance: &str,
    signer: Option<&HeadSigner>,
    events: Vec<AuditEvent>,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut writing = engine.begin_locked(lock_of("audit", instance)).await?;
    let Some(signer) = signer else {
        let last = last_of(&mut writing, instance).await?;
        let entries = append_to_chain(&mut writing, instance, last, events).await?;
        writing.commit().await.map_err(fault)?;
        return Ok(entries);
    };
    let (last, frontier) = signer.begin(&mut writing).await?;
    let entries = append_to_chain(&mut writing, instance, last, events).await?;
    if let Some(head) = sign_head(&mut writing, signer, frontier, &entries).await? {
        writing.commit().await.map_err(fault)?;
        signer.keep_written(head).await;
    }
    Ok(entries)
}

/// Writes events after the last entry of a chain.
pub(crate) async fn append_to_chain(
    writing: &mut StateTransaction,
    instance: &str,
    last: Option<(i64, AuditHash)>,
    events: Vec<AuditEvent>,
) -> Result<Vec<AuditEntry>, StoreError> {
    let salts = salts(events.len())?;
    let mut entries = chained(instance, last, events, salts);
    audit_rows::write(writing, &mut entries).await?;
    Ok(entries)
}

/// Signs the head of a chain after entries that were written; `None` where there are none.
pub(crate) async fn sign_head(
    writing: &mut StateTransaction,
    signer: &HeadSigner,
    mut frontier: Frontier,
    entries: &[AuditEntry],
) -> Result<Option<SignedHead>, StoreError> {
    let Some(last) = entries.last() else { return Ok(None) };
    for entry in entries {
        frontier.push(entry.hash.digest());
    }
    signer.put(writing, (last.seq, &last.hash), &frontier, last.event.at).await.map(Some)
}

/// Events in a chain, one after the other.
fn chained(
    instance: &str,
    mut head: Option<(i64, AuditHash)>,
    events: Vec<AuditEvent>,
    salts: Vec<[u8; 16]>,
) -> Vec<AuditEntry> {
    let mut entries = Vec::with_capacity(events.len());
    for (event, salt) in events.into_iter().zip(salts) {
        let entry = AuditEntry::chain(instance, head.as_ref().map(|(seq, hash)| (*seq, hash)), event, salt);
        head = Some((entry.seq, entry.hash.clone()));
        entries.push(entry);
    }
    entries
}

/// A salt for each of so many entries.
fn salts(entries: usize) -> Result<Vec<[u8; 16]>, StoreError> {
    let mut salts = vec![[0; 16]; entries];
    let no_chance = |error| StoreError::Unavailable(format!("the system gives no random bytes: {error}"));
    getrandom::fill(salts.as_flattened_mut()).map_err(no_chance)?;
    Ok(salts)
}

/// The number and the hash of the last entry of a chain.
pub(crate) async fn last_of(
    writing: &mut StateTransaction,
    instance: &str,
) -> Result<Option<(i64, AuditHash)>, StoreError> {
    let Some(row) = sql(HEAD).bind(instance).fetch_optional(writing).await.map_err(fault)? else {
        return Ok(None);
    };
    Ok(Some((get(&row, "seq")?, AuditHash(get(&row, "hash")?))))
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus, ChainVerifier, VerifiedKind, VerifiedQuery};
    use pstral_core::ports::{AuditFilter, AuditLog as _, Knowledge as _, StoreError};
    use pstral_core::testkit::state::at;

    use crate::Store;
    use crate::rows::get;
    use crate::sql::{dynamic_sql, sql};

    fn event() -> AuditEvent {
        let mut event = AuditEvent::new(at("10:00:00"), AuditAction::Question, AuditStatus::Ok);
        event.detail = Some("é".repeat(20_000));
        event
    }

    fn large_query() -> VerifiedQuery {
        VerifiedQuery {
            kind: VerifiedKind::Question,
            note: String::new(),
            id: "large".to_owned(),
            fr: "é".repeat(20_000),
            en: String::new(),
            also: Vec::new(),
            statement: String::new(),
            parameters: Vec::new(),
            verified_by: String::new(),
            verified_on: String::new(),
        }
    }

    /// Lets the file grow by so many pages more: SQLite then says what it says on a full disk.
    async fn leave_room(store: &Store, pages: i64) {
        let held: i64 = get(&sql("PRAGMA page_count").fetch_one(store).await.unwrap(), "page_count").unwrap();
        dynamic_sql(format!("PRAGMA max_page_count = {}", held + pages)).execute(store).await.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_refuses_events_and_the_chain_goes_on_when_there_is_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state.db"), "one").await.unwrap();
        let mut written = Vec::new();
        for _ in 0..3 {
            written.push(store.append(event()).await.unwrap());
            leave_room(&store, 25).await;
            let why = loop {
                match store.append(event()).await {
                    Ok(entry) => written.push(entry),
                    Err(error) => break error,
                }
                assert!(written.len() < 100, "the disk is never full");
            };
            assert!(matches!(&why, StoreError::Full(_)), "{why}");
            leave_room(&store, 0).await;
            // This one SQLite answers by ending the transaction itself.
            let why = store.put_verified("crm", &[large_query()]).await.unwrap_err();
            assert!(matches!(&why, StoreError::Full(_)), "{why}");
            leave_room(&store, 1_000_000).await;
            written.push(store.append(event()).await.unwrap());
        }
        assert_eq!(store.after(0, &AuditFilter::default(), 1000).await.unwrap(), written);
        let mut verifier = ChainVerifier::default();
        for entry in &written {
            verifier.check(entry).unwrap();
        }
    }
}
