//! Whoever empties or removes entries by hand, or forges what stands in their place, is found.

use super::*;

/// Ten entries, of which the first four were pruned and the next two sealed.
async fn pruned() -> (Ground, Store) {
    let ground = Ground::File(folder());
    let store = ground.open("one").await;
    for on in 1..=10 {
        store.append(said(None, on, "asked")).await.unwrap();
    }
    store.prune(&store, &due(11, Some(6), Some(4)), None, &sign).await.unwrap();
    assert_eq!(proved(&store).await, Ok(8));
    let triggers = "DROP TRIGGER audit_events_are_not_changed; DROP TRIGGER audit_events_are_not_removed;
        DROP TRIGGER audit_events_are_not_put_before_a_checkpoint";
    ground.run(triggers).await;
    (ground, store)
}

#[tokio::test]
async fn the_database_lets_nobody_seal_or_prune_by_the_way() {
    let ground = Ground::File(folder());
    let store = ground.open("one").await;
    for on in 1..=3 {
        store.append(said(None, on, "asked")).await.unwrap();
    }
    let Ground::File(folder) = &ground else { return };
    let mut insider = beside(folder).await;
    for (open, deed) in [
        ("seal", "UPDATE audit_events SET detail = NULL WHERE seq = 1"),
        ("seal", "DELETE FROM audit_events WHERE seq = 1"),
        ("prune", "DELETE FROM audit_events WHERE seq = 1"),
        ("prune", "UPDATE audit_events SET detail = 'x' WHERE seq = 1"),
    ] {
        raw(&mut insider, &format!("INSERT INTO audit_opened (id, deed) VALUES (1, '{open}')")).await;
        let refused = sqlx::raw_sql(deed).execute(&mut insider).await.map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains("audit events are never "), "{deed}: {refused}");
        raw(&mut insider, "DELETE FROM audit_opened").await;
    }
    assert_eq!(proved(&store).await, Ok(3));
}

#[tokio::test]
async fn every_forged_checkpoint_and_every_emptied_entry_is_found() {
    let later = "the checkpoint at entry 5 of one is not signed with the key";
    let same = "the checkpoint at entry 4 of one is not signed with the key";
    let cases = [
        ("UPDATE audit_checkpoints SET seq = 5, count = 5", later),
        ("UPDATE audit_checkpoints SET count = 3", same),
        ("UPDATE audit_checkpoints SET hash = (SELECT hash FROM audit_events WHERE seq = 5)", same),
        ("UPDATE audit_checkpoints SET at = at + 1", same),
        ("UPDATE audit_checkpoints SET signature = 'x'", same),
        ("UPDATE audit_checkpoints SET key = 'theirs'", "entry 4 of one is signed with another key: theirs"),
        ("UPDATE audit_checkpoints SET instance = 'two'", "the checkpoint at entry 4 of two is not signed"),
        ("DELETE FROM audit_checkpoints", "entry 5 of one does not follow"),
        ("DELETE FROM audit_events WHERE seq = 5", "entry 6 of one does not follow"),
        (
            "UPDATE audit_checkpoints SET seq = 5, count = 5,
                hash = (SELECT hash FROM audit_events WHERE seq = 5);
             DELETE FROM audit_events WHERE seq = 5",
            later,
        ),
        ("UPDATE audit_events SET detail = 'harmless' WHERE seq = 5", "entry 5 of one was changed"),
        (
            "UPDATE audit_events SET sealed = replace(sealed, substr(sealed, 1, 1), 'z') WHERE seq = 6",
            "entry 6 of one was",
        ),
        ("UPDATE audit_events SET detail = NULL WHERE seq = 9", "entry 9 of one was changed"),
        (
            "INSERT INTO audit_events (instance, seq, previous, hash, at, action, status, user_id, statement)
                SELECT instance, 3, previous, hash, at, 'execution', status, 7, 'SELECT forged' FROM audit_events
                WHERE seq = 8",
            "entry 3 of one does not follow",
        ),
    ];
    for (change, expected) in cases {
        let (ground, store) = pruned().await;
        ground.run(change).await;
        let fault = proved(&store).await.unwrap_err();
        assert!(fault.contains(expected), "{change}: {fault}");
    }
}

#[tokio::test]
async fn an_entry_sealed_as_the_program_would_is_found_where_nothing_says_why() {
    let (ground, store) = pruned().await;
    let entry = store.chain("one", 8, 1).await.unwrap().remove(0);
    let pstral_core::domain::AuditSeal::Sealed(digest) = entry.sealed().unwrap().seal else { return };
    let seal = format!(
        "UPDATE audit_events SET detail = NULL, salt = NULL, sealed = '{}', actor = NULL WHERE seq = 9",
        digest.0
    );
    ground.run(&seal).await;
    let fault = proved(&store).await.unwrap_err();
    assert_eq!(fault, "entry 9 of one was emptied or removed, and nothing says why");
}

#[tokio::test]
async fn a_pruning_that_nobody_recorded_is_found_even_with_the_key() {
    let (ground, store) = pruned().await;
    let entry = store.chain("one", 6, 1).await.unwrap().remove(0);
    let (instance, frontier, key, signature) = ("one".to_owned(), String::new(), String::new(), String::new());
    let forged =
        AuditCheckpoint { instance, seq: 7, hash: entry.hash, count: 7, at: day(11), frontier, key, signature };
    let AuditCheckpoint { hash, signature, .. } = sign(forged);
    let at = day(11).as_millisecond();
    ground
        .run(&format!(
            "UPDATE audit_checkpoints SET seq = 7, count = 7, hash = '{hash}', signature = '{signature}', at = {at}, frontier = '';
             DELETE FROM audit_events WHERE seq <= 7"
        ))
        .await;
    let fault = proved(&store).await.unwrap_err();
    assert_eq!(fault, "entry 7 of one was emptied or removed, and nothing says why");
}
