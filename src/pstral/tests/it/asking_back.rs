//! A model may ask one short question in return; what the person says next is understood together with the first.

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, ProposalId};
use pstral_core::ports::Proposals as _;
use pstral_core::testkit::language_model::Script;

use crate::world::{World, alex, camille, not_from_data, run_test};

const ANSWER: &str = "```sql\nSELECT company_name FROM clients WHERE city = 'Lyon'\n```\nPar nom.";

fn system(world: &World, number: usize) -> String {
    world.model.requests()[number].system.clone()
}

#[test]
fn a_question_in_return_and_its_answer_are_one_question() {
    run_test(async |world| {
        world.model_says("Voulez-vous les sociétés clientes ou leurs contacts ?");
        world.model_says(ANSWER);
        world.say(&camille(), "Donne-moi les noms, à Lyon").await;
        assert!(!world.offers_something());
        assert_snapshot!(world.newest(), @"Voulez-vous les sociétés clientes ou leurs contacts ?");
        world.say(&camille(), "les sociétés").await;
        let said: Vec<String> = world.model.requests()[1].messages.iter().map(|said| said.text.clone()).collect();
        assert_eq!(
            said,
            ["Donne-moi les noms, à Lyon", "Voulez-vous les sociétés clientes ou leurs contacts ?", "les sociétés"]
        );
        assert!(system(world, 0).contains("pose une seule question courte"), "{}", system(world, 0));
        assert!(system(world, 1).contains("N'en pose pas d'autre"), "{}", system(world, 1));
        world.click(&camille(), ButtonAction::Execute(world.newest_proposal())).await;
        let proposal = world.entries().await.into_iter().find_map(|entry| entry.event.proposal).unwrap();
        let proposal = world.store.get(&ProposalId(proposal)).await.unwrap().unwrap();
        assert_eq!(proposal.question, "Donne-moi les noms, à Lyon (les sociétés)");
        // A new question may be unclear again.
        world.model_says("Lesquels ?");
        world.say(&camille(), "Et les contrats qui comptent le plus").await;
        assert!(system(world, 2).contains("pose une seule question courte"), "{}", system(world, 2));
    });
}

#[test]
fn a_second_question_in_return_is_not_taken_for_an_answer() {
    run_test(async |world| {
        world.model_says("Do you mean companies or people?");
        world.say(&alex(), "Give me some names, whichever they are").await;
        world.model_says("And of which city?");
        world.model_says("I took all cities.\n```sql\nSELECT company_name FROM clients\n```");
        world.say(&alex(), "companies").await;
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Do you mean companies or people?
        ── #2 private
        I took all cities.

        ```sql
        SELECT
          company_name
        FROM
          clients
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.
        [Execute] [Edit] [Explain]
        ");
        let second = world.chat.messages().pop().unwrap().0;
        let states: Vec<String> = world.chat.edits_of(&second).into_iter().map(|state| state.text).collect();
        assert!(states.iter().any(|state| state.contains("has already asked its question")), "{states:?}");
        assert!(!states.iter().any(|state| state.contains("does not hold")), "there was no statement: {states:?}");
        assert_snapshot!(world.model.requests()[2].messages.last().unwrap().text, @"
        <check>
        There is no statement in your answer, so nothing in it comes from the data.
        </check>
        Write the SELECT that fits best, in a ```sql block, then one sentence that says what you assumed. Do not ask again. If the question is not about this data, say so, without any number.
        ");
    });
}

#[test]
fn a_new_question_is_no_answer() {
    const NO: &str = "That is not in this data. Can I help you with something else?";
    run_test(async |world| {
        // What is verified needs no model, and no question mark.
        for (question, answer) in
            [("Which companies of ours sit in Lyon?", Some(ANSWER)), ("How many clients do we have in Lyon", None)]
        {
            world.model_says(NO);
            if let Some(said) = answer {
                world.model_says(said);
            }
            world.say(&alex(), "Tell me tomorrow's weather").await;
            world.say(&alex(), question).await;
            let proposal = world.store.get(&world.newest_proposal()).await.unwrap().unwrap();
            assert_eq!(proposal.question, question);
        }
        assert_eq!(world.model.requests().len(), 3);
        assert!(system(world, 1).contains("ask one short question"), "{}", system(world, 1));
    });
}

#[test]
fn a_model_that_keeps_asking_is_shown_as_it_is() {
    run_test(async |world| {
        for question in ["Companies or people?", "Which city?", "Which year?"] {
            world.model_says(question);
        }
        world.say(&alex(), "Give me some names, whichever they are").await;
        world.say(&alex(), "companies").await;
        assert_snapshot!(world.newest(), @"Which city?");
        world.model.script(Script::words(ANSWER));
        world.say(&alex(), "any").await;
        assert!(world.offers_something());
    });
}

#[test]
fn numbers_that_no_statement_has_read_are_asked_for_once_and_marked() {
    run_test(async |world| {
        world.model_says("There are 123.25 clients in Marseille.");
        world.model_says("```sql\nSELECT count(id) AS clients FROM clients WHERE city = 'Marseille'\n```");
        world.say(&alex(), "Roughly how many clients might Marseille have?").await;
        assert!(world.offers_something() && !world.newest().contains("123.25"), "{}", world.newest());
        let asked = &world.model.requests()[1].messages;
        assert!(asked.last().unwrap().text.contains("nothing in it comes from the data"), "{asked:?}");

        world.model_says("There are 123.25 clients in Marseille.");
        world.model_says("As I said: 124.");
        world.say(&alex(), "Roughly how many clients might Marseille have?").await;
        assert_snapshot!(world.newest(), @"
        ⚠️ Not from your data: no statement was run for this answer.
        There are 123.25 clients in Marseille.
        ");
        // An honest second answer is the better one.
        world.model_says("There are 123.25 clients in Marseille. Do you want their names?");
        world.model_says("That is not in this data.");
        world.say(&alex(), "Roughly how many clients might Marseille have?").await;
        assert_eq!(world.newest(), not_from_data("That is not in this data."));

        // A second answer that breaks off leaves the first as whole as it was.
        world.model_says("There are 123.25 clients in Marseille.");
        world.model.script(Script::words("Well, 12").cut_by_length());
        world.say(&alex(), "Roughly how many clients might Marseille have?").await;
        assert_eq!(world.newest(), not_from_data("There are 123.25 clients in Marseille."));
        assert!(world.newest_buttons().iter().all(|(label, _)| label != "Continue"));

        // Beside a statement that nobody has run, a number is no less made up.
        let statement = "```sql\nSELECT count(id) AS clients FROM clients WHERE city = 'Marseille'\n```";
        world.model_says(&format!("There are 124 clients in Marseille.\n{statement}"));
        world.say(&alex(), "Roughly how many clients might Marseille have?").await;
        assert_snapshot!(world.newest(), @"
        ⚠️ The numbers in these words are not from your data: run the statement to get the real ones.
        There are 124 clients in Marseille.

        ```sql
        SELECT
          count(id) AS clients
        FROM
          clients
        WHERE
          city = 'Marseille'
        ```
        Written by the model, not verified.
        Reads the table clients of the database crm.
        ");

        // What is not about the data is not asked about again.
        world.model_says("Light takes 8 minutes from the sun.");
        world.say(&alex(), "How far is the sun?").await;
        assert_eq!(world.newest(), not_from_data("Light takes 8 minutes from the sun."));
    });
}
