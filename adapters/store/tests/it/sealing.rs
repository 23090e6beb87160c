//! Tests that a person's texts can be redacted in the audit, and its beginning pruned, in one way only.

use std::collections::BTreeMap;

use pstral_core::domain::{
    AuditAction, AuditCheckpoint, AuditEntry, AuditEvent, AuditSeal, AuditStatus, Covers, NoKey, Signatures, UserId,
};
use pstral_core::ports::AuditLog as _;
use pstral_core::testkit::state::{at, full_event};
use pstral_pgserver::Server;
use pstral_store::Store;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection, raw_sql};

use crate::owner::Owner;
use crate::{beside, event, folder, on, open, verify};

/// Takes any signature for good.
struct Any;

impl Signatures for Any {
    fn knows(&self, _: &str) -> bool {
        true
    }

    fn holds(&self, _: &[u8], _: &str) -> bool {
        true
    }
}

async fn run(owner: &mut dyn Owner, statements: &str) -> Result<(), String> {
    let ran = owner.run(statements.to_owned()).await;
    if ran.is_err() {
        // Where the statement itself has ended the transaction, there is none to end.
        let _ = owner.run("ROLLBACK".to_owned()).await;
    }
    ran.map(drop).map_err(|error| error.to_string())
}

/// An entry that says what was sealed or pruned.
fn reason(action: AuditAction, covers: &Covers) -> AuditEvent {
    AuditEvent { covers: Some(covers.to_json()), ..AuditEvent::new(at("11:00:00"), action, AuditStatus::Ok) }
}

/// The statements that seal an entry, between the opening and the closing of the audit.
fn sealing(entry: &AuditEntry) -> String {
    let AuditSeal::Sealed(digest) = entry.sealed().unwrap().seal else { unreachable!("it was just sealed") };
    format!(
        "UPDATE audit_events SET salt = NULL, sealed = '{digest}', actor = NULL, detail = NULL, error = NULL, ip = NULL,
         parameters = NULL, place = NULL, statement = NULL WHERE position = {}",
        entry.position
    )
}

async fn sealed_and_pruned(store: &Store, owner: &mut dyn Owner) {
    let mut entries = Vec::new();
    for event in [full_event(), event("of nobody"), full_event(), event("last")] {
        entries.push(store.append(event).await.unwrap());
    }
    let first = sealing(&entries[0]);
    let refused = run(owner, &first).await.unwrap_err();
    assert!(refused.contains("audit events are never changed"), "{refused}");
    // Opened, an entry can be emptied and nothing else.
    for (change, why) in [
        ("UPDATE audit_events SET detail = 'x' WHERE position = 1".to_owned(), "another text"),
        (first.replace("salt = NULL", "salt = NULL, target = 'x'"), "a public member too"),
        (first.replace("actor = NULL, ", ""), "something is left"),
        (first.replace("salt = NULL, ", ""), "the salt is left"),
        ("DELETE FROM audit_events WHERE position = 1".to_owned(), "nothing stands for it"),
    ] {
        for deed in ["seal", "prune"] {
            let opened = format!("BEGIN; INSERT INTO audit_opened (id, deed) VALUES (1, '{deed}'); {change}; COMMIT");
            let refused = run(owner, &opened).await.unwrap_err();
            assert!(refused.contains("audit events are never "), "{why}: {refused}");
        }
    }
    let open = |deed: &str, statements: &str| {
        format!(
            "BEGIN; INSERT INTO audit_opened (id, deed) VALUES (1, '{deed}'); {statements}; DELETE FROM audit_opened; COMMIT"
        )
    };
    run(owner, &open("seal", &first)).await.unwrap();
    let unproven = verify(store).await.unwrap_err();
    assert_eq!(unproven, "entry 1 of one was emptied or removed, and nothing says why");

    let until = |seq: i64| BTreeMap::from([("one".to_owned(), seq)]);
    let erased = Covers { user: Some(UserId(7)), until: until(4), ..Covers::default() };
    store.append(reason(AuditAction::UserErased, &erased)).await.unwrap();
    assert_eq!(verify(store).await, Ok(5));
    let emptied = store.chain("one", 0, 1).await.unwrap().remove(0);
    assert_eq!(Some(&emptied.event), entries[0].sealed().as_ref().map(|sealed| &sealed.event));

    let pruned = Covers { until: until(2), ..Covers::default() };
    store.append(reason(AuditAction::AuditPruned, &pruned)).await.unwrap();
    let hash = &entries[1].hash;
    let prune = format!(
        "INSERT INTO audit_checkpoints (instance, seq, hash, count, at, key, signature)
            VALUES ('one', 2, '{hash}', 2, 0, 'theirs', 'ab');
         DELETE FROM audit_events WHERE instance = 'one' AND seq <= 2"
    );
    let too_much = prune.replace("seq <= 2", "seq <= 3");
    let refused = run(owner, &open("prune", &too_much)).await.unwrap_err();
    assert!(refused.contains("audit events are never removed"), "{refused}");
    run(owner, &open("prune", &prune)).await.unwrap();
    let whole: AuditCheckpoint = store.checkpoints().await.unwrap().remove(0);
    assert_eq!((whole.seq, whole.count), (2, 2));
    assert_eq!(store.verify_audit(&[], &Any).await.unwrap().entries, 4);
    let unproven = store.verify_audit(&[], &NoKey).await.unwrap_err().to_string();
    assert_eq!(unproven, "what is signed at entry 2 of one is signed with another key: theirs");
    // Heads that were written down before: one that is gone with the rest, one that stands, one that never was.
    let since = |entry: &AuditEntry| [entry.head()];
    assert_eq!(store.verify_audit(&since(&entries[0]), &Any).await.unwrap().entries, 4);
    assert_eq!(store.verify_audit(&since(&entries[1]), &Any).await.unwrap().entries, 4);
    assert_eq!(store.verify_audit(&since(&entries[2]), &Any).await.unwrap().entries, 3);
    let mut never = entries[3].head();
    never.hash = entries[2].hash.clone();
    let unproven = store.verify_audit(&[never], &Any).await.unwrap_err().to_string();
    assert!(unproven.starts_with("entry 4 of one is not the one that was written down"), "{unproven}");
}

#[tokio::test]
async fn of_a_file() {
    let folder = folder();
    let store = open(&folder).await.unwrap();
    sealed_and_pruned(&store, &mut beside(&folder).await).await;
}

#[tokio::test]
async fn on_a_server() {
    let Some(server) = Server::start() else { return };
    let store = on(&server, "one").await.unwrap();
    let mut owner = PgConnection::connect(server.url("postgres").expose_secret()).await.unwrap();
    sealed_and_pruned(&store, &mut owner).await;
}

#[tokio::test]
async fn what_was_cut_off_is_found_by_a_head_that_was_written_down() {
    let folder = folder();
    let store = open(&folder).await.unwrap();
    for number in 0..6 {
        store.append(event(&format!("number {number}"))).await.unwrap();
    }
    let head = store.heads().await.unwrap();
    assert_eq!(store.verify_audit(&head, &NoKey).await.unwrap().entries, 0, "nothing since");
    store.append(event("since")).await.unwrap();
    assert_eq!(store.verify_audit(&head, &NoKey).await.unwrap().entries, 1);
    let mut attacker = beside(&folder).await;
    let cut = "DROP TRIGGER audit_events_are_not_removed; DELETE FROM audit_events WHERE seq > 5";
    raw_sql(cut).execute(&mut attacker).await.unwrap();
    assert_eq!(verify(&store).await, Ok(5), "by itself, the rest holds");
    let unproven = store.verify_audit(&head, &NoKey).await.unwrap_err().to_string();
    assert!(unproven.starts_with("entry 6 of one is not the one that was written down"), "{unproven}");
}
