//! The state in memory keeps the promises that real state databases keep.

use pstral_core::domain::{AuditAction, AuditEvent, AuditStatus};
use pstral_core::ports::{AuditLog as _, StoreError};
use pstral_core::testkit::state::{self, MemoryState};

#[tokio::test]
async fn memory_keeps_every_promise_of_the_state_ports() {
    state::everything(&MemoryState::default()).await.unwrap();
}

#[tokio::test]
async fn a_refused_audit_event_leaves_no_trace_and_the_chain_goes_on() {
    let memory = MemoryState::default();
    let event = || AuditEvent::new(state::at("10:00:00"), AuditAction::Started, AuditStatus::Ok);
    memory.append(event()).await.unwrap();
    memory.refuse_audit(true);
    assert!(matches!(memory.append(event()).await, Err(StoreError::Unavailable(_))));
    memory.refuse_audit(false);
    assert_eq!(memory.append(event()).await.unwrap().seq, 2);
    assert_eq!(memory.audit_entries().len(), 2);
}
