//! Tests of what a verifier accepts and rejects.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::*;
use crate::domain::{AuditAction, AuditEvent, AuditSeal, AuditStatus, NoKey, UserId};

fn event(detail: &str) -> AuditEvent {
    let mut event = AuditEvent::new(Timestamp::UNIX_EPOCH, AuditAction::Question, AuditStatus::Ok);
    event.detail = Some(detail.to_owned());
    event.user = Some(UserId(7));
    event
}

fn chain(events: impl IntoIterator<Item = AuditEvent>) -> Vec<AuditEntry> {
    let mut entries: Vec<AuditEntry> = Vec::new();
    for event in events {
        let after = entries.last().map(|entry| (entry.seq, &entry.hash));
        let mut entry = AuditEntry::chain("one", after, event, [5; 16]);
        entry.position = entry.seq;
        entries.push(entry);
    }
    entries
}

fn questions(details: &[&str]) -> Vec<AuditEntry> {
    chain(details.iter().map(|detail| event(detail)))
}

fn verify_with(mut verifier: ChainVerifier, entries: &[AuditEntry]) -> Result<(), ChainFault> {
    for entry in entries {
        verifier.expect(entry);
    }
    entries.iter().try_for_each(|entry| verifier.check(entry))?;
    verifier.finish()
}

fn verify(entries: &[AuditEntry]) -> Result<(), ChainFault> {
    verify_with(ChainVerifier::default(), entries)
}

/// The entry that records that those of user 7 were sealed up to a number.
fn erased(until: i64) -> AuditEvent {
    let until = BTreeMap::from([("one".to_owned(), until)]);
    let covers = Covers { user: Some(UserId(7)), until, ..Covers::default() };
    let event = AuditEvent::new(Timestamp::UNIX_EPOCH, AuditAction::UserErased, AuditStatus::Ok);
    AuditEvent { covers: Some(covers.to_json()), ..event }
}

#[test]
fn an_untouched_chain_holds() {
    assert_eq!(verify(&questions(&["a", "b", "c"])), Ok(()));
}

#[test]
fn a_changed_missing_or_swapped_entry_is_found() {
    let whole = questions(&["a", "b", "c"]);
    let mut changed = whole.clone();
    changed[1].event.detail = Some("B".to_owned());
    assert!(matches!(verify(&changed), Err(ChainFault::Changed { seq: 2, .. })));

    let mut salted = whole.clone();
    salted[1].seal = AuditSeal::Salted("0".repeat(32));
    assert!(matches!(verify(&salted), Err(ChainFault::Changed { seq: 2, .. })));

    let mut missing = whole.clone();
    missing.remove(1);
    assert!(matches!(verify(&missing), Err(ChainFault::Broken { seq: 3, .. })));

    let mut swapped = whole.clone();
    swapped.swap(0, 1);
    assert!(matches!(verify(&swapped), Err(ChainFault::Broken { seq: 2, .. })));

    let mut moved = whole;
    moved[1].position = 9;
    assert!(matches!(verify(&moved), Err(ChainFault::Broken { seq: 3, .. })));
}

#[test]
fn a_sealed_entry_holds_only_with_its_reason() {
    let seal = |mut entries: Vec<AuditEntry>, at: usize| {
        entries[at] = entries[at].sealed().unwrap();
        entries
    };
    let recorded = chain([event("a"), event("b"), erased(2)]);
    assert_eq!(verify(&seal(seal(recorded.clone(), 0), 1)), Ok(()));
    let without = questions(&["a", "b"]);
    assert!(matches!(verify(&seal(without, 1)), Err(ChainFault::Sealed { seq: 2, .. })));
    let beyond = chain([event("a"), event("b"), erased(1)]);
    assert!(matches!(verify(&seal(beyond, 1)), Err(ChainFault::Sealed { seq: 2, .. })));
    let later = chain([event("a"), erased(9), event("b")]);
    assert!(matches!(verify(&seal(later, 2)), Err(ChainFault::Sealed { seq: 3, .. })));
    let of_another = AuditEvent { user: Some(UserId(8)), ..event("a") };
    let of_another = chain([of_another, erased(1)]);
    assert!(matches!(verify(&seal(of_another, 0)), Err(ChainFault::Sealed { seq: 1, .. })));

    // Something that was written into it afterwards.
    let mut refilled = seal(recorded.clone(), 0);
    refilled[0].event.detail = Some("harmless".to_owned());
    assert!(matches!(verify(&refilled), Err(ChainFault::Changed { seq: 1, .. })));

    // A reason that was only told, and did not come.
    let mut verifier = ChainVerifier::default();
    verifier.expect(&recorded[2]);
    assert_eq!(verifier.check(&recorded[0].sealed().unwrap()), Ok(()));
    assert!(matches!(verifier.finish(), Err(ChainFault::Sealed { seq: 1, .. })));
}

/// Knows one signature: the length of the message.
struct Length;

impl Signatures for Length {
    fn knows(&self, key: &str) -> bool {
        key == "ours"
    }

    fn holds(&self, message: &[u8], signature: &str) -> bool {
        signature == message.len().to_string()
    }
}

#[test]
fn a_chain_may_begin_after_a_checkpoint_whose_signature_holds() {
    let covers = Covers { until: BTreeMap::from([("one".to_owned(), 2)]), ..Covers::default() };
    let pruned = AuditEvent::new(Timestamp::UNIX_EPOCH, AuditAction::AuditPruned, AuditStatus::Ok);
    let pruned = AuditEvent { covers: Some(covers.to_json()), ..pruned };
    let entries = chain([event("a"), event("b"), event("c"), pruned]);
    let mut checkpoint = AuditCheckpoint {
        frontier: String::new(),
        instance: "one".to_owned(),
        seq: 2,
        hash: entries[1].hash.clone(),
        count: 2,
        at: Timestamp::UNIX_EPOCH,
        key: "ours".to_owned(),
        signature: String::new(),
    };
    checkpoint.signature = checkpoint.signed().len().to_string();
    let begun = |checkpoint: &AuditCheckpoint, known: &dyn Signatures, rest: &[AuditEntry]| {
        let mut verifier = ChainVerifier::default();
        verifier.expect(&entries[3]);
        verifier.begin_after(checkpoint, known)?;
        verify_with(verifier, rest)
    };
    assert_eq!(begun(&checkpoint, &Length, &entries[2..]), Ok(()));
    assert!(matches!(begun(&checkpoint, &NoKey, &entries[2..]), Err(ChainFault::OtherKey { seq: 2, .. })));
    let theirs = AuditCheckpoint { key: "theirs".to_owned(), ..checkpoint.clone() };
    assert!(matches!(begun(&theirs, &Length, &entries[2..]), Err(ChainFault::OtherKey { seq: 2, .. })));
    assert!(matches!(begun(&checkpoint, &Length, &entries[3..]), Err(ChainFault::Broken { seq: 4, .. })));
    assert!(matches!(begun(&checkpoint, &Length, &entries[2..3]), Err(ChainFault::Sealed { seq: 2, .. })));
    let elsewhere = AuditCheckpoint { hash: entries[0].hash.clone(), ..checkpoint.clone() };
    assert!(matches!(begun(&elsewhere, &Length, &entries[2..]), Err(ChainFault::Broken { seq: 3, .. })));
    let miscounted = AuditCheckpoint { count: 1, ..checkpoint };
    assert!(matches!(begun(&miscounted, &Length, &entries[2..]), Err(ChainFault::Checkpoint { .. })));
}

#[test]
fn a_reason_before_the_head_a_chain_begins_at_has_come_where_it_is_itself() {
    let entries = chain([event("a"), event("b"), erased(1), event("c")]);
    let begun = |reason: &AuditEntry, at: usize| {
        let mut verifier = ChainVerifier::default();
        verifier.expect(reason);
        // As a checkpoint, or an entry of another chain, needs it.
        assert!(verifier.is_covered("one", 1, Some(UserId(7))));
        verifier.begin_at(&entries[at].head()).unwrap();
        verifier.finish()
    };
    assert_eq!(begun(&entries[2], 2), Ok(()));
    assert_eq!(begun(&entries[2], 3), Ok(()));
    assert!(matches!(begun(&entries[2], 1), Err(ChainFault::Sealed { seq: 1, .. })));
    let mut changed = entries[2].clone();
    changed.event.covers = changed.event.covers.map(|covers| covers.replace(":1", ":2"));
    assert!(matches!(begun(&changed, 3), Err(ChainFault::Sealed { seq: 1, .. })));
}
