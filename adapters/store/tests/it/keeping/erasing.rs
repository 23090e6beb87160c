//! Tests of exporting and erasing a person's data.

use pstral_core::domain::{Locale, NewUser, Role, UserChange};
use pstral_core::ports::{AuditFilter, Changed, Conversations as _, People as _, StoreError};
use pstral_store::Erasure;

use super::*;

async fn admin(store: &Store, name: &str) -> User {
    let user = NewUser {
        username: name.to_owned(),
        full_name: String::new(),
        email: String::new(),
        role: Role::admin(),
        locale: Locale::Fr,
    };
    store.add_user(&user, day(1)).await.unwrap()
}

/// Zoé and Max with all of theirs, and what the audit says of both.
async fn two_people(ground: &Ground, store: &Store) -> (User, User) {
    let named = AuditEvent { action: AuditAction::UserAdded, ..said(None, 1, "zoe member") };
    store.append(named).await.unwrap();
    let before = AuditEvent { actor: Some("account of zoe".to_owned()), ..said(None, 1, "before she was linked") };
    store.append(before).await.unwrap();
    let (zoe, max) = (person(ground, store, "zoe").await, person(ground, store, "max").await);
    for on in 2..=9 {
        for user in [&zoe, &max] {
            let statement = Some(format!("SELECT 'statement of {}'", user.username));
            let asked = said(Some(user), on, &format!("secret of {}", user.username));
            store.append(AuditEvent { statement, ..asked }).await.unwrap();
        }
    }
    (zoe, max)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_is_forgotten_and_the_audit_still_holds() {
    for ground in Ground::both() {
        let store = ground.open("one").await;
        let (zoe, max) = two_people(&ground, &store).await;
        let planned = store.erasure(&zoe).await.unwrap();
        let rows = [
            ("proposal_messages", 2),
            ("proposals", 2),
            ("ratings", 2),
            ("reviews", 2),
            ("turns", 4),
            ("conversations", 2),
            ("verified_queries", 2),
            ("link_codes", 1),
            ("sign_ins", 1),
            ("link_requests", 1),
            ("wrong_codes", 1),
            ("links", 1),
        ];
        assert_eq!(planned.rows, rows);
        assert_eq!((planned.entries, planned.unredactable, planned.written_meanwhile), (10, 0, 0));

        assert_eq!(store.erase(&store, &zoe, &[Role::admin()], day(10), Some("cli")).await.unwrap(), Some(planned));
        assert_eq!(proved(&store).await, Ok(19));
        let left = store.after(0, &AuditFilter::default(), 100).await.unwrap();
        let text: String = left.iter().map(|entry| entry.json().to_string()).collect();
        assert!(!text.contains("zoe"), "{text}");
        assert_eq!(text.matches("secret of max").count(), 8);
        assert_eq!(store.of_user(zoe.id, 9).await.unwrap(), []);
        assert_eq!(store.of_user(max.id, 9).await.unwrap().len(), 2);
        let stays = store.user_named(&format!("erased-{}", zoe.id.0)).await.unwrap().unwrap();
        assert_eq!((stays.id, stays.full_name.as_str(), stays.disabled), (zoe.id, "", true));
        assert!(store.user_named("zoe").await.unwrap().is_none());

        // An answer under way that ends only now, and who looks again.
        store.append(said(Some(&zoe), 10, "late words of zoe")).await.unwrap();
        let again = store.erase(&store, &stays, &[Role::admin()], day(11), Some("cli")).await.unwrap().unwrap();
        assert_eq!((again.rows.iter().map(|(_, rows)| rows).sum::<u64>(), again.written_meanwhile), (0, 0));
        let late = store.tail(&AuditFilter { user: Some(zoe.id), ..AuditFilter::default() }, 100).await.unwrap();
        assert!(late.iter().all(|entry| entry.event.detail.is_none()), "{late:?}");
        assert_eq!(proved(&store).await, Ok(21));
    }
}

/// Finds words in a file, and returns their position and surroundings.
fn around(bytes: &[u8], words: &str) -> Option<String> {
    let at = bytes.windows(words.len()).position(|window| window == words.as_bytes())?;
    let around = &bytes[at.saturating_sub(60)..bytes.len().min(at + 60)];
    Some(format!("{at}: {}", String::from_utf8_lossy(around)))
}

#[tokio::test]
async fn no_word_of_theirs_is_left_in_any_file() {
    let ground = Ground::File(folder());
    let Ground::File(folder) = &ground else { panic!("not changed") };
    let store = ground.open("one").await;
    let (zoe, max) = two_people(&ground, &store).await;
    // Long enough for pages of its own, written in pieces as answers are, and many enough to move rows about.
    for (user, name) in [(&zoe, "zoe"), (&max, "max")] {
        for size in 1..120_usize {
            let text = format!("secret of {name} ").repeat(size * 7 % 400);
            store.append(AuditEvent { statement: Some(text.clone()), ..said(Some(user), 9, "long") }).await.unwrap();
            let conversation = user.id.0 * 100 + 1;
            ground
                .run(&format!(
                    "INSERT INTO turns (conversation_id, speaker, content, state, started_at)
                        VALUES ({conversation}, 'assistant', 'secret of {name}', 'streaming', 7);
                     UPDATE turns SET content = '{text}', state = 'complete' WHERE state = 'streaming'"
                ))
                .await;
        }
    }
    let found = |words: &str| -> Vec<String> {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.filter_map(|bytes| around(&bytes, words)).collect()
    };
    assert!(!found("secret of zoe").is_empty());
    store.erase(&store, &zoe, &[], day(10), None).await.unwrap().unwrap();
    assert!(store.truncate_wal().await.unwrap());
    assert_eq!(found("zoe"), [""; 0]);
    assert_eq!(found("Zoé Lefèvre").len(), 1, "Max is called so too");
    assert!(!found("secret of max").is_empty(), "who is still here is still here");
    proved(&store).await.unwrap();
    store.close().await;
    assert_eq!(found("zoe"), [""; 0], "closing leaves nothing either");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_who_looks_after_users_stays() {
    for ground in Ground::both() {
        let store = ground.open("one").await;
        let (ana, zoe) = (admin(&store, "ana").await, person(&ground, &store, "zoe").await);
        let keep = [Role::admin()];
        assert_eq!(store.erase(&store, &ana, &keep, day(2), None).await.unwrap(), None);
        assert!(!store.user_named("ana").await.unwrap().unwrap().disabled);
        assert!(store.erase(&store, &zoe, &keep, day(2), None).await.unwrap().is_some());
        admin(&store, "bea").await;
        assert!(store.erase(&store, &ana, &keep, day(3), None).await.unwrap().is_some());
        assert!(proved(&store).await.is_ok());
    }
}

/// Of two who read the same user, one erases them: nothing is erased of somebody who is not as they were read.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_was_changed_since_is_not_erased() {
    for ground in Ground::both() {
        let (store, beside) = (ground.open("one").await, ground.open("two").await);
        let (zoe, max) = two_people(&ground, &store).await;
        let change = UserChange { email: Some("zoe@example.org".to_owned()), ..UserChange::default() };
        let Changed::Done(now) = store.change_user(&zoe, &change, &[]).await.unwrap() else { return };
        let stale = store.erase(&store, &zoe, &[], day(10), None).await;
        assert!(matches!(stale, Err(StoreError::Stale(_))), "{stale:?}");
        assert_eq!(store.user_named("zoe").await.unwrap(), Some(now), "nothing was done");

        let (one, other) = tokio::join!(
            store.erase(&store, &max, &[], day(10), None),
            beside.erase(&beside, &max, &[], day(10), None)
        );
        let outcomes = [one, other];
        let count = |wanted: fn(&Result<Option<Erasure>, StoreError>) -> bool| {
            outcomes.iter().filter(|one| wanted(one)).count()
        };
        assert_eq!(count(|one| matches!(one, Ok(Some(_)))), 1, "{outcomes:?}");
        assert_eq!(count(|one| matches!(one, Err(StoreError::Stale(_)))), 1, "{outcomes:?}");
        assert!(proved(&store).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_is_handed_all_of_theirs_and_nothing_of_others() {
    for ground in Ground::both() {
        let store = ground.open("one").await;
        let (zoe, _) = two_people(&ground, &store).await;
        let mut document = Vec::new();
        store.export_user(&store, zoe.id, day(10), Some("cli"), &mut document).await.unwrap();
        let text = String::from_utf8(document).unwrap();
        assert!(!text.contains("max") && !text.contains("hash of"), "{text}");
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let held = |name: &str| document[name].as_array().unwrap().len();
        let names = ["links", "link_codes", "link_requests", "wrong_codes", "conversations", "turns", "proposals"];
        assert_eq!(names.map(held), [1, 1, 1, 1, 2, 4, 2], "{text}");
        assert_eq!(["sign_ins", "reviews"].map(held), [1, 2], "{text}");
        let names = ["proposal_messages", "verified_queries", "ratings", "agreements", "audit"];
        // Of the audit also that this was handed out, and what her account did before it was linked.
        assert_eq!(names.map(held), [2, 4, 2, 0, 10], "{text}");
        assert_eq!(document["user"]["full_name"], "Zoé Lefèvre");
        assert_eq!(document["turns"][0]["started_at"], "2026-11-01T12:00:00Z");
        let last = &document["audit"].as_array().unwrap()[9];
        assert_eq!(last["action"], "user.exported");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_that_changed_hands_takes_nothing_of_the_other_along() {
    for ground in Ground::both() {
        let store = ground.open("one").await;
        let (zoe, max) = two_people(&ground, &store).await;
        let moved = format!("UPDATE links SET user_id = {} WHERE actor = 'account of zoe'", max.id.0);
        ground.run(&moved).await;

        let mut document = Vec::new();
        store.export_user(&store, max.id, day(10), Some("cli"), &mut document).await.unwrap();
        let text = String::from_utf8(document).unwrap();
        assert!(!text.contains("secret of zoe") && !text.contains("statement of zoe"), "{text}");
        store.erase(&store, &max, &[], day(10), Some("cli")).await.unwrap().unwrap();
        let theirs = store.tail(&AuditFilter { user: Some(zoe.id), ..AuditFilter::default() }, 100).await.unwrap();
        assert_eq!(theirs.iter().filter(|entry| entry.event.detail.is_some()).count(), 8);
        proved(&store).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_others_did_with_their_statements_is_forgotten_too() {
    for ground in Ground::both() {
        let store = ground.open("one").await;
        let (zoe, max) = (person(&ground, &store, "zoe").await, person(&ground, &store, "max").await);
        let about = |user: &User, by: &User, action| AuditEvent {
            action,
            proposal: Some(format!("of {}", user.id.0)),
            statement: Some(format!("SELECT 'statement of {}'", user.username)),
            ..said(Some(by), 2, "what came of it")
        };
        for (user, other) in [(&zoe, &max), (&max, &zoe)] {
            store.append(about(user, user, AuditAction::Proposal)).await.unwrap();
            store.append(about(user, other, AuditAction::Agreed)).await.unwrap();
            store.append(about(user, other, AuditAction::Denied)).await.unwrap();
        }
        let erased = store.erase(&store, &zoe, &[], day(3), None).await.unwrap().unwrap();
        assert_eq!((erased.entries, erased.written_meanwhile), (5, 0));
        let left = store.after(0, &AuditFilter::default(), 100).await.unwrap();
        let text: String = left.iter().map(|entry| entry.json().to_string()).collect();
        assert_eq!((text.matches("statement of zoe").count(), text.matches("statement of max").count()), (0, 1));
        proved(&store).await.unwrap();
    }
}
