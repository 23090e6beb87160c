//! The fake chat keeps the contract, and shows a test what people would see.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use insta::assert_snapshot;
use pstral_core::domain::{Button, ButtonAction, EventBody, FileRef, Outgoing, ProposalId};
use pstral_core::ports::{Capabilities, ChatPlatform, Inbox, PlatformError};
use pstral_core::testkit::chat_platform::{FakeChat, Request, contract, key};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn keeps_the_contract() {
    contract(&FakeChat::new(), &FakeChat::channel("general")).await;
}

#[tokio::test]
async fn keeps_the_contract_where_messages_cannot_change() {
    let without_edits = Capabilities { edits: false, ..FakeChat::new().capabilities().clone() };
    contract(&FakeChat::with(without_edits), &FakeChat::channel("general")).await;
}

#[tokio::test]
async fn shows_what_people_see_and_remembers_how_it_came() {
    let chat = FakeChat::new();
    let at = chat.send(key(), &FakeChat::channel("general"), &Outgoing::streaming("Voici")).await.unwrap();
    let gone = chat.send(key(), &FakeChat::place(), &Outgoing::text("Une faute")).await.unwrap();
    let button = Button { action: ButtonAction::Execute(ProposalId("p".to_owned())), label: "Exécuter".to_owned() };
    let file = FileRef { name: "a.csv".to_owned(), path: "/tmp/a.csv".into(), media_type: "text/csv", bytes: 12 };
    let last = Outgoing { buttons: vec![button], files: vec![file], ..Outgoing::text("Voici les clients.") };
    chat.edit(&at, &last).await.unwrap();
    chat.delete(&gone).await.unwrap();
    chat.send(key(), &FakeChat::place(), &Outgoing::streaming("Un instant…")).await.unwrap();

    assert_snapshot!(chat.transcript(), @r"
    #1 in general
    Voici les clients.
    <a.csv text/csv 12 bytes>
    [Exécuter]
    #3 in private (streaming)
    Un instant…
    ");
    assert_eq!(chat.edits_of(&at), [Outgoing::streaming("Voici"), last]);
}

#[tokio::test]
async fn fails_when_the_script_says_so() {
    let chat = FakeChat::new();
    let slow = PlatformError::RateLimited { retry_after: Duration::from_secs(2) };
    chat.refuse(Request::Edit, PlatformError::Gone);
    chat.refuse(Request::Send, slow.clone());
    assert_eq!(chat.send(key(), &FakeChat::place(), &Outgoing::text("Voici")).await, Err(slow));
    let at = chat.send(key(), &FakeChat::place(), &Outgoing::text("Voici")).await.unwrap();
    assert_eq!(chat.edit(&at, &Outgoing::text("Voilà")).await, Err(PlatformError::Gone));
    assert_eq!(chat.edit(&at, &Outgoing::text("Voilà")).await, Ok(()));
    chat.assert_refusals_used();
}

#[tokio::test]
#[should_panic(expected = "scripted, but never asked for")]
async fn a_script_that_is_not_followed_fails_the_test() {
    let chat = FakeChat::new();
    chat.refuse(Request::OpenDm, PlatformError::Gone);
    chat.assert_refusals_used();
}

#[tokio::test]
async fn hands_over_what_people_do_and_awaits_the_answers() {
    let chat = Arc::new(FakeChat::new());
    let (zoe, place) = (FakeChat::actor("Zoé"), FakeChat::channel("general"));
    let done = [
        chat.say(&zoe, &place, "Combien de clients ?"),
        chat.command(&zoe, &place, "mode sql"),
        chat.click(&zoe, &place, ButtonAction::Stop),
    ];
    chat.end();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let inbox: Inbox = {
        let (chat, taken) = (Arc::clone(&chat), Arc::clone(&taken));
        Arc::new(move |event| {
            let (chat, taken) = (Arc::clone(&chat), Arc::clone(&taken));
            async move {
                // The first waits for the last: all must be under way together.
                if event.body == EventBody::Clicked(ButtonAction::Stop) {
                    chat.send(key(), &event.place, &Outgoing::text("Arrêté")).await.unwrap();
                }
                chat.shown("Arrêté").await;
                taken.lock().unwrap().push(event);
            }
            .boxed()
        })
    };
    chat.run(inbox, CancellationToken::new()).await.unwrap();
    let mut taken = taken.lock().unwrap().clone();
    taken.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(taken, done);
}
