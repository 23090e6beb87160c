//! Writes audit events: those that wait at the same moment share one transaction and one write to the disk.

use pstral_core::domain::{AuditEntry, AuditEvent, AuditHash};
use pstral_core::ports::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout_at;

use crate::audit_heads::HeadSigner;
use crate::audit_rows;
use crate::engine::{Engine, StateTransaction, lock_of};
use crate::fault::fault;
use crate::rows::get;
use crate::sql::sql;

/// Events in one transaction at most.
const BATCH: usize = 256;

const HEAD: &str = "SELECT seq, hash FROM audit_events WHERE instance = $1 ORDER BY seq DESC LIMIT 1";
/// What waits for the writer.
#[derive(Debug)]
pub(crate) enum Append {
    /// An event to write.
    Event {
        /// The event.
        event: Box<AuditEvent>,
        /// True to write it whatever the chain is, and so to sign what nothing vouched for.
        accepts: bool,
        /// Receives the entry once it is durable, or the error.
        done: oneshot::Sender<Result<AuditEntry, StoreError>>,
    },
    /// Keep the newest head outside the database now.
    KeepHead(oneshot::Sender<()>),
}

/// Writes what waits until nobody can append any more. Being a task of its own, it is not cut short where the one
/// who waits gives up.
pub(crate) async fn write_events(
    engine: Engine,
    instance: String,
    mut signer: Option<HeadSigner>,
    mut waiting: mpsc::Receiver<Append>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let due = signer.as_ref().and_then(HeadSigner::due);
        let receive = waiting.recv_many(&mut batch, BATCH);
        let received = match due {
            Some(due) => timeout_at(due, receive).await,
            None => Ok(receive.await),
        };
        match received {
            Ok(0) => break,
            Ok(_) => write_batch(&engine, &instance, &mut signer, batch.drain(..)).await,
            Err(_) => keep_head(&mut signer).await,
        }
    }
    keep_head(&mut signer).await;
}

async fn keep_head(signer: &mut Option<HeadSigner>) {
    if let Some(signer) = signer {
        signer.keep().await;
    }
}

async fn write_batch(
    engine: &Engine,
    instance: &str,
    signer: &mut Option<HeadSigner>,
    batch: impl Iterator<Item = Append>,
) {
    let (mut events, mut waiters, mut accepts_any, mut kept) = (Vec::new(), Vec::new(), false, Vec::new());
    for append in batch {
        match append {
            Append::Event { event, accepts, done } => {
                events.push(*event);
                waiters.push(done);
                accepts_any |= accepts;
            }
            Append::KeepHead(done) => kept.push(done),
        }
    }
    if !events.is_empty() {
        match write(engine, instance, signer.as_mut(), events, accepts_any).await {
            Ok(entries) => {
                for (entry, done) in entries.into_iter().zip(waiters) {
                    // Who no longer waits needs no answer.
                    let _ = done.send(Ok(entry));
                }
            }
            Err(error) => {
                tracing::error!(instance, %error, events = waiters.len(), "audit events could not be written");
                for done in waiters {
                    let _ = done.send(Err(error.clone()));
                }
            }
        }
    }
    if !kept.is_empty() {
        keep_head(signer).await;
        for done in kept {
            let _ = done.send(());
        }
    }
}

/// Chains events after the head as it is while the write lock is held: another program may write the same chain.
async fn write(
    engine: &Engine,
    instance: &str,
    mut signer: Option<&mut HeadSigner>,
    events: Vec<AuditEvent>,
    accepts: bool,
) -> Result<Vec<AuditEntry>, StoreError> {
    let salts = salts(events.len())?;
    let mut writing = engine.begin_locked(lock_of("audit", instance)).await?;
    let head = head(&mut writing, instance).await?;
    let frontier = match &mut signer {
        Some(signer) => Some(signer.frontier(&mut writing, head.as_ref(), accepts).await?),
        None => None,
    };
    let mut entries = chained(instance, head, events, salts);
    audit_rows::write(&mut writing, &mut entries).await?;
    let newest = match (&signer, frontier, entries.last()) {
        (Some(signer), Some(mut frontier), Some(last)) => {
            for entry in &entries {
                frontier.push(entry.hash.digest());
            }
            Some(signer.put(&mut writing, (last.seq, &last.hash), &frontier, last.event.at).await?)
        }
        _ => None,
    };
    writing.commit().await.map_err(fault)?;
    if let (Some(signer), Some(newest)) = (signer, newest) {
        signer.written(newest).await;
    }
    Ok(entries)
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

async fn head(writing: &mut StateTransaction, instance: &str) -> Result<Option<(i64, AuditHash)>, StoreError> {
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
