//! Questions, answers and databases that are not what they should be: each gets a clear sentence.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use insta::assert_snapshot;
use pstral_core::ports::ModelError;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, copy_of_the_company, run_test, run_test_with};

/// Asks a question, and returns the answer.
async fn asked(world: &World, question: &str) -> String {
    world.say(&alex(), question).await;
    world.newest()
}

/// Returns the shown text of a model's answer, of which nothing may be offered for execution.
async fn shown(world: &World, script: Script) -> String {
    world.model.script(script);
    let shown = asked(world, "A question that nobody has asked so far").await;
    assert!(!world.offers_something(), "{shown}");
    shown
}

#[test]
fn questions() {
    run_test(async |world| {
        assert_snapshot!(asked(world, "").await, @"Your message is empty. Write your question, for example: “List the clients in Paris”.");
        assert_snapshot!(asked(world, " \n\t ").await, @"Your message is empty. Write your question, for example: “List the clients in Paris”.");
        assert_snapshot!(asked(world, &"a".repeat(100_000)).await, @"Your question is too long: 4,000 characters at most. Shorten it or ask it in parts.");
        assert_snapshot!(asked(world, "\u{fffd}ELF\u{1}\u{0}\u{fffd}\u{fffd}").await, @"Your message holds unreadable characters. Send plain text (UTF-8).");
        assert_eq!(world.model.requests(), []);
        assert_snapshot!(world.audit_lines().await, @r"
        question refused alex
        question refused alex
        ");
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
        assert_snapshot!(world.transcript_from(2), @"
        ── #2 private
        I do not know the command “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”. Type /help to see those I know.
        ── #3 private
        🛡️ This statement cannot be run. The statement is too long (97 KiB); 16 KiB or 3,000 words and signs are the most. Ask for less at once.
        [Edit]
        ── #4 private
        The audit log is for administrators. Please ask one of them.
        ── #5 private
        Choose a mode: /mode sql for data, /mode chat to talk.
        ── #6 private
        🛡️ This statement cannot be run. The statement holds a hidden or control character (U+0000). Remove it, or type the line again.
        [Edit]
        ");
    });
}

#[test]
fn answers_without_anything_to_run() {
    run_test(async |world| {
        assert_snapshot!(shown(world, Script::silent()).await, @"The model answered nothing. Try again, or rephrase your question.");
        assert_snapshot!(shown(world, Script::says(" \n ")).await, @"The model answered nothing. Try again, or rephrase your question.");
        assert_snapshot!(shown(world, Script::says("That is a matter of taste.")).await, @"
        ⚠️ Not from your data: no statement was run for this answer.
        That is a matter of taste.
        ");
        let broken = ModelError::Protocol("the line is not UTF-8".to_owned());
        assert_snapshot!(shown(world, Script::says("Let me see").fails(broken.clone())).await, @"
        ⚠️ Not from your data: no statement was run for this answer.
        Let me see

        The model server sent something that makes no sense. Tell your administrator: check that the address set for the model is really that of the model server, and that nothing in between changes its answers.
        ");
        assert_snapshot!(shown(world, Script::says("```sql\nSELECT id").fails(broken)).await, @"
        ⚠️ Not from your data: no statement was run for this answer.
        ```sql
        SELECT id
        ```

        The model server sent something that makes no sense. Tell your administrator: check that the address set for the model is really that of the model server, and that nothing in between changes its answers.
        ");
    });
}

#[test]
fn a_line_of_200_kilobytes() {
    run_test(async |world| {
        let shown = shown(world, Script::says(&"long ".repeat(40_000))).await;
        assert!(shown.chars().count() <= 2_000);
        let notes: Vec<&str> = shown.lines().filter(|line| !line.is_empty() && !line.starts_with("long ")).collect();
        assert_snapshot!(notes.join("\n"), @"
        ✂️ The answer was growing too long, so I stopped it. Continue goes on from there; or ask something more precise.
        What did not fit in these messages is in the file.
        ");
    });
}

#[test]
fn two_statements() {
    run_test(async |world| {
        world.model_says("```sql\nSELECT count(id) AS n FROM clients\n```\nor\n```sql\nSELECT id FROM users\n```");
        assert_snapshot!(asked(world, "One or the other, whichever").await, @"
        ```sql
        SELECT
          count(id) AS n
        FROM
          clients
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.

        The answer holds another statement; only the first is offered. Ask for the other in a message of its own.

        or
        ```sql
        SELECT id FROM users
        ```
        ");
        let both = "```sql\nSELECT 1; SELECT 2\n```";
        // The model does not know better when it is asked again.
        world.model_says(both);
        assert_snapshot!(shown_after_new(world, both).await, @r"
        ```sql
        SELECT 1; SELECT 2
        ```

        🛡️ This statement cannot be run. There is more than one statement: “SELECT 2” comes after the first. Run them one at a time.
        The model could not correct it. Edit it, or rephrase your question.
        ");
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
        assert_snapshot!(asked(world, "Count them outside of any fence").await, @"
        Use this:

        ```sql
        SELECT
          count(id) AS n
        FROM
          clients
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.

        It counts.
        ");
        world.model_says("Use this:\n```sql\nSELECT count(id) AS n FROM clients");
        assert_snapshot!(asked(world, "Count them in an open fence").await, @"
        Use this:

        ```sql
        SELECT
          count(id) AS n
        FROM
          clients
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.
        ");
        assert!(world.offers_something());
    });
}

/// Returns the answer when the database cannot be read.
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
    assert_snapshot!(with_database(folder.path().join("missing.db")), @"The database cannot be found or opened. Tell an administrator, then try again.");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "This is no database. ".repeat(1000)).unwrap();
    assert_snapshot!(with_database(text), @"The database cannot be found or opened. Tell an administrator, then try again.");
    assert_snapshot!(with_database(folder.path().to_owned()), @"The database cannot be found or opened. Tell an administrator, then try again.");
}

#[test]
fn a_database_that_somebody_locks() {
    let folder = tempfile::tempdir().unwrap();
    let database = copy_of_the_company(folder.path());
    let owner = rusqlite::Connection::open(&database).unwrap();
    owner.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_snapshot!(with_database(database), @"The database is busy right now. Try again in a minute.");
}

#[test]
fn a_database_that_goes_away_between_question_and_click() {
    let folder = tempfile::tempdir().unwrap();
    let database = copy_of_the_company(folder.path());
    run_test_with(Setup { database: database.clone(), ..Setup::default() }, async |world| {
        asked(world, "How many clients do we have in Paris?").await;
        std::fs::remove_file(&database).unwrap();
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.newest(), @"The database cannot be found or opened. Tell an administrator, then try again.");
        assert_snapshot!(world.audit_lines().await, @r#"
        question ok alex
        proposal ok alex relations=clients parameters={"city":{"text":"Paris"}}
        execution ok alex relations=clients parameters={"city":{"text":"Paris"}}
        result failed alex relations=clients parameters={"city":{"text":"Paris"}}
        "#);
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
        assert_snapshot!(world.newest(), @"
        **107**
        One row. Time: … s.
        The files could not be written: tell an administrator, Pstral’s log says why.
        ");
    });
}

#[test]
fn values_that_cannot_be_read_do_not_stop_questions() {
    run_test(async |world| {
        world.target.slow_values.store(true, Ordering::Relaxed);
        world.say(&alex(), "How many active clients do we have?").await;
        assert!(world.offers_something(), "{}", world.newest());
    });
}

#[cfg(unix)]
#[test]
fn a_configuration_that_never_ends_is_refused() {
    let place = crate::program::Place::new();
    let mut shell = place.command("bash");
    // Far less than it would fill.
    let program = env!("CARGO_BIN_EXE_pstral");
    shell.args(["-c", &format!("ulimit -v 4000000; exec '{program}' config check --config /dev/zero")]);
    crate::program::feed(shell, b"").code(2).says(&["/dev/zero", "it is longer than 4 MB"]);
}
