//! What `AuditLog` must do.

use futures::future::join_all;

use super::{State, at};
use crate::domain::{AuditAction, AuditEntry, AuditEvent, AuditStatus, ChainVerifier, UserId};
use crate::ports::{AuditFilter, AuditLog, StoreError};

/// Entries come back exactly, in order, chained without gaps, and by each filter.
pub async fn audit_log(state: &dyn State) -> Result<(), StoreError> {
    exact(state).await?;
    filters(state).await?;
    at_once(state).await?;
    let entries = state.after(0, &AuditFilter::default(), u32::MAX).await?;
    let mut verifier = ChainVerifier::default();
    for entry in &entries {
        assert_eq!(verifier.check(entry), Ok(()));
    }
    assert!(entries.is_sorted_by(|a, b| a.position < b.position), "positions grow");
    assert!(entries.iter().all(|entry| entry.position > 0), "after 0 is from the beginning");
    Ok(())
}

fn event(time: &str, action: AuditAction) -> AuditEvent {
    AuditEvent::new(at(time), action, AuditStatus::Ok)
}

/// An event in which every member says something.
pub fn full_event() -> AuditEvent {
    let some = |text: &str| Some(text.to_owned());
    AuditEvent {
        at: at("10:00:00.123456789"),
        action: AuditAction::Execution,
        status: AuditStatus::Failed,
        platform: some("terminal"),
        actor: some("zoé"),
        user: Some(UserId(7)),
        place: some("room"),
        conversation: Some(8),
        proposal: some("00ff"),
        target: some("audit-crm"),
        relations: some("clients orders"),
        statement: some("SELECT 'é\0\u{1F980}\n' FROM \"clients\""),
        parameters: some("{}"),
        rule: some(""),
        model: some("qwen"),
        rows: Some(0),
        duration_ms: Some(i64::MAX),
        detail: some("Combien ?"),
    }
}

async fn exact(state: &dyn State) -> Result<(), StoreError> {
    let before = state.tail(&AuditFilter::default(), 1).await?;
    let bare = state.append(event("10:00:00", AuditAction::Started)).await?;
    let full = state.append(full_event()).await?;
    if let Some(before) = before.first() {
        assert!(bare.position > before.position);
    }
    assert_eq!(full.event.at, at("10:00:00.123"), "times are kept to the millisecond");
    assert_eq!(AuditEvent { at: full_event().at, ..full.event.clone() }, full_event());
    assert_eq!((full.seq, &full.previous), (bare.seq + 1, &bare.hash));

    let newest = AuditFilter::default();
    assert_eq!(state.tail(&newest, 2).await?, [bare.clone(), full.clone()], "read back as it was written, in order");
    assert_eq!(state.tail(&newest, 1).await?, std::slice::from_ref(&full));
    assert_eq!(state.tail(&newest, 0).await?, []);
    assert_eq!(state.after(bare.position, &newest, 5).await?, std::slice::from_ref(&full));
    assert_eq!(state.after(bare.position - 1, &newest, 1).await?, [bare], "at most as many as asked for");
    assert_eq!(state.after(full.position, &newest, 5).await?, []);
    Ok(())
}

async fn positions(log: &(impl AuditLog + ?Sized), start: i64, filter: AuditFilter) -> Result<Vec<i64>, StoreError> {
    let after: Vec<i64> = log.after(start, &filter, 100).await?.iter().map(|entry| entry.position).collect();
    let tail: Vec<AuditEntry> = log.tail(&filter, 100).await?;
    let tail: Vec<i64> = tail.iter().map(|entry| entry.position).filter(|one| *one > start).collect();
    assert_eq!(after, tail, "{filter:?}");
    Ok(after)
}

async fn filters(state: &dyn State) -> Result<(), StoreError> {
    let start = state.append(event("11:00:00", AuditAction::Started)).await?.position;
    let mut asked = event("12:00:00.5009", AuditAction::Question);
    asked.user = Some(UserId(4_000_000_001));
    asked.target = Some("filter-a".to_owned());
    let asked = state.append(asked).await?.position;
    let mut refused = event("13:00:00", AuditAction::Refusal);
    refused.status = AuditStatus::Refused;
    refused.user = Some(UserId(4_000_000_002));
    refused.target = Some("filter-b".to_owned());
    let refused = state.append(refused).await?.position;

    let all = AuditFilter::default;
    let user = Some(UserId(4_000_000_001));
    let target = Some("filter-a".to_owned());
    let cases = [
        (all(), vec![asked, refused]),
        (AuditFilter { user, ..all() }, vec![asked]),
        (AuditFilter { action: Some(AuditAction::Refusal), ..all() }, vec![refused]),
        (AuditFilter { target: target.clone(), ..all() }, vec![asked]),
        (AuditFilter { status: Some(AuditStatus::Refused), ..all() }, vec![refused]),
        (AuditFilter { since: Some(at("12:00:00.5009")), ..all() }, vec![asked, refused]),
        (AuditFilter { since: Some(at("12:00:00.501")), ..all() }, vec![refused]),
        (AuditFilter { user, target, since: Some(at("12:00:00")), ..all() }, vec![asked]),
        (AuditFilter { user, status: Some(AuditStatus::Refused), ..all() }, vec![]),
        (AuditFilter { target: Some("FILTER-A".to_owned()), ..all() }, vec![]),
    ];
    for (filter, expected) in cases {
        assert_eq!(positions(state, start, filter.clone()).await?, expected, "{filter:?}");
    }
    Ok(())
}

async fn at_once(state: &dyn State) -> Result<(), StoreError> {
    let appends = (0..50).map(|_| state.append(event("14:00:00", AuditAction::Answer)));
    let mut numbers = Vec::new();
    for entry in join_all(appends).await {
        numbers.push(entry?.seq);
    }
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?} without gaps or doubles");
    Ok(())
}
