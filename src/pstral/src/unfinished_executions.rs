//! Executions whose end an earlier run did not record, because it was killed meanwhile: their end is recorded at the next
//! start.

use std::collections::BTreeMap;

use pstral_core::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus};
use pstral_core::ports::StoreError;

use crate::compose::App;

/// Entries at the end of the chain that are looked at: many times what happens while a statement runs.
const NEWEST: i64 = 5000;
/// Entries read at a time.
const PAGE: u32 = 500;

/// Records that the result of each execution since an entry, that of the last start, was not shown where nothing says how it
/// ended; returns how many there were.
pub(crate) async fn record(app: &App, since: Option<&AuditEntry>) -> Result<usize, StoreError> {
    let audit = &app.pipeline.parts().audit;
    let heads = audit.heads().await?;
    let Some(head) = heads.into_iter().find(|head| head.instance == app.instance) else { return Ok(0) };
    let mut after = since.map_or(0, |start| start.seq).max(head.seq - NEWEST);
    let mut unfinished = BTreeMap::new();
    loop {
        let entries = audit.chain(&app.instance, after, PAGE).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for AuditEntry { event, .. } in entries {
            match (event.action, event.proposal.clone()) {
                (AuditAction::Execution, Some(proposal)) => drop(unfinished.insert(proposal, event)),
                (AuditAction::Result, Some(proposal)) => drop(unfinished.remove(&proposal)),
                _ => {}
            }
        }
    }
    for execution in unfinished.values() {
        audit.append(not_shown(execution, app)).await?;
    }
    Ok(unfinished.len())
}

fn not_shown(execution: &AuditEvent, app: &App) -> AuditEvent {
    AuditEvent {
        at: app.pipeline.parts().clock.now(),
        action: AuditAction::Result,
        status: AuditStatus::Failed,
        error: Some("not shown: crash".to_owned()),
        ..execution.clone()
    }
}
