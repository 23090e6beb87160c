//! The contract of every chat platform.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt as _;
use jiff::Timestamp;

use crate::domain::{
    Actor, Button, ButtonAction, Event, EventBody, FileRef, Form, Length, MessageRef, Outgoing, OutgoingState, Place,
    PlatformName, ProposalId, TurnId,
};
use crate::ports::{ChatPlatform, PlatformError, Rate, SendKey, WriteBudget};

/// Checks `platform` by writing to `place`, a place of its own that can be written to.
///
/// # Panics
/// Panics at the first breach of the contract.
pub async fn contract(platform: &dyn ChatPlatform, place: &Place) {
    contract_with(platform, place, "1").await;
}

/// Checks the contract on a platform whose user ids differ: `person` is the id of somebody there.
///
/// # Panics
/// Panics if the platform breaks the contract.
pub async fn contract_with(platform: &dyn ChatPlatform, place: &Place, person: &str) {
    let actor = Actor { platform: platform.name(), id: person.to_owned(), name: "Zoé".to_owned() };
    says_what_it_is(platform, place).await;
    takes_a_message_from_first_word_to_last(platform, place).await;
    sends_the_same_once(platform, place).await;
    forgets_what_is_deleted(platform, place).await;
    leaves_nothing_of_what_is_dropped(platform, place).await;
    takes_what_its_capabilities_promise(platform, place).await;
    refuses_what_is_not_its_own(platform, place).await;
    opens_a_private_place(platform, place, &actor).await;
    answers_nothing_that_nobody_did(platform, place, actor).await;
}

async fn says_what_it_is(platform: &dyn ChatPlatform, place: &Place) {
    assert_eq!(platform.name(), place.platform, "places carry the platform's name");
    let capabilities = platform.capabilities();
    assert!(capabilities.length.most > 0 && capabilities.max_messages > 0, "some text can be sent");
    assert!(!capabilities.edits || capabilities.max_edits > 0, "what can be changed can be changed once");
    assert!(!capabilities.longest_write.is_zero(), "a write takes its time");
    let WriteBudget { place: of_place, account } = capabilities.budget;
    assert!([of_place, account].into_iter().flatten().all(is_some), "something may be written");
    assert!(!capabilities.command_prefix.is_empty(), "commands can be told from texts");
    assert!(platform.health().await.is_ok(), "it runs, so it is well");
    platform.typing(place).await;
}

fn is_some(rate: Rate) -> bool {
    match rate {
        Rate::Bucket { burst, refill } => burst > 0 && !refill.is_zero(),
        Rate::Window { writes, span } => writes > 0 && !span.is_zero(),
    }
}

async fn takes_a_message_from_first_word_to_last(platform: &dyn ChatPlatform, place: &Place) {
    let at = send(platform, place, &growing("Voici")).await;
    assert_eq!(at.place, *place, "a message stands where it was sent");
    let shows = async |text: &str| {
        let live = platform.live(place, Some(&at)).await.expect("its own messages can be looked at");
        live.contains(&(at.clone(), text.to_owned()))
    };
    assert!(shows("Voici").await, "what is being written is found with its text");
    if !platform.capabilities().edits {
        let changed = platform.edit(&at, &Outgoing::text("Voici les clients")).await;
        assert!(matches!(changed, Err(PlatformError::Rejected(_))), "what it cannot do is refused: {changed:?}");
        return;
    }
    let states = [
        growing("Voici les clients"),
        growing("Voici les clients"),
        Outgoing::text("Voici les clients de Paris."),
        // What was final changes when a person acts on it, and a repeated change changes nothing.
        Outgoing::text("Voici les clients de Lyon."),
        Outgoing::text("Voici les clients de Lyon."),
    ];
    for state in states {
        assert_eq!(platform.edit(&at, &state).await, Ok(()), "{state:?}");
        assert_eq!(shows(&state.text).await, state.state == OutgoingState::Streaming, "{state:?}");
    }
    assert!(!live(platform, place).await.contains(&at), "what is final is not live");
    let other = send(platform, place, &Outgoing::text("Voici les clients de Lyon.")).await;
    assert_ne!(other, at, "two messages are two, even with the same text");
}

async fn forgets_what_is_deleted(platform: &dyn ChatPlatform, place: &Place) {
    for message in [growing("Un instant…"), Outgoing::text("Une faute")] {
        let at = send(platform, place, &message).await;
        assert_eq!(platform.delete(&at).await, Ok(()));
        assert_eq!(platform.delete(&at).await, Ok(()), "what is gone counts as removed");
        if platform.capabilities().edits {
            assert_eq!(platform.edit(&at, &message).await, Err(PlatformError::Gone), "what is gone cannot change");
        }
    }
}

async fn sends_the_same_once(platform: &dyn ChatPlatform, place: &Place) {
    let (message, once) = (growing("Un instant…"), key());
    let first = platform.send(once, place, &message).await;
    assert!(first.is_ok(), "a message can be sent");
    assert_eq!(platform.send(once, place, &message).await, first, "with the same key it is the same message");
    assert_eq!(live(platform, place).await.iter().filter(|at| Ok(*at) == first.as_ref()).count(), 1);
    assert_ne!(platform.send(key(), place, &message).await, first, "with another, it is another");
    for at in live(platform, place).await {
        assert_eq!(platform.delete(&at).await, Ok(()));
    }
}

async fn leaves_nothing_of_what_is_dropped(platform: &dyn ChatPlatform, place: &Place) {
    let mut known = live(platform, place).await;
    let waiting = growing("Un instant…");
    // One that has done it at once has said so.
    let dropped = platform.send(key(), place, &waiting).now_or_never().map(|sent| sent.expect("a message can be sent"));
    let at = send(platform, place, &waiting).await;
    known.extend(dropped.iter().chain([&at]).cloned());
    for message in live(platform, place).await {
        assert!(known.contains(&message), "nobody knows of {message:?}, and it looks live");
    }
    if platform.capabilities().edits {
        drop(platform.edit(&at, &growing("Un instant encore…")).now_or_never());
        assert_eq!(platform.edit(&at, &Outgoing::text("Voici.")).await, Ok(()));
        assert!(!live(platform, place).await.contains(&at), "what was dropped comes after what was written next");
    }
    for message in dropped.iter().chain([&at]) {
        assert_eq!(platform.delete(message).await, Ok(()));
    }
}

async fn live(platform: &dyn ChatPlatform, place: &Place) -> Vec<MessageRef> {
    let live = platform.live(place, None).await.expect("its own messages can be looked at");
    live.into_iter().map(|(at, _)| at).collect()
}

async fn takes_what_its_capabilities_promise(platform: &dyn ChatPlatform, place: &Place) {
    let Length { most, unit } = platform.capabilities().length;
    // Three bytes and one UTF-16 unit, four and two: what is counted is what is said to be.
    for wide in ["€", "🚀"] {
        let longest = wide.repeat(most / unit.count(wide));
        send(platform, place, &Outgoing::text(longest)).await;
    }
    let longest = send(platform, place, &Outgoing::text("x".repeat(most))).await;
    let too_long = Outgoing::text("x".repeat(most + 1));
    for refused in [platform.send(key(), place, &too_long).await.map(|_| ()), platform.edit(&longest, &too_long).await]
    {
        assert!(matches!(refused, Err(PlatformError::Rejected(_))), "too long a text is refused: {refused:?}");
    }
    let proposal = || ProposalId("00112233445566778899aabbccddeeff".to_owned());
    let actions = [
        ("Exécuter", ButtonAction::Execute(proposal())),
        ("Modifier", ButtonAction::Edit(proposal())),
        ("Expliquer", ButtonAction::Explain(proposal())),
        ("Arrêter", ButtonAction::Stop),
        ("Continuer", ButtonAction::Continue(TurnId(i64::MAX))),
    ];
    let buttons = actions.map(|(label, action)| Button { action, label: label.to_owned() });
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).len() as u64;
    let file = FileRef { name: "manifest.toml".to_owned(), path, media_type: "text/plain", bytes };
    let full = Outgoing { buttons: buttons.into(), files: vec![file], ..Outgoing::text("Voici") };
    send(platform, place, &full).await;
}

async fn refuses_what_is_not_its_own(platform: &dyn ChatPlatform, place: &Place) {
    let elsewhere = Place { platform: PlatformName("elsewhere".to_owned()), ..place.clone() };
    assert_eq!(platform.send(key(), &elsewhere, &Outgoing::text("Voici")).await, Err(PlatformError::Gone));
    assert_eq!(platform.live(&elsewhere, None).await, Err(PlatformError::Gone), "a place that is gone can be told");
}

async fn opens_a_private_place(platform: &dyn ChatPlatform, place: &Place, actor: &Actor) {
    let dm = platform.open_dm(actor).await.expect("a private place can be opened");
    assert!(dm.private, "only one person reads it");
    assert_eq!(dm.platform, place.platform);
    send(platform, &dm, &Outgoing::text("Entre nous")).await;
}

async fn answers_nothing_that_nobody_did(platform: &dyn ChatPlatform, place: &Place, actor: Actor) {
    let (at, body) = (Timestamp::constant(1_795_255_200, 0), EventBody::Said("Voici".to_owned()));
    let event = Event { id: "nothing".to_owned(), at, actor, place: place.clone(), body };
    assert_eq!(platform.aside(&event), None, "there is no place beside what was not done");
    let proposal = ProposalId("00112233445566778899aabbccddeeff".to_owned());
    let form = Form { proposal, title: "Requête".to_owned(), label: "SQL".to_owned(), text: "SELECT 1".to_owned() };
    let shown = platform.open_form(&event.id, &form).await;
    assert!(matches!(shown, Err(PlatformError::Rejected(_))), "nor a form: {shown:?}");
}

/// A message as it is while an answer is being written.
fn growing(text: &str) -> Outgoing {
    let stop = Button { action: ButtonAction::Stop, label: "Arrêter".to_owned() };
    Outgoing { buttons: vec![stop], ..Outgoing::streaming(text) }
}

async fn send(platform: &dyn ChatPlatform, place: &Place, message: &Outgoing) -> MessageRef {
    platform.send(key(), place, message).await.expect("a message can be sent")
}

/// One that was not given before.
pub fn key() -> SendKey {
    static NEXT: AtomicU64 = AtomicU64::new(0x7073_7472_0000_0000);
    SendKey(NEXT.fetch_add(1, Ordering::Relaxed))
}
