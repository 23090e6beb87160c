//! Questions, answers and databases that are not what they should be: each gets a clear sentence.

use std::path::PathBuf;

use insta::assert_snapshot;
use pstral_core::ports::ModelError;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, copy_of_the_company, run_test, run_test_with};

/// What is answered to a question.
async fn asked(world: &World, question: &str) -> String {
    world.say(&alex(), question).await;
    world.newest()
}

/// What is shown of an answer of the model; nothing of it may be offered.
async fn shown(world: &World, script: Script) -> String {
    world.model.script(script);
    let shown = asked(world, "A question that nobody has asked so far").await;
    assert!(!world.offers_something(), "{shown}");
    shown
}

#[test]
fn questions() {
    run_test(async |world| {
        assert_snapshot!(asked(world, "").await, @"");
        assert_snapshot!(asked(world, " \n\t ").await, @"");
        assert_snapshot!(asked(world, &"a".repeat(100_000)).await, @"");
        assert_snapshot!(asked(world, "\u{fffd}ELF\u{1}\u{0}\u{fffd}\u{fffd}").await, @"");
        assert_eq!(world.model.requests(), []);
    });
}

#[test]
fn commands() {
    run_test(async |world| {
        let long = "x".repeat(100_000);
        for command in [
            String::new(),
            long.clone(),
            format!("edit SELECT '{long}'"),
            format!("audit {long}"),
            format!("mode {long}"),
            "edit \u{0}\u{fffd}".to_owned(),
        ] {
            world.command(&alex(), &command).await;
        }
        assert_snapshot!(world.transcript(), @"");
    });
}

#[test]
fn answers_without_anything_to_run() {
    run_test(async |world| {
        assert_snapshot!(shown(world, Script::silent()).await, @"");
        assert_snapshot!(shown(world, Script::says(" \n ")).await, @"");
        assert_snapshot!(shown(world, Script::says("That is a matter of taste.")).await, @"");
        let broken = ModelError::Protocol("the line is not UTF-8".to_owned());
        assert_snapshot!(shown(world, Script::says("Let me see").fails(broken.clone())).await, @"");
        assert_snapshot!(shown(world, Script::says("```sql\nSELECT id").fails(broken)).await, @"");
    });
}

#[test]
fn a_line_of_200_kilobytes() {
    run_test(async |world| {
        let shown = shown(world, Script::says(&"long ".repeat(40_000))).await;
        assert!(shown.chars().count() <= 2_000);
        assert_snapshot!(shown.lines().last().unwrap(), @"");
    });
}

#[test]
fn two_statements() {
    run_test(async |world| {
        world.model_says("```sql\nSELECT count(id) AS n FROM clients\n```\nor\n```sql\nSELECT id FROM users\n```");
        assert_snapshot!(asked(world, "One or the other, whichever").await, @"");
        assert_snapshot!(shown_after_new(world, "```sql\nSELECT 1; SELECT 2\n```").await, @"");
    });
}

async fn shown_after_new(world: &World, answer: &str) -> String {
    world.model_says(answer);
    asked(world, "A question that nobody has asked so far").await
}

#[test]
fn statements_out_of_their_fence() {
    run_test(async |world| {
        world.model_says("Use this:\nSELECT count(id) AS n FROM clients;\nIt counts.");
        assert_snapshot!(asked(world, "Count them outside of any fence").await, @"");
        world.model_says("Use this:\n```sql\nSELECT count(id) AS n FROM clients");
        assert_snapshot!(asked(world, "Count them in an open fence").await, @"");
        assert!(world.offers_something());
    });
}

/// What is said where the database is not one that can be read.
fn with_database(database: PathBuf) -> String {
    let said = std::sync::Mutex::new(String::new());
    run_test_with(Setup { database, ..Setup::default() }, async |world| {
        *said.lock().unwrap() = asked(world, "How many clients do we have in Paris?").await;
        assert!(!world.offers_something());
    });
    said.into_inner().unwrap()
}

#[test]
fn a_database_that_is_missing_or_none() {
    let folder = tempfile::tempdir().unwrap();
    assert_snapshot!(with_database(folder.path().join("missing.db")), @"");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "This is no database. ".repeat(1000)).unwrap();
    assert_snapshot!(with_database(text), @"");
    assert_snapshot!(with_database(folder.path().to_owned()), @"");
}

#[test]
fn a_database_that_somebody_locks() {
    let folder = tempfile::tempdir().unwrap();
    let database = copy_of_the_company(folder.path());
    let owner = rusqlite::Connection::open(&database).unwrap();
    owner.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_snapshot!(with_database(database), @"");
}

#[test]
fn a_database_that_goes_away_between_question_and_click() {
    let folder = tempfile::tempdir().unwrap();
    let database = copy_of_the_company(folder.path());
    run_test_with(Setup { database: database.clone(), ..Setup::default() }, async |world| {
        asked(world, "How many clients do we have in Paris?").await;
        std::fs::remove_file(&database).unwrap();
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.newest(), @"");
        assert_snapshot!(world.audit_lines().await, @"");
    });
}

#[test]
fn files_that_cannot_be_written_do_not_hide_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("in-the-way");
    std::fs::write(&files, "a file, not a folder").unwrap();
    run_test_with(Setup { files: Some(files), ..Setup::default() }, async |world| {
        asked(world, "How many clients do we have in Paris?").await;
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.newest(), @"");
    });
}
