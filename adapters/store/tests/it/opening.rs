//! Whatever is found in the place of the file, there is an answer that helps.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use pstral_core::domain::{ConversationId, Mode, TurnId, UserId};
use pstral_core::ports::{AuditLog as _, Conversations as _, Knowledge as _, People as _, StoreError};
use pstral_core::testkit::state::{at, member, place};
use pstral_store::Store;
use sqlx::{Connection as _, SqliteConnection, query};

use crate::{beside, event, folder, open, url, verify};

/// The text of the error that opening must give.
async fn refusal(file: &Path) -> String {
    Store::open(file, "one").await.map(|_| ()).unwrap_err().to_string()
}

#[tokio::test]
async fn a_missing_folder_is_made_but_not_the_one_above() {
    let folder = folder();
    let file = folder.path().join("data/state.db");
    Store::open(&file, "one").await.unwrap().close().await;
    assert!(file.is_file());

    let misspelt = folder.path().join("dtaa/pstral/state.db");
    let why = refusal(&misspelt).await;
    assert!(why.contains("dtaa/pstral cannot be made: the one above it is missing"), "{why}");
    assert!(!folder.path().join("dtaa").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_no_longer_in_its_place_takes_nothing_more() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let store = Store::open(&file, "one").await.unwrap();
    store.append(event("one")).await.unwrap();
    let away = folder.path().join("away.db");
    fs::rename(&file, &away).unwrap();
    for _ in 0..2 {
        let lost =
            [store.append(event("one")).await.map(drop), store.health().await.map(drop), Err(store.lost().await)];
        assert!(lost.iter().all(|lost| matches!(lost, Err(StoreError::Moved(_)))), "{lost:?}");
        // Nor one that has its name.
        fs::copy(&away, &file).unwrap();
    }
    fs::rename(&away, &file).unwrap();
    store.append(event("one")).await.unwrap();
    assert_eq!(verify(&store).await.unwrap(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_what_people_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let store = open(&folder).await.unwrap();
    member(&store, "zoe").await.unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn what_is_no_database_is_left_as_it_is() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let text = "Dear diary, this file is mine and nobody else's.\n".repeat(100);
    fs::write(&file, &text).unwrap();
    let why = refusal(&file).await;
    assert!(why.contains("state.db: its file is not an SQLite database"), "{why}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    let why = refusal(folder.path()).await;
    assert!(why.contains("this is a folder"), "{why}");
    let under_a_file = file.join("state.db");
    let why = refusal(&under_a_file).await;
    assert!(why.contains("cannot be made"), "{why}");
}

#[tokio::test]
async fn a_name_is_taken_as_it_is() {
    let folder = folder();
    for name in ["50%25.db", "why?.db", "a#b.db", ":memory:", "file:x", "é ü.db"] {
        let file = folder.path().join(name);
        Store::open(&file, "one").await.unwrap().close().await;
        let made: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(made, [name]);
        Store::open_to_read(&file).await.unwrap().close().await;
        fs::remove_file(file).unwrap();
    }
}

/// Every file of a folder with its content, in the order of their names.
fn contents(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    files.map(|file| (file.file_name(), fs::read(file.path()).unwrap())).collect()
}

#[tokio::test]
async fn looking_changes_nothing_and_nothing_can_be_changed() {
    let folder = folder();
    let store = open(&folder).await.unwrap();
    store.append(event("first")).await.unwrap();
    let file = folder.path().join("state.db");

    let beside_the_bot = Store::open_to_read(&file).await.unwrap();
    assert_eq!(verify(&beside_the_bot).await, Ok(1), "what is still in the write-ahead log is seen");
    beside_the_bot.close().await;
    store.close().await;

    let before = contents(folder.path());
    let copy = Store::open_to_read(&file).await.unwrap();
    assert_eq!(verify(&copy).await, Ok(1));
    for refused in [copy.append(event("second")).await.map(drop), member(&copy, "zoe").await.map(drop)] {
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert_eq!(contents(folder.path()), before);
    copy.close().await;
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test]
async fn an_older_database_is_looked_at_without_bringing_it_up_to_date() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let mut before = SqliteConnection::connect(&format!("{}?mode=rwc", url(&file))).await.unwrap();
    crate::migrations("sqlite").await.run_to(5, &mut before).await.unwrap();
    before.close().await.unwrap();
    let before = contents(folder.path());
    assert_eq!(verify(&Store::open_to_read(&file).await.unwrap()).await, Ok(0));
    assert_eq!(contents(folder.path()), before);
}

#[tokio::test]
async fn what_is_no_state_of_pstral_cannot_be_looked_at() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let refusal = async || Store::open_to_read(&file).await.map(drop).unwrap_err().to_string();
    assert!(refusal().await.contains("could not be opened"), "{}", refusal().await);
    assert!(!file.exists(), "looking makes nothing");
    fs::write(&file, "Dear diary, this file is mine.\n".repeat(100)).unwrap();
    assert!(refusal().await.contains("not an SQLite database"), "{}", refusal().await);
    fs::remove_file(&file).unwrap();
    let mut other = SqliteConnection::connect(&format!("{}?mode=rwc", url(&file))).await.unwrap();
    query("CREATE TABLE mine (id)").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    assert!(refusal().await.contains("unexpected"), "{}", refusal().await);
}

#[tokio::test]
async fn a_newer_database_is_not_touched() {
    let folder = folder();
    open(&folder).await.unwrap().close().await;
    let mut newer = beside(&folder).await;
    let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'of tomorrow', TRUE, x'00', 0)";
    query(insert).execute(&mut newer).await.unwrap();
    let looked = Store::open_to_read(&folder.path().join("state.db")).await;
    for refused in [open(&folder).await.map(drop), looked.map(drop)] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::Newer(_)));
        let expected = "newer version of Pstral has changed it (migration 9999, this one knows";
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_migration_that_is_not_the_one_that_ran_is_noticed() {
    let folder = folder();
    open(&folder).await.unwrap().close().await;
    let mut other = beside(&folder).await;
    query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2").execute(&mut other).await.unwrap();
    let error = open(&folder).await.map(|_| ()).unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt(what) if what.contains("migration 2")), "{error}");
}

#[tokio::test]
async fn every_earlier_state_comes_forward_with_its_rows() {
    let migrations = crate::migrations("sqlite").await;
    for earlier in migrations.iter().map(|migration| migration.version) {
        let folder = folder();
        let file = folder.path().join("state.db");
        let mut before = SqliteConnection::connect(&format!("{}?mode=rwc", url(&file))).await.unwrap();
        migrations.run_to(earlier, &mut before).await.unwrap();
        let insert = "INSERT INTO users (id, username, full_name, email, role, locale, disabled, created_at)
            VALUES (5, 'zoe', 'Zoé', '', 'admin', 'fr', 0, 1000)";
        query(insert).execute(&mut before).await.unwrap();
        if (4..11).contains(&earlier) {
            let insert =
                "INSERT INTO verified_queries VALUES ('crm', 'late', 'En retard', 'Late', 'SELECT 1', '[]', 'C', 'D')";
            query(insert).execute(&mut before).await.unwrap();
        }
        before.close().await.unwrap();

        let store = open(&folder).await.unwrap();
        let user = store.user_named("Zoe").await.unwrap().unwrap();
        assert_eq!((user.id.0, user.created_at), (5, "1970-01-01T00:00:01Z".parse().unwrap()), "from {earlier}");
        let verified = store.verified("crm").await.unwrap();
        let expected: &[&str] = if (4..11).contains(&earlier) { &["late"] } else { &[] };
        assert_eq!(verified.iter().map(|query| query.id.as_str()).collect::<Vec<_>>(), expected, "from {earlier}");
        store.link(&pstral_core::testkit::state::actor("phone"), user.id, at("10:00:00")).await.unwrap();
        store.append(event("first")).await.unwrap();
        assert_eq!(verify(&store).await, Ok(1));
    }
}

#[tokio::test]
async fn conversations_of_before_go_on_in_the_order_they_were_begun() {
    let folder = folder();
    let file = folder.path().join("state.db");
    let mut before = SqliteConnection::connect(&format!("{}?mode=rwc", url(&file))).await.unwrap();
    crate::migrations("sqlite").await.run_to(7, &mut before).await.unwrap();
    for insert in [
        "INSERT INTO users VALUES (5, 'zoe', 'Zoé', '', 'admin', 'fr', 0, 1000)",
        "INSERT INTO conversations VALUES (1, 5, 'terminal', 'room', 1, 'First', 'sql', 1000)",
        "INSERT INTO conversations VALUES (2, 5, 'terminal', 'room', 1, 'Second', 'chat', 1000)",
        "INSERT INTO turns VALUES (7, 1, 'user', 'Qui ?', 'complete', NULL, NULL, NULL, NULL, 1000)",
        "INSERT INTO turns VALUES (8, 1, 'assistant', 'half', 'interrupted', 'terminal', 'room', 1, 'm1', 1000)",
    ] {
        query(insert).execute(&mut before).await.unwrap();
    }
    before.close().await.unwrap();

    let store = open(&folder).await.unwrap();
    let (user, room) = (UserId(5), place("room"));
    let titles = store.of_user(user, 9).await.unwrap().into_iter().map(|one| one.title).collect::<Vec<_>>();
    assert_eq!(titles, ["Second", "First"]);
    assert_eq!(store.current(user, &room, Mode::Sql, at("10:00:00")).await.unwrap().id, ConversationId(2));
    let turn = store.turn(TurnId(8)).await.unwrap().unwrap();
    assert_eq!((turn.text.as_str(), turn.proposal, turn.table), ("half", None, None));
    assert!(store.take_retry(TurnId(8)).await.unwrap());
    assert_eq!(store.question_before(TurnId(8)).await.unwrap().unwrap().text, "Qui ?");
    store.open(ConversationId(1), &room).await.unwrap();
    assert_eq!(store.current(user, &room, Mode::Sql, at("10:00:00")).await.unwrap().id, ConversationId(1));
}
