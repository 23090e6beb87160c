//! Tests of pruning expired data, class by class.

use std::sync::Arc;

use pstral_core::ports::{AuditFilter, Conversations as _, People as _};
use pstral_store::{Erasure, PruningClass};

use super::*;
use crate::verify;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_class_goes_when_it_is_over_and_nothing_else() {
    for ground in Ground::both() {
        let store = ground.open("one").await;
        let user = person(&ground, &store, "zoe").await;
        for on in 1..=10 {
            store.append(said(Some(&user), on, "asked")).await.unwrap();
        }
        let nothing = ExpiryLimits { now: day(11), ..due(11, None, None) };
        let over = store.prunings(&nothing).await.unwrap();
        assert_eq!(
            over.iter().map(|one| (one.class, one.total())).collect::<Vec<_>>(),
            [(PruningClass::ExpiredCodes, 4)]
        );

        let all = ExpiryLimits { conversations: Some(day(5)), proposals: Some(day(11)), ..due(11, Some(6), Some(3)) };
        let planned = store.prunings(&all).await.unwrap();
        let counts: Vec<_> = planned.iter().map(|one| (one.class, one.rows.clone())).collect();
        let expected = [
            (
                PruningClass::Conversations,
                vec![
                    ("proposal_messages", 1),
                    ("proposals", 1),
                    ("ratings", 1),
                    ("reviews", 1),
                    ("turns", 2),
                    ("conversations", 1),
                ],
            ),
            (PruningClass::Proposals, vec![("proposal_messages", 2), ("proposals", 2)]),
            (
                PruningClass::ExpiredCodes,
                vec![("link_codes", 1), ("sign_ins", 1), ("link_requests", 1), ("wrong_codes", 1)],
            ),
            (PruningClass::Audit, vec![("audit_events", 4)]),
            (PruningClass::AuditTexts, vec![("audit_events", 3)]),
        ];
        assert_eq!(counts, expected);
        assert_eq!(store.prunings(&all).await.unwrap(), planned, "looking takes nothing away");
        assert_eq!(verify(&store).await, Ok(10));

        assert_eq!(store.prune(&store, &all, Some("cli"), &sign).await.unwrap(), planned);
        assert_eq!(store.prunings(&all).await.unwrap(), [], "all of it is gone");
        assert_eq!(store.of_user(user.id, 9).await.unwrap().len(), 1);
        // Six that stayed, and one for each class that went.
        assert_eq!(proved(&store).await, Ok(11));
        let left = store.after(0, &AuditFilter::default(), 100).await.unwrap();
        let texts = left.iter().filter(|entry| entry.event.detail.as_deref() == Some("asked")).count();
        assert_eq!((left[0].seq, texts), (5, 3));
        let of_relation = AuditFilter { relation: Some("contracts".to_owned()), ..AuditFilter::default() };
        assert_eq!(store.tail(&of_relation, 100).await.unwrap().len(), 6);
        assert!(store.user_named("zoe").await.unwrap().is_some());

        let stranger = store.verify_audit(&[], &NoKey).await.unwrap_err().to_string();
        assert_eq!(stranger, "what is signed at entry 4 of one is signed with another key: ours");
        assert_eq!(store.append(said(Some(&user), 11, "goes on")).await.unwrap().seq, 16);
        assert_eq!(proved(&store).await, Ok(12));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_entry_that_covers_others_hands_them_on_before_it_goes() {
    for ground in Ground::both() {
        let stores = [ground.open("one").await, ground.open("two").await];
        let user = person(&ground, &stores[0], "zoe").await;
        for on in 1..=3 {
            for store in &stores {
                store.append(said(Some(&user), on, "asked")).await.unwrap();
            }
        }
        // The second instance is never heard of again: its last entry is sealed, and stays.
        let erased = stores[0].erase(&stores[0], &user, &[], day(4), None).await.unwrap().unwrap();
        assert_eq!((erased.entries, erased.written_meanwhile), (6, 0));
        for on in 5..=28 {
            stores[0].append(said(None, on, "asked")).await.unwrap();
            let due = due(on, Some(4), Some(2));
            if !stores[0].prunings(&due).await.unwrap().is_empty() {
                stores[0].prune(&stores[0], &due, None, &sign).await.unwrap();
            }
            proved(&stores[0]).await.unwrap_or_else(|fault| panic!("on day {on}: {fault}"));
        }
        let left = stores[0].after(0, &AuditFilter::default(), 100).await.unwrap();
        assert!(!left.iter().any(|entry| entry.event.action == AuditAction::UserErased), "it went too");
        let last: Vec<i64> = left.iter().filter(|entry| entry.instance == "two").map(|entry| entry.seq).collect();
        assert_eq!(last, [3]);
        assert!(left.len() < 20, "{}", left.len());
        // Who comes back goes on where the chain was.
        assert_eq!(stores[1].append(said(None, 28, "back")).await.unwrap().seq, 4);
        proved(&stores[0]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn others_write_and_prove_while_much_is_pruned() {
    for ground in Ground::both() {
        let store = Arc::new(ground.open("one").await);
        let many = (0..3000).map(|_| store.append(said(None, 1, "old")));
        futures::future::try_join_all(many).await.unwrap();
        store.append(said(None, 9, "new")).await.unwrap();
        let pruning = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.prune(&*store, &due(10, Some(5), None), None, &sign).await.unwrap() }
        });
        let mut written = 0;
        while !pruning.is_finished() {
            store.append(said(None, 9, "meanwhile")).await.unwrap();
            written += 1;
            proved(&store).await.unwrap();
        }
        assert!(written > 2, "{written} written meanwhile");
        assert_eq!(pruning.await.unwrap()[0].total(), 3000);
        assert_eq!(proved(&store).await, Ok(2 + written));
    }
}

#[tokio::test]
async fn texts_of_an_older_form_stay_until_they_are_pruned() {
    let ground = Ground::File(folder());
    let store = ground.open("one").await;
    let user = person(&ground, &store, "zoe").await;
    store.append(said(Some(&user), 1, "old")).await.unwrap();
    store.append(said(Some(&user), 2, "new")).await.unwrap();
    let triggers = "DROP TRIGGER audit_events_are_not_changed; UPDATE audit_events SET salt = NULL WHERE seq = 1";
    ground.run(triggers).await;
    let Erasure { entries, unredactable, .. } = store.erasure(&user).await.unwrap();
    assert_eq!((entries, unredactable), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_head_that_was_written_down_after_a_pruning_is_where_a_check_begins() {
    for ground in Ground::both() {
        let stores = [ground.open("one").await, ground.open("two").await];
        let zoe = person(&ground, &stores[0], "zoe").await;
        for on in 1..=6 {
            for store in &stores {
                store.append(said(Some(&zoe), on, "asked")).await.unwrap();
            }
        }
        stores[0].prune(&stores[0], &due(7, Some(3), None), None, &sign).await.unwrap();
        let proof = stores[0].verify_audit(&[], &Ours).await.unwrap();
        // What is sealed in the second chain has its reason in the first one, before the head it is begun at.
        stores[0].erase(&stores[0], &zoe, &[], day(8), None).await.unwrap().unwrap();
        let after = stores[0].verify_audit(&[], &Ours).await.unwrap();
        for heads in [&proof.heads[..], &after.heads, &after.heads[..1], &after.heads[1..]] {
            stores[0].append(said(None, 9, "goes on")).await.unwrap();
            let since = stores[0].verify_audit(heads, &Ours).await;
            assert!(since.is_ok(), "{since:?} since {heads:?}");
        }
    }
}
