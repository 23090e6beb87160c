//! A target that is chosen from a list: it counts more than the words of the question and the place.

use insta::assert_snapshot;
use pstral_core::domain::{ButtonAction, EventBody};
use pstral_core::ports::ModelError;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::language_model::Script;

use crate::world::{Setup, alex, run_test_with};

fn asked(words: &str, target: &str) -> EventBody {
    EventBody::Asked { words: words.to_owned(), target: target.to_owned() }
}

#[test]
fn it_is_asked_there_and_again_with_the_question() {
    // Questions of this channel are about another target.
    let setup = Setup { places: vec![("board", "hr")], ..Setup::default() };
    run_test_with(setup, async |world| {
        let board = FakeChat::channel("board");
        world.model.script(Script::refuses(ModelError::Interrupted));
        world.act(&alex(), &board, asked("Which of our clients have a name?", "CRM")).await;
        world.model_says("```sql\nSELECT company_name FROM clients\n```");
        let retry = world.newest_button(|action| matches!(action, ButtonAction::Retry(_))).unwrap();
        world.act(&alex(), &board, EventBody::Clicked(retry)).await;
        assert!(world.transcript().contains("of the database crm"), "{}", world.transcript());
        let first = world.chat.messages().len() + 1;
        world.act(&alex(), &board, asked("Which of our clients have a name?", "wine")).await;
        assert_snapshot!(world.transcript_from(first), @"
        ── #3 private of alex
        There is no database called “wine”. The databases you can ask are: crm, hr.
        ");
    });
}

#[test]
fn a_question_in_return_keeps_it() {
    let setup = Setup { places: vec![("board", "hr")], ..Setup::default() };
    run_test_with(setup, async |world| {
        let board = FakeChat::channel("board");
        world.model_says("Which city do you mean?");
        world.act(&alex(), &board, asked("Which clients are there?", "crm")).await;
        world.act(&alex(), &board, EventBody::Said("Lyon".to_owned())).await;
        assert!(world.transcript().contains("of the database crm"), "{}", world.transcript());
    });
}
