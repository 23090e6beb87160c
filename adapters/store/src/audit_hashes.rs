//! The hashes of a chain's entries, in order: the leaves of its tree.

use pstral_auditproof::{Frontier, Hash};
use pstral_core::domain::AuditHash;
use pstral_core::ports::StoreError;

use crate::audit_log::checkpoint_of;
use crate::engine::StateTransaction;
use crate::fault::fault;
use crate::sql::{FromColumn as _, sql};

const HASHES: &str = "SELECT hash FROM audit_events WHERE instance = $1 AND seq > $2 AND seq <= $3 ORDER BY seq";

/// Hands over the hash of each entry of a chain after one number, up to another.
pub(crate) async fn for_each_hash(
    reading: &mut StateTransaction,
    instance: &str,
    (after, until): (i64, i64),
    mut each: impl FnMut(Hash),
) -> Result<(), StoreError> {
    let hashes = sql(HASHES).bind(instance).bind(after).bind(until);
    let read = hashes.for_each::<sqlx::Error>(reading, |row| {
        each(AuditHash(String::from_column(&row, "hash")?).digest());
        Ok(())
    });
    read.await.map_err(fault)
}

/// Returns the edge of the tree of a chain up to an entry, from its checkpoint and the entries after it.
pub(crate) async fn frontier_until(
    reading: &mut StateTransaction,
    instance: &str,
    until: i64,
) -> Result<Frontier, StoreError> {
    let checkpoint = checkpoint_of(reading, instance).await?;
    let after = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.seq);
    let mut frontier = checkpoint.map(|checkpoint| checkpoint.frontier()).unwrap_or_default();
    for_each_hash(reading, instance, (after, until), |hash| frontier.push(hash)).await?;
    Ok(frontier)
}
