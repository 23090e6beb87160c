//! Tests of platforms with ephemeral answers and forms: nobody else reads what concerns one person, and statements are
//! edited in forms.

use pstral_core::domain::{ButtonAction, EventBody, Mode, Place, Role};
use pstral_core::settings::PlaceTerms;
use pstral_core::testkit::chat_platform::FakeChat;

use crate::world::{Setup, World, alex, camille, run_test, run_test_with, stranger};

const ANSWER: &str = "Voici :\n```sql\nSELECT company_name FROM clients WHERE city = 'Paris'\n```";

/// That of no verified query.
const QUESTION: &str = "Deux sociétés parisiennes, peu importe lesquelles";

fn team() -> Place {
    FakeChat::channel("team")
}

fn command(words: &str) -> EventBody {
    EventBody::command(words)
}

/// Returns the ephemeral messages and those that everybody reads.
fn shown(world: &World) -> (Vec<String>, Vec<String>) {
    let messages = world.chat.messages().into_iter();
    let (beside, open): (Vec<_>, Vec<_>) = messages.partition(|(at, _)| at.place.private);
    let texts = |messages: Vec<(_, pstral_core::domain::Outgoing)>| {
        messages.into_iter().map(|(_, message)| message.text).collect()
    };
    assert!(beside.iter().all(|(at, _)| at.place.id.starts_with("beside ")), "nothing goes elsewhere");
    (texts(beside), texts(open))
}

#[test]
fn what_concerns_one_person_is_said_beside_what_they_did() {
    run_test(async |world| {
        world.chat.answer_beside();
        world.model_says(ANSWER);
        world.act(&camille(), &team(), EventBody::Said(QUESTION.to_owned())).await;
        let proposal = world.newest_proposal();
        let before = shown(world).1;
        world.act(&alex(), &team(), EventBody::Clicked(ButtonAction::Execute(proposal))).await;
        for words in ["whoami", "mode chat", "history", "fly"] {
            world.act(&camille(), &team(), command(words)).await;
        }
        world.act(&stranger(), &team(), command("link")).await;
        let (beside, open) = shown(world);
        assert_eq!(open, before, "others read none of it");
        let expected = ["Only the person", "Camille", "Mode", "Deux sociétés", "fly", "code"];
        assert_eq!(beside.len(), expected.len(), "{beside:#?}");
        for (said, word) in beside.iter().zip(expected) {
            assert!(said.contains(word), "{word}: {said}");
        }
    });
}

#[test]
fn a_statement_is_changed_in_a_form() {
    run_test(async |world| {
        world.chat.answer_beside();
        world.model_says(ANSWER);
        world.act(&camille(), &team(), EventBody::Said(QUESTION.to_owned())).await;
        let proposal = world.newest_proposal();
        let edit = || EventBody::Clicked(ButtonAction::Edit(proposal.clone()));
        world.act(&alex(), &team(), edit()).await;
        assert!(world.chat.forms().is_empty(), "it is not theirs");
        world.act(&camille(), &team(), edit()).await;
        let [form] = &world.chat.forms()[..] else { panic!("one form") };
        assert!(form.proposal == proposal && form.text.contains("'Paris'"), "{form:?}");
        let text = form.text.replace("Paris", "Lyon");
        // Others cannot send it either.
        let edited = EventBody::Edited { proposal: proposal.clone(), text };
        world.act(&alex(), &team(), edited.clone()).await;
        assert_eq!(world.newest_proposal(), proposal);
        world.act(&camille(), &team(), edited).await;
        assert_ne!(world.newest_proposal(), proposal);
        assert!(world.chat.transcript().contains("'Lyon'"));
        world.act(&camille(), &team(), EventBody::Clicked(ButtonAction::Execute(world.newest_proposal()))).await;
        assert!(world.target.ran().iter().any(|statement| statement.text().contains("'Lyon'")));
    });
}

#[test]
fn what_is_said_of_a_channel_holds_for_its_threads() {
    let only_admins = PlaceTerms { roles: Some([Role::admin()].into()), ..PlaceTerms::default() };
    let chatting = PlaceTerms { mode: Some(Mode::Chat), ..PlaceTerms::default() };
    let rooms = vec![("board", only_admins), ("talk", chatting.clone()), ("talk/2", PlaceTerms::default())];
    run_test_with(Setup { rooms, ..Setup::default() }, async |world| {
        let thread = FakeChat::channel("board/1");
        world.act(&camille(), &thread, EventBody::Said(QUESTION.to_owned())).await;
        assert!(world.model.requests().is_empty(), "members are not welcome there");
        world.model_says("Bonjour !");
        world.act(&camille(), &FakeChat::channel("talk/1"), EventBody::Said("Bonjour".to_owned())).await;
        world.model_says(ANSWER);
        world.act(&camille(), &FakeChat::channel("talk/2"), EventBody::Said(QUESTION.to_owned())).await;
        assert!(world.offers_something(), "unless it has terms of its own");
    });
}
