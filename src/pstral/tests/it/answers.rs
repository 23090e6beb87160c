//! The model's answer while it is written, and how it ends.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, MessageRef, OutgoingState};
use pstral_core::ports::{Capabilities, ModelError, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request};
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, alex, camille, capabilities, run_test, run_test_with};

const SAID: &str = "<think>They want names.</think>Here are some of your clients in the city of Lyon:\n```sql\nSELECT \
    company_name FROM clients WHERE city = 'Lyon' ORDER BY company_name LIMIT 2\n```\nTwo companies, by name.";

fn first() -> MessageRef {
    MessageRef { place: FakeChat::place(), id: "1".to_owned() }
}

#[test]
fn an_answer_grows_in_one_message_and_ends_as_a_proposal() {
    run_test(async |world| {
        world.model.script(Script::words(SAID).every(Duration::from_millis(6)));
        world.say(&alex(), "Some clients of Lyon please, whichever").await;
        let states = world.chat.edits_of(&first());
        assert!(states.len() > 3, "{} states", states.len());
        assert!(states.iter().all(|state| !state.text.contains("think") && !state.text.contains("names.<")));
        let (last, growing) = states.split_last().unwrap();
        assert!(growing.iter().all(|state| state.state == OutgoingState::Streaming));
        assert!(growing.iter().all(|state| state.buttons.len() == 1 && state.buttons[0].action == ButtonAction::Stop));
        assert_eq!(last.state, OutgoingState::Final);
        world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Here are some of your clients in the city of Lyon:

        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          city = 'Lyon'
        ORDER BY company_name
        LIMIT 2
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.

        Two companies, by name.
        [Edit] [Explain]
        ── #2 private
        ```
        company_name
        ────────────────────────
        Architecture du Nord SAS
        Boréal Logistique SARL
        ```
        2 rows, the most this statement asks for: there may be more. Time: … s.
        <clients-lyon-whichever-2026-11-21.csv>
        <clients-lyon-whichever-2026-11-21.xlsx>
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        question ok alex
        proposal ok alex relations=clients
        answer ok alex
        execution ok alex relations=clients
        result ok alex relations=clients rows=2
        ");
    });
}

#[test]
fn what_is_shown_is_what_runs_and_what_the_audit_holds() {
    run_test(async |world| {
        world.model_says("```sql\nselect   id -- all of them\nfrom Clients where city='Lyon' limit 3;\n```");
        world.say(&camille(), "Trois clients lyonnais, peu importe lesquels").await;
        let shown = world.newest();
        let shown = shown.split("```sql\n").nth(1).unwrap().split("\n```").next().unwrap().to_owned();
        world.command(&camille(), "execute").await;
        assert_eq!(world.target.ran()[0].text(), shown);
        let entries = world.entries().await;
        let recorded: Vec<_> = entries.iter().filter_map(|entry| entry.event.statement.clone()).collect();
        assert_eq!(recorded, vec![shown; 3], "proposal, execution, result");
    });
}

#[test]
fn stopping_while_it_writes_frees_the_model_and_keeps_the_text() {
    run_test(async |world| {
        world.model.script(Script::words("I am going to think about this for a very long time …").hangs());
        let answering = world.begin(&alex(), EventBody::Said("A question that takes for ever".to_owned()));
        world.chat.shown("very long").await;
        world.command(&alex(), "stop").await;
        world.model.abandoned().await;
        answering.await.unwrap();
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ⚠️ Not from your data: no statement was run for this answer.
        I am going to think about this for a very long time …

        ⏹ Stopped as you asked. Nothing was run.
        [Try again]
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        question ok alex
        answer stopped alex
        ");
    });
}

#[test]
fn an_answer_that_was_stopped_can_be_asked_for_again() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model.script(Script::words("I am going to think about this for a very long time …").hangs());
        let answering = world.begin(&alex(), EventBody::Said("What do you know of Paris?".to_owned()));
        world.chat.shown("very long").await;
        world.click(&alex(), ButtonAction::Stop).await;
        answering.await.unwrap();
        world.model_says("It is the capital of France.");
        world.command(&alex(), "retry").await;
        assert_eq!(world.newest(), "It is the capital of France.");
    });
}

#[test]
fn an_answer_that_was_all_thought_says_so() {
    run_test(async |world| {
        world.command(&alex(), "mode chat").await;
        world.model_says("<think>The person wants to know of Paris.</think>");
        world.say(&alex(), "What do you know of Paris?").await;
        assert_snapshot!(world.newest(), @"The model thought about it and said nothing in the end. Try again, or put the question in simpler words.");
    });
}

#[test]
fn stopping_before_the_first_word_leaves_a_word_of_ours() {
    run_test(async |world| {
        world.model.script(Script::silent().hangs());
        let answering = world.begin(&alex(), EventBody::Said("A question that takes for ever".to_owned()));
        world.until(|| !world.model.requests().is_empty()).await;
        world.click(&alex(), ButtonAction::Stop).await;
        answering.await.unwrap();
        assert_snapshot!(world.transcript(), @r"
        ── #1 private
        ⏹ Stopped as you asked. Nothing was run.
        [Try again]
        ");
    });
}

#[test]
fn one_question_at_a_time() {
    run_test(async |world| {
        world.model.script(Script::words("I am going to think about this for a very long time …").hangs());
        let answering = world.begin(&alex(), EventBody::Said("A question that takes for ever".to_owned()));
        world.chat.shown("very long").await;
        world.say(&alex(), "And another").await;
        assert_snapshot!(world.newest(), @"I am still busy with your previous request. Wait for it to end, or stop it with /stop.");
        world.command(&alex(), "stop").await;
        answering.await.unwrap();
        world.command(&alex(), "stop").await;
        assert_snapshot!(world.newest(), @"There is nothing to stop: nothing is going on here.");
    });
}

#[test]
fn a_model_that_fails_in_the_middle_offers_no_half_statement() {
    run_test(async |world| {
        let half = "Here are the clients:\n```sql\nSELECT id FROM clients";
        world.model.script(Script::words(half).fails(ModelError::Interrupted));
        world.say(&alex(), "Everything of the clients except those of Lyon").await;
        assert!(!world.offers_something());
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ⚠️ Not from your data: no statement was run for this answer.
        Here are the clients:
        ```sql
        SELECT id FROM clients
        ```

        The answer was cut before its end. Ask again; if it is cut at the same place, rephrase your question. If this continues, contact your administrator: the model server’s log says why.
        [Try again]
        ");
        assert_snapshot!(world.audit_lines().await, @r"
        question ok alex
        answer failed alex
        ");
    });
}

#[test]
fn an_answer_cut_by_its_length_offers_no_half_statement() {
    run_test(async |world| {
        world.model.script(Script::words("```sql\nSELECT id FROM clients").cut_by_length());
        world.say(&alex(), "Everything of the clients except those of Lyon").await;
        assert!(!world.offers_something());
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ⚠️ Not from your data: no statement was run for this answer.
        ```sql
        SELECT id FROM clients
        ```

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ");
    });
}

#[test]
fn a_long_answer_keeps_its_statement_and_its_end_whole() {
    run_test(async |world| {
        let long = "word ".repeat(600);
        world.model_says(&format!("{long}\n```sql\nSELECT count(id) AS n FROM clients\n```\n{long}"));
        world.say(&alex(), "Tell me a long story about how many there are").await;
        let shown = world.newest();
        assert!(shown.contains("```sql\nSELECT\n  count(id) AS n\nFROM\n  clients\n```"), "{shown}");
        assert!(shown.contains("Reads the table clients"), "{shown}");
        assert!(world.offers_something());
        world.model.script(Script::words(&long).fails(ModelError::Interrupted));
        world.say(&alex(), "Tell me another").await;
        assert!(world.newest().ends_with("log says why."), "{}", world.newest());
    });
}

#[test]
fn a_statement_too_long_for_a_message_is_offered_with_the_file_that_holds_it() {
    run_test(async |world| {
        world.model_says(&of_four_hundred_cities());
        world.say(&alex(), "Everything of four hundred cities").await;
        assert!(world.offers_something());
        let told = world.newest();
        assert!(told.starts_with("📄 The whole statement is in the file "), "{told}");
        assert!(told.ends_with("Reads the table clients of the database crm."), "{told}");
        let [file] = &world.newest_files()[..] else { panic!("{:?}", world.newest_files()) };
        let read = std::fs::read_to_string(file).unwrap();
        world.command(&alex(), "explain").await;
        assert_eq!(std::fs::read_to_string(&world.newest_files()[0]).unwrap(), read);
        world.command(&alex(), "execute").await;
        let ran: Vec<String> = world.target.ran().iter().map(|ran| ran.text().to_owned()).collect();
        assert_eq!(ran, [read.trim_end()], "word for word what could be read");
    });
}

fn of_four_hundred_cities() -> String {
    let cities: Vec<String> = (0..400).map(|n| format!("'city {n}'")).collect();
    format!("```sql\nSELECT id FROM clients WHERE city IN ({})\n```", cities.join(", "))
}

/// A channel may take words and no files: nobody runs what they could not read.
#[test]
fn a_statement_whose_file_is_refused_cannot_be_run() {
    run_test(async |world| {
        world.model_says(&of_four_hundred_cities());
        // The first words, and then the whole with its file.
        for _ in 0..2 {
            world.chat.refuse(Request::Send, PlatformError::Rejected("no files here".to_owned()));
        }
        world.say(&alex(), "Everything of four hundred cities").await;
        let told = world.transcript();
        assert!(told.contains("I could not send the file that holds the whole statement"), "{told}");
        assert!(told.contains("[Edit] [Explain]") && !told.contains("[Execute]"), "{told}");
        // Typed, it is shown first.
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 0, "{}", world.newest());
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1, "{}", world.newest());
    });
}

#[test]
fn a_statement_of_ones_own_whose_file_is_refused_is_shown_before_it_runs() {
    run_test(async |world| {
        let long = of_four_hundred_cities().replace("```sql", "").replace("```", "");
        for _ in 0..2 {
            world.chat.refuse(Request::Send, PlatformError::Rejected("no files here".to_owned()));
        }
        world.command(&alex(), &format!("edit {}", long.trim())).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 0, "{}", world.transcript());
    });
}

#[test]
fn a_statement_that_no_file_may_hold_is_not_offered() {
    let capabilities = Capabilities { max_file_bytes: 100, ..capabilities() };
    run_test_with(Setup { capabilities, ..Setup::default() }, async |world| {
        world.model_says(&of_four_hundred_cities());
        world.say(&alex(), "Everything of four hundred cities").await;
        assert!(!world.offers_something());
        assert_snapshot!(world.newest().split("\n\n").last().unwrap(), @"🛡️ This statement cannot be run. The full statement does not fit in one message, and you must see everything that will run. Ask a more specific question.");
        assert_snapshot!(world.audit_lines().await, @r"
        question ok alex
        refusal refused alex
        answer ok alex
        ");
    });
}

#[test]
fn a_conversation_is_remembered_until_a_new_one() {
    run_test(async |world| {
        for answer in ["Two hundred.", "Forty.", "None."] {
            world.model_says(answer);
        }
        world.command(&alex(), "mode chat").await;
        world.say(&alex(), "How many apples?").await;
        world.say(&alex(), "And pears?").await;
        world.command(&alex(), "new").await;
        world.say(&alex(), "And plums?").await;
        let asked = |n: usize| {
            let request = world.model.requests().remove(n);
            request.messages.into_iter().map(|message| message.text).collect::<Vec<_>>()
        };
        assert_eq!(asked(1), ["How many apples?", "Two hundred.", "And pears?"]);
        assert_eq!(asked(2), ["And plums?"]);
    });
}

/// Some templates open the thought themselves: the model only closes it.
#[test]
fn a_thought_that_is_only_closed_gives_way_to_the_answer() {
    run_test(async |world| {
        let said =
            "They ask for a greeting, in a few words that are easy to say.\n</think>\n\nHello! What do you need?";
        world.model.script(Script::words(said).every(Duration::from_millis(60)));
        world.say(&alex(), "What do you think of the clients?").await;
        let states = world.chat.edits_of(&first());
        assert!(states.iter().any(|state| state.text.contains("a greeting")) && states.len() > 2);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Hello! What do you need?
        ");
    });
}

#[test]
fn thoughts_are_no_answer() {
    run_test(async |world| {
        world.model.script(Script::silent().thinks("hmm").text("<think>more</think>"));
        world.say(&alex(), "What do you think of the clients?").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        The model thought about it and said nothing in the end. Try again, or put the question in simpler words.
        [Try again]
        ");
    });
}

#[test]
fn thoughts_that_took_all_the_room_are_asked_again_and_not_gone_on_with() {
    for thoughts in [
        Script::silent().thinks("hmm").cut_by_length(),
        Script::silent().thinks(&"hmm ".repeat(40_000)).hangs(),
        Script::silent().text("<think>").text(&"hmm ".repeat(40_000)).hangs(),
    ] {
        run_test(async |world| {
            world.model.script(thoughts.clone());
            world.say(&alex(), "What do you think of the clients?").await;
            let shown = world.transcript();
            assert!(shown.contains("[Try again]") && !shown.contains("Continue"), "{shown}");
            assert!(!shown.contains("said nothing for"), "it said a lot: {shown}");
            assert!(shown.contains("thought about it and said nothing"), "{shown}");
        });
    }
}

#[test]
fn blanks_without_end_are_no_thoughts() {
    run_test(async |world| {
        world.model.script(Script::silent().text(&"\n ".repeat(80_000)).hangs());
        world.say(&alex(), "What do you think of the clients?").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        The model answered nothing. Try again, or rephrase your question.
        [Try again]
        ");
    });
}

#[test]
fn a_statement_that_was_only_thought_of_is_not_offered() {
    for thought in [
        "I might try\n```sql\nSELECT city FROM clients\n``` no, wrong.</think> ",
        "I might try ```sql\nSELECT city FROM clients\n``` no, wrong.</think> ",
        "<think>```sql\nSELECT city FROM clients\n```</think>",
    ] {
        run_test(async |world| {
            world.model.script(Script::words(&format!("{thought}Use:\n```sql\nSELECT company_name FROM clients\n```")));
            world.say(&alex(), "Which clients?").await;
            let shown = world.transcript();
            assert!(!shown.contains("city") && !shown.contains("wrong"), "{shown}");
            assert!(shown.contains("company_name") && shown.matches("[Execute]").count() == 1, "{shown}");
        });
    }
}
