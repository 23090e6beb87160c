//! New entries as they come, chain by chain: none is missed, whichever instance wrote it.

use std::collections::BTreeMap;
use std::time::Duration;

use pstral_core::domain::{AuditEntry, ChainHead};
use pstral_core::ports::{AuditFilter, AuditLog, StoreError};

use super::audit::PAGE;
use super::out::reader_left;

/// The interval at which new entries are polled.
const PAUSE: Duration = Duration::from_millis(300);

/// Hands over the entries of every chain that come after its head, but those that were shown already, until Ctrl-C or
/// until nobody reads any more. A state database that is away for a while is waited for.
pub(super) async fn follow(
    log: &dyn AuditLog,
    filter: &AuditFilter,
    heads: Vec<ChainHead>,
    shown: &[AuditEntry],
    mut print: impl FnMut(&AuditEntry),
) -> Result<(), StoreError> {
    let mut reached: BTreeMap<String, i64> = heads.into_iter().map(|head| (head.instance, head.seq)).collect();
    for entry in shown {
        let last = reached.entry(entry.instance.clone()).or_default();
        *last = entry.seq.max(*last);
    }
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    while !reader_left() {
        tokio::select! {
            _ = &mut interrupted => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
        match newer(log, filter, &mut reached, &mut print).await {
            Ok(()) => {}
            Err(error @ (StoreError::Unavailable(_) | StoreError::Full(_) | StoreError::Busy(_))) => {
                tracing::warn!(%error, "new entries cannot be read; trying again");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Prints the entries that each chain has beyond those already reached.
async fn newer(
    log: &dyn AuditLog,
    filter: &AuditFilter,
    reached: &mut BTreeMap<String, i64>,
    print: &mut impl FnMut(&AuditEntry),
) -> Result<(), StoreError> {
    for head in log.heads().await? {
        let last = reached.entry(head.instance.clone()).or_default();
        while *last < head.seq {
            let page = log.chain(&head.instance, *last, PAGE).await?;
            let Some(end) = page.last() else { break };
            *last = end.seq;
            page.iter().filter(|entry| filter.lets_through(&entry.event)).for_each(&mut *print);
        }
    }
    Ok(())
}
