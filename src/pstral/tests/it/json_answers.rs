//! Answers that the model writes as JSON: people, the guard and the conversation have them as any other.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, MessageRef};
use pstral_core::settings::AnswerForm;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;
use serde_json::{Value, json};

use crate::world::{Setup, World, alex, run_test_with};

const QUESTION: &str = "Some clients of Lyon please, whichever";

fn in_json() -> Setup {
    Setup { form: AnswerForm::Json, ..Setup::default() }
}

fn answer(words: &str, statement: Option<&str>) -> Script {
    Script::words(&json!({ "answer": words, "statement": statement }).to_string())
}

/// The schemas that the model was asked with.
fn formats(world: &World) -> Vec<Option<Value>> {
    world.model.requests().into_iter().map(|request| request.format).collect()
}

#[test]
fn an_answer_in_json_grows_corrects_itself_and_runs_as_any_other() {
    run_test_with(in_json(), async |world| {
        let words = "Two of your clients in “Lyon”,\nwhichever they are 🥖:";
        let statement = |column: &str| format!("SELECT {column} FROM clients\nWHERE city = 'Lyon'\nLIMIT 2");
        world.model.script(answer(words, Some(&statement("town"))).every(Duration::from_millis(6)));
        world.model.script(answer(words, Some(&statement("company_name"))).every(Duration::from_millis(6)));
        world.say(&alex(), QUESTION).await;
        let states = world.chat.edits_of(&MessageRef { place: FakeChat::place(), id: "1".to_owned() });
        assert!(states.len() > 3, "{} states", states.len());
        let shows = |sign: &str| states.iter().any(|state| state.text.contains(sign));
        assert!(!shows("{") && !shows("\\n") && !shows("\"answer\""), "{states:#?}");
        assert!(states.iter().any(|state| state.text.contains("Two of") && !state.text.contains("```")), "{states:#?}");
        world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Two of your clients in “Lyon”,
        whichever they are 🥖:

        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          city = 'Lyon'
        LIMIT 2
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.
        🛡️ Corrected by the model: its first statement did not pass the checks.
        [Edit] [Explain]
        ── #2 private
        ```
        company_name
        ────────────────────────
        Paysages de la Loire SAS
        Logistique Martin EURL
        ```
        2 rows, the most this statement asks for: there may be more. Time: … s.
        <clients-lyon-whichever-2026-11-21.csv>
        <clients-lyon-whichever-2026-11-21.xlsx>
        ");
        let wish = world.model.requests()[1].messages.last().unwrap().text.clone();
        assert!(wish.contains("Answer in JSON") && !wish.contains("```"), "{wish}");

        world.model.script(answer("Of which year?", None));
        world.say(&alex(), "And what have they paid us?").await;
        assert_eq!(world.newest(), "Of which year?");
        let told = &world.model.requests()[2].messages[1].text;
        assert!(told.contains("```sql"), "the conversation is told as people read it: {told}");
        let formats = formats(world);
        assert!(formats.len() == 3 && formats.iter().all(Option::is_some), "{formats:?}");
    });
}

#[test]
fn an_answer_in_json_that_was_cut_goes_on_in_free_text() {
    run_test_with(in_json(), async |world| {
        let cut = "{\"answer\": \"Two clients.\", \"statement\": \"SELECT company_name\\nFROM cli";
        world.model.script(Script::words(cut).cut_by_length());
        world.say(&alex(), QUESTION).await;
        assert!(!world.offers_something(), "half a statement may mean something else");
        world.model_says("ents WHERE city = 'Lyon'\n```");
        world.command(&alex(), "continue").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        ⚠️ Not from your data: no statement was run for this answer.
        Two clients.

        ```sql
        SELECT company_name
        FROM cli
        ```

        ✂️ The answer reached the model’s longest length and ends here. Continue goes on from there; or ask something more precise.
        [Continue]
        ── #2 private
        ```sql
        SELECT
          company_name
        FROM
          clients
        WHERE
          city = 'Lyon'
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.
        [Execute] [Edit] [Explain]
        ");
        assert!(world.offers_something());
        let formats = formats(world);
        assert_eq!(formats.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    });
}

#[test]
fn talk_and_what_is_no_json_are_shown_as_they_are() {
    run_test_with(in_json(), async |world| {
        // A server that knows no schemas.
        world.model_says("Here:\n```sql\nSELECT company_name FROM clients WHERE city = 'Lyon'\n```");
        world.say(&alex(), QUESTION).await;
        assert!(world.offers_something() && world.newest().starts_with("Here:"), "{}", world.newest());
        world.command(&alex(), "mode chat").await;
        world.model_says("{\"answer\":\"Hello\"}");
        world.say(&alex(), "Answer in JSON").await;
        assert_eq!(world.newest(), "{\"answer\":\"Hello\"}");
        assert_eq!(formats(world)[1], None);
    });
}
