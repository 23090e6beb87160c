//! A command that names no statement means the one its person looks at: what an earlier answer offered is shown again
//! before it runs.

use std::time::Duration;

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody, Place, Role};
use pstral_core::ports::{ChatPlatform as _, ModelError, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request};
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, World, alex, claire, deny, run_test, run_test_with};

const FIRST: &str = "How many clients do we have in Paris?";

async fn offer(world: &World) -> ButtonAction {
    world.say(&alex(), FIRST).await;
    ButtonAction::Execute(world.newest_proposal())
}

/// Asks something that brings no statement.
async fn ask_in_vain(world: &World, answer: Script) {
    world.model.script(answer);
    world.say(&alex(), "Something else, of no interest whatever").await;
}

/// The ways of an answer to offer nothing.
fn in_vain() -> [Script; 4] {
    [
        Script::words("You are most welcome."),
        Script::words("```sql\nSELECT city FROM clients\n```\nand so").cut_by_length(),
        Script::words("```sql\nSELECT city FROM clients\n```").fails(ModelError::Failed("it broke".to_owned())),
        Script::refuses(ModelError::Unavailable("away".to_owned())),
    ]
}

#[test]
fn what_an_earlier_answer_offered_is_shown_before_it_runs() {
    for answer in in_vain() {
        run_test(async |world| {
            offer(world).await;
            ask_in_vain(world, answer).await;
            world.command(&alex(), "execute").await;
            assert_eq!(world.target.ran(), []);
            assert_eq!(
                world.newest().split("```").next().unwrap(),
                "The last answer offers no statement. This is the one for “How many clients do we have in Paris?”:\n\
                 I am answering: “How many clients do we have in Paris?”\n"
            );
            assert_eq!(world.newest_buttons().len(), 3);
            world.command(&alex(), "execute").await;
            assert_eq!(world.target.ran().len(), 1);
        });
    }
}

#[test]
fn a_button_runs_what_it_stands_under() {
    run_test(async |world| {
        let click = offer(world).await;
        ask_in_vain(world, Script::words("You are most welcome.")).await;
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.transcript_from(3), @"
        ── #3 private
        The last answer offers no statement. This is the one for “How many clients do we have in Paris?”:
        I am answering: “How many clients do we have in Paris?”
        ```sql
        SELECT
          count(c.id) AS client_count
        FROM
          clients c
        WHERE
          c.city = :city
        ```
        `:city` = “Paris”
        ✅ Query verified by Claire Fontaine on 14 September 2026.
        Reads the table clients of the database crm.
        [Execute] [Edit] [Explain]
        ");
        world.click(&alex(), click).await;
        assert_eq!(world.target.ran().len(), 1);
        // It is the last thing that was done here.
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.newest(), @"This statement has already been used: each one runs once. Ask the question again for fresh data.");
    });
}

#[test]
fn each_answer_without_a_statement_asks_for_another_look() {
    run_test(async |world| {
        offer(world).await;
        ask_in_vain(world, Script::words("You are most welcome.")).await;
        world.command(&alex(), "execute").await;
        ask_in_vain(world, Script::words("Not at all.")).await;
        world.command(&alex(), "execute").await;
        world.restart().await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), [], "what was shown before a restart is shown once more");
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
        ask_in_vain(world, Script::words("You are most welcome.")).await;
        world.command(&alex(), "execute").await;
        assert_snapshot!(world.newest(), @"The last answer offers no statement to run. Rephrase your question, or ask another one.");
    });
}

#[test]
fn what_a_person_wrote_stands_where_they_wrote_it() {
    run_test(async |world| {
        offer(world).await;
        ask_in_vain(world, Script::words("You are most welcome.")).await;
        world.command(&alex(), "edit SELECT city FROM clients WHERE id = 1").await;
        world.clock.advance(Duration::from_secs(1));
        ask_in_vain(world, Script::words("Not at all.")).await;
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), []);
        world.command(&alex(), "edit SELECT city FROM clients WHERE id = 2").await;
        world.command(&alex(), "execute").await;
        assert!(world.target.ran()[0].text().contains("id = 2"), "{:?}", world.target.ran());
    });
}

#[test]
fn to_explain_or_to_edit_it_shows_it_too() {
    for command in ["explain", "edit"] {
        run_test(async |world| {
            offer(world).await;
            ask_in_vain(world, Script::words("You are most welcome.")).await;
            world.command(&alex(), command).await;
            assert!(world.newest().starts_with("The last answer offers no statement."), "{}", world.newest());
            world.command(&alex(), command).await;
            assert!(!world.newest().contains("The last answer"), "{}", world.newest());
            world.command(&alex(), "execute").await;
            assert_eq!(world.target.ran().len(), 1);
        });
    }
}

#[test]
fn another_talk_keeps_its_own() {
    run_test(async |world| {
        offer(world).await;
        let sales = FakeChat::channel("sales");
        world.model_says("You are most welcome.");
        world.act(&alex(), &sales, EventBody::Said("Something else".to_owned())).await;
        world.act(&alex(), &sales, EventBody::command("execute")).await;
        assert_eq!(world.target.ran(), []);
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

/// A result handed over counts as the latest for its author; one that could not be shown again does not.
#[test]
fn where_others_read_it_is_shown_again_to_its_author_alone() {
    let setup = Setup { roles: [(Role::member(), deny(&["clients.email"]))].into(), ..Setup::default() };
    run_test_with(setup, async |world| {
        let team = FakeChat::channel("team");
        let execute = || EventBody::command("execute");
        let reaches = EventBody::Said("Comment joindre le premier client ?".to_owned());
        world.model_says("```sql\nSELECT email FROM clients WHERE id = 1\n```");
        world.act(&claire(), &team, reaches).await;
        world.model_says("Je vous en prie.");
        world.act(&claire(), &team, EventBody::Said("Merci bien, et bonne journée".to_owned())).await;
        world.chat.refuse(Request::OpenDm, PlatformError::Gone);
        world.act(&claire(), &team, execute()).await;
        world.act(&claire(), &team, execute()).await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.transcript_from(4), @"
        ── #4 team
        ↳ Claire Fontaine
        Je n’ai pas pu vous écrire en privé. Ouvrez vos messages privés et recommencez.
        ── #5 private of claire
        La dernière réponse ne propose aucune requête. Voici celle pour « Comment joindre le premier client ? » :
        ```sql
        SELECT
          email
        FROM
          clients
        WHERE
          id = 1
        ```
        Requête écrite par le modèle, non vérifiée.
        Lit la table clients de la base crm.
        [Exécuter] [Modifier] [Expliquer]
        ── #6 team
        ↳ Claire Fontaine
        🔒 Cette requête lit des données qui ne sont pas ouvertes à tout le monde ici : je vous l’envoie en privé.
        ");
        world.act(&claire(), &team, execute()).await;
        assert_eq!(world.target.ran().len(), 1);
        world.model_says("```sql\nSELECT email FROM clients WHERE id = 2\n```");
        world.act(&claire(), &team, EventBody::Said("Comment joindre le deuxième client ?".to_owned())).await;
        world.act(&claire(), &team, execute()).await;
        assert_eq!(world.target.ran().len(), 2, "what was handed over is looked at");
    });
}

/// In private, what was asked among others is looked at too.
#[test]
fn what_was_asked_among_others_is_the_last_where_it_is_shown() {
    let setup = || Setup { roles: [(Role::member(), deny(&["clients.email"]))].into(), ..Setup::default() };
    let team = FakeChat::channel("team");
    let mine = Place { id: "private of claire".to_owned(), ..FakeChat::place() };
    let asks = |words: &str| EventBody::Said(words.to_owned());
    let execute = || EventBody::command("execute");
    for question in ["Quel est l'email de chaque client ?", "Comment joindre le premier client ?"] {
        run_test_with(setup(), async |world| {
            world.act(&claire(), &mine, asks("Combien de clients avons-nous à Paris ?")).await;
            world.model_says("```sql\nSELECT email FROM clients WHERE id = 1\n```");
            world.act(&claire(), &team, asks(question)).await;
            world.act(&claire(), &mine, execute()).await;
            assert!(world.target.ran()[0].text().contains("email"), "{:?}", world.target.ran());
            let edit = EventBody::command("edit SELECT count(*) AS n FROM clients WHERE id = 1");
            world.act(&claire(), &mine, edit).await;
            world.act(&claire(), &mine, execute()).await;
            assert!(world.newest().starts_with("**1**"), "{}", world.newest());
        });
    }
    run_test_with(setup(), async |world| {
        world.act(&claire(), &mine, asks("Combien de clients avons-nous à Paris ?")).await;
        world.model_says("Je ne sais pas.");
        world.act(&claire(), &team, asks("Quel est l'email de chaque client ?")).await;
        world.act(&claire(), &mine, execute()).await;
        assert_eq!(world.target.ran(), []);
        assert!(world.newest().starts_with("La dernière réponse ne propose aucune requête."), "{}", world.newest());
        world.act(&claire(), &mine, execute()).await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn a_card_that_was_deleted_is_not_looked_at() {
    run_test(async |world| {
        let statement = "Here it is:\n```sql\nSELECT city FROM clients\n```";
        world.model.script(Script::says(statement).waits(Duration::from_millis(500)));
        world.chat.refuse(Request::Edit, PlatformError::Gone);
        world.say(&alex(), "Every city there is").await;
        let (deleted, _) = world.chat.messages().remove(0);
        world.chat.delete(&deleted).await.unwrap();
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran(), []);
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
    });
}
