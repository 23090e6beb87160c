//! The contract of `AuditLog`.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::{State, at};
use crate::domain::{
    AuditAction, AuditDelivery, AuditEntry, AuditEvent, AuditStatus, AuditVerdict, ChainVerifier, Covers, UserId,
};
use crate::ports::{AuditFilter, AuditLog, AuditMark, StoreError, Towards};

/// Entries come back exactly, in order, chained without gaps, by each filter and page by page.
pub async fn audit_log(state: &dyn State) -> Result<(), StoreError> {
    exact(state).await?;
    filters(state).await?;
    pages(state).await?;
    at_once(state).await?;
    chains(state).await?;
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
        ip: some("2001:db8::1"),
        place: some("room"),
        conversation: Some(8),
        proposal: some("00ff"),
        target: some("audit-crm"),
        relations: some("clients orders"),
        statement: some("SELECT 'é\0\u{1F980}\n' FROM \"clients\""),
        statement_hash: some(&"5".repeat(64)),
        parameters: some("{}"),
        verdict: Some(AuditVerdict::Allow),
        rule: some(""),
        model: some("qwen"),
        prompt_hash: some(&"6".repeat(64)),
        cost: Some(-12),
        rows: Some(0),
        duration_ms: Some(i64::MAX),
        delivery: Some(AuditDelivery::Private),
        detail: some("Combien ?"),
        error: some("perdu"),
        covers: Some(Covers { until: BTreeMap::from([("none".to_owned(), 1)]), ..Covers::default() }.to_json()),
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
    assert_eq!(
        state.after(bare.position - 1, &newest, 1).await?,
        std::slice::from_ref(&bare),
        "at most as many as asked for"
    );
    assert_eq!(state.after(full.position, &newest, 5).await?, []);

    let of = &full.instance;
    assert_eq!(state.chain(of, bare.seq - 1, 2).await?, [bare.clone(), full.clone()], "its chain, in order");
    assert_eq!(state.chain(of, bare.seq - 1, 1).await?, std::slice::from_ref(&bare));
    assert_eq!(state.chain(of, full.seq, 5).await?, []);
    assert_eq!(state.chain("nobody", 0, 5).await?, []);
    assert!(state.heads().await?.contains(&full.head()));
    assert_eq!(state.checkpoints().await?, []);
    Ok(())
}

async fn positions(log: &(impl AuditLog + ?Sized), start: i64, filter: AuditFilter) -> Result<Vec<i64>, StoreError> {
    let after: Vec<i64> = log.after(start - 1, &filter, 100).await?.iter().map(|entry| entry.position).collect();
    let tail: Vec<AuditEntry> = log.tail(&filter, 100).await?;
    let tail: Vec<i64> = tail.iter().map(|entry| entry.position).filter(|one| *one >= start).collect();
    assert_eq!(after, tail, "{filter:?}");
    Ok(after)
}

async fn filters(state: &dyn State) -> Result<(), StoreError> {
    let start = state.append(event("11:00:00", AuditAction::Started)).await?.position;
    let mut asked = event("12:00:00.5009", AuditAction::Question);
    asked.user = Some(UserId(4_000_000_001));
    asked.target = Some("filter-a".to_owned());
    asked.platform = Some("filtered".to_owned());
    asked.relations = Some("filter.one filter.two".to_owned());
    asked.statement = Some("SELECT 'É', 100%_ FROM \"Filter\"".to_owned());
    let asked = state.append(asked).await?.position;
    let mut refused = event("13:00:00", AuditAction::Refusal);
    refused.status = AuditStatus::Refused;
    refused.user = Some(UserId(4_000_000_002));
    refused.target = Some("filter-b".to_owned());
    refused.relations = Some("filter.two".to_owned());
    refused.error = Some("Filtered out".to_owned());
    let refused = state.append(refused).await?.position;

    let all = AuditFilter::default;
    let user = Some(UserId(4_000_000_001));
    let target = Some("filter-a".to_owned());
    let cases = [
        (all(), vec![start, asked, refused]),
        (AuditFilter { user, ..all() }, vec![asked]),
        (AuditFilter { action: Some(AuditAction::Refusal), ..all() }, vec![refused]),
        (AuditFilter { target: target.clone(), ..all() }, vec![asked]),
        (AuditFilter { status: Some(AuditStatus::Refused), ..all() }, vec![refused]),
        (AuditFilter { since: Some(at("12:00:00.5009")), ..all() }, vec![asked, refused]),
        (AuditFilter { since: Some(at("12:00:00.501")), ..all() }, vec![refused]),
        (AuditFilter { user, target, since: Some(at("12:00:00")), ..all() }, vec![asked]),
        (AuditFilter { user, status: Some(AuditStatus::Refused), ..all() }, vec![]),
        (AuditFilter { target: Some("FILTER-A".to_owned()), ..all() }, vec![]),
        (AuditFilter { platform: Some("filtered".to_owned()), ..all() }, vec![asked]),
        (AuditFilter { until: Some(at("13:00:00")), ..all() }, vec![start, asked]),
        (AuditFilter { until: Some(at("13:00:00.001")), since: Some(at("12:00:00")), ..all() }, vec![asked, refused]),
        (AuditFilter { user, action: Some(AuditAction::Refusal), ..all() }, vec![]),
        (AuditFilter { user, action: Some(AuditAction::Question), ..all() }, vec![asked]),
        (
            AuditFilter { action: Some(AuditAction::Refusal), status: Some(AuditStatus::Refused), ..all() },
            vec![refused],
        ),
    ];
    let related = |relation: &str| AuditFilter { relation: Some(relation.to_owned()), ..all() };
    let telling = |text: &str| AuditFilter { text: Some(text.to_owned()), ..all() };
    let more = [
        (related("filter.one"), vec![asked]),
        (related("filter.two"), vec![asked, refused]),
        (related("filter"), vec![]),
        (AuditFilter { user, ..related("filter.two") }, vec![asked]),
        (AuditFilter { status: Some(AuditStatus::Refused), ..related("filter.two") }, vec![refused]),
        (AuditFilter { since: Some(at("12:30:00")), ..related("filter.two") }, vec![refused]),
        (telling("filter"), vec![asked, refused]),
        (telling("FILTERED o"), vec![refused]),
        (telling("select 'É'"), vec![asked]),
        (telling("100%_"), vec![asked]),
        (telling("100_%"), vec![]),
        (telling("\\"), vec![]),
        (AuditFilter { user, ..telling("filter") }, vec![asked]),
    ];
    let cases = cases.into_iter().chain(more);
    for (filter, expected) in cases {
        assert_eq!(positions(state, start, filter.clone()).await?, expected, "{filter:?}");
    }
    Ok(())
}

/// Entries come once each, whichever way pages are turned, also where many have the same time.
async fn pages(state: &dyn State) -> Result<(), StoreError> {
    let user = Some(UserId(4_000_000_003));
    // The clock goes back once, and stands still twice.
    for time in ["15:00:00", "15:00:02", "15:00:02", "15:00:01", "15:00:01", "15:00:01", "15:00:03"] {
        state.append(AuditEvent { user, ..event(time, AuditAction::Answer) }).await?;
    }
    let filter = AuditFilter { user, ..AuditFilter::default() };
    let whole = state.page(&filter, None, Towards::Newer, 100).await?.entries;
    assert_eq!(whole.len(), 7);
    assert!(whole.is_sorted_by_key(AuditMark::of), "by time, then by position");
    for limit in 1..=8 {
        for towards in [Towards::Newer, Towards::Older] {
            let (mut turned, mut from) = (Vec::new(), None);
            loop {
                let found = state.page(&filter, from, towards, limit).await?;
                assert!(found.entries.len() <= usize::try_from(limit).unwrap_or(usize::MAX));
                turned.extend(found.entries);
                from = found.further;
                if from.is_none() {
                    break;
                }
            }
            if towards == Towards::Older {
                turned.reverse();
            }
            assert_eq!(turned, whole, "{limit} {towards:?}");
        }
    }
    let since = AuditFilter { since: Some(at("15:00:01")), until: Some(at("15:00:02")), ..filter };
    let two = state.page(&since, None, Towards::Older, 2).await?;
    assert_eq!((two.entries.len(), two.further), (2, two.entries.last().map(AuditMark::of)));
    assert_eq!(state.page(&since, None, Towards::Older, 3).await?.further, None);
    assert_eq!(state.tail(&since, 100).await?.len(), 3);
    Ok(())
}

/// Every chain is whole, and ends with its head.
async fn chains(state: &dyn State) -> Result<(), StoreError> {
    let heads = state.heads().await?;
    assert!(heads.is_sorted_by(|one, other| one.instance < other.instance));
    let mut verifier = ChainVerifier::default();
    for head in &heads {
        let mut after = 0;
        while after < head.seq {
            let page = state.chain(&head.instance, after, 7).await?;
            assert!(page.iter().all(|entry| entry.instance == head.instance));
            for entry in &page {
                assert_eq!(verifier.check(entry), Ok(()));
            }
            after = page.last().map_or(head.seq, |last| last.seq);
        }
    }
    assert_eq!(verifier.heads(), heads);
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
