//! Tests that questions and actions reach the core as they are meant, and nothing else does.

use pstral_core::domain::{Button, ButtonAction, EventBody, Outgoing, OutgoingState, ProposalId};
use pstral_core::ports::ChatPlatform as _;
use pstral_core::testkit::chat_platform::key;
use serde_json::json;

use crate::house::{House, place, shared};
use crate::people::Person;

fn said(words: &str) -> EventBody {
    EventBody::Said(words.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_calls_us_in_a_room_is_answered_in_a_thread() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a1").await;
    let mut running = house.run().await;
    let (zoe, leo) = (Person::of(server, "zoe-a1").await, Person::of(server, "leo-a1").await);
    for encrypted in [false, true] {
        let room = zoe.room(encrypted, &[&house.account.id]).await;
        zoe.says(&room, "Bonjour tout le monde").await;
        zoe.sends(&room, json!({ "msgtype": "m.notice", "body": "pstral-a1: I am a program" })).await;
        let another = json!({ "msgtype": "m.text", "body": "pstral-a1: so am I", "org.pstral.message": { "text": 3 } });
        zoe.sends(&room, another).await;
        let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
        let event = running.next().await;
        assert_eq!((event.id.as_str(), &event.body), (asked.as_str(), &said("Combien de clients ?")));
        assert_eq!(event.actor.id, zoe.id());
        assert_eq!(event.place, place(&format!("{room}/{asked}"), false));

        zoe.says_in(&room, &asked, "Et à Lyon ?").await;
        let event = running.next().await;
        assert_eq!((&event.body, &event.place.path()), (&said("Et à Lyon ?"), &format!("{room}/{asked}")));

        let at = running.adapter.send(key(), &event.place, &Outgoing::text("Deux.")).await.unwrap();
        let shown = zoe.hears(&room, "Deux.").await;
        assert_eq!((shown.id, shown.thread, shown.is_encrypted), (at.id, Some(asked.clone()), encrypted));

        zoe.says(&room, "!pstral mode chat").await;
        let event = running.next().await;
        assert_eq!((event.body, event.place), (EventBody::command("mode chat"), place(room.as_str(), false)));
        zoe.redacts(&room, &asked).await;
        assert_eq!(running.next().await.body, EventBody::Deleted { event: asked });
        // By name alone, as somebody types it whose program knows no mentions.
        let by_name = zoe.says(&room, "PSTRAL-A1, liste les clients").await;
        assert_eq!(running.next().await.id, by_name);
    }
    assert_eq!(zoe.unreadable(), 0);
    drop(leo);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_private_nobody_need_call() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a2").await;
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-a2").await;
    let dm = zoe.dm(true, &house.account.id).await;
    zoe.says(&dm, "Combien de clients ?").await;
    let event = running.next().await;
    assert_eq!((event.body, &event.place), (said("Combien de clients ?"), &place(dm.as_str(), true)));
    for (line, expected) in [("aide", EventBody::command("aide")), ("!pstral", EventBody::command(""))] {
        zoe.says(&dm, line).await;
        assert_eq!(running.next().await.body, expected);
    }
    // The same one is found again, and not one that others read.
    let actor = event.actor.clone();
    assert_eq!(running.adapter.open_dm(&actor).await.unwrap(), place(dm.as_str(), true));
    let leo = Person::of(server, "leo-a2").await;
    zoe.brings(&leo, &dm).await;
    zoe.asks(&dm, &house.account.id, "Et les salaires ?").await;
    assert!(!running.next().await.place.private, "two people read it");
    let other = running.adapter.open_dm(&actor).await.unwrap();
    assert_ne!(other.id, dm.as_str(), "others read it now");
    running.adapter.send(key(), &other, &Outgoing::text("Entre nous")).await.unwrap();
    let room = zoe.invited().await;
    zoe.joins(&room).await;
    assert!(zoe.hears(&room, "Entre nous").await.is_encrypted);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reactions_are_buttons_also_after_a_restart() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a3").await;
    let running = house.run().await;
    let zoe = Person::of(server, "zoe-a3").await;
    let room = zoe.room(true, &[&house.account.id]).await;
    let action = ButtonAction::Execute(ProposalId("00112233445566778899aabbccddeeff".to_owned()));
    let stop = Button { action: ButtonAction::Stop, label: "Arrêter".to_owned() };
    let execute = Button { action: action.clone(), label: "Exécuter".to_owned() };
    let there = place(room.as_str(), false);
    let growing = Outgoing { buttons: vec![stop], ..Outgoing::streaming("SELECT") };
    let at = running.adapter.send(key(), &there, &growing).await.unwrap();
    let own = house.account.id.as_str();
    let has = |key: &'static str| {
        move |shown: &crate::people::Shown| shown.reactions.iter().any(|(who, put, _)| who == own && put == key)
    };
    zoe.sees_one(&room, "a way to stop", has("⏹️")).await;
    let whole = Outgoing { buttons: vec![execute], state: OutgoingState::Final, ..Outgoing::text("SELECT 1") };
    running.adapter.edit(&at, &whole).await.unwrap();
    let shown =
        zoe.sees_one(&room, "the other reaction alone", |shown| has("▶️")(shown) && shown.reactions.len() == 1).await;
    assert_eq!(shown.text(), "SELECT 1\n\n▶️ Exécuter");
    running.end().await;

    let mut running = house.run().await;
    zoe.reacts(&room, &at.id, "🎉").await;
    let pressed = zoe.reacts(&room, &at.id, "▶").await;
    let event = running.next().await;
    assert_eq!((&event.id, event.body, event.place), (&pressed, EventBody::Clicked(action), there));
    zoe.redacts(&room, &pressed).await;
    assert_eq!(running.next().await.body, EventBody::Deleted { event: pressed });
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_some_may_invite_us_and_leaving_is_told() {
    let Some(server) = shared() else { return };
    let mut house = House::on(server, "pstral-a4").await;
    house.config.invites = vec!["@zoe-*:localhost".to_owned()];
    let running = house.run().await;
    let (zoe, leo) = (Person::of(server, "zoe-a4").await, Person::of(server, "leo-a4").await);
    let room = zoe.room(false, &[&house.account.id]).await;
    let refused =
        leo.client.create_room(matrix_sdk::ruma::api::client::room::create_room::v3::Request::new()).await.unwrap();
    let own = matrix_sdk::ruma::UserId::parse(&house.account.id).unwrap();
    refused.invite_user_by_id(&own).await.unwrap();
    let declined = leo.until(|| async {
        let member = refused.get_member_no_sync(&own).await.unwrap()?;
        (member.membership().as_str() == "leave").then_some(())
    });
    declined.await.expect("it declines");
    running.end().await;
    let mut running = house.run().await;
    let leaves = || {
        let asked = server.requests_of(&house.account.id);
        asked.iter().filter(|asked| asked.line.contains("/leave")).count()
    };
    zoe.there(&room).kick_user(&own, None).await.unwrap();
    let event = running.next().await;
    assert_eq!((event.body, event.place), (EventBody::Left, place(room.as_str(), false)));
    assert_eq!(leaves(), 1, "what was declined is known after a restart");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_meanwhile_is_answered_once_however_much_it_was() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a5").await;
    let running = house.run().await;
    let zoe = Person::of(server, "zoe-a5").await;
    let room = zoe.room(false, &[&house.account.id]).await;
    running.end().await;
    let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    for at in 0..130 {
        zoe.says(&room, &format!("Du bruit, {at}")).await;
    }
    let mut running = house.run().await;
    assert_eq!(running.next().await.id, asked);
    let last = zoe.asks(&room, &house.account.id, "Et maintenant ?").await;
    assert_eq!(running.next().await.id, last, "nothing is handed over twice");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_late_is_answered_late() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a6").await;
    let mut running = house.run().await;
    let slow = server.holding("/sendToDevice/");
    let zoe = Person::by_way_of(&slow.url(), server, "zoe-a6").await;
    let leo = Person::of(server, "leo-a6").await;
    let room = zoe.room(true, &[&house.account.id]).await;
    zoe.brings(&leo, &room).await;
    let first = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    let second = zoe.asks(&room, &house.account.id, "Et à Lyon ?").await;
    assert!(slow.waiting() > 0, "their keys are on the way");
    // Others are answered meanwhile.
    let other = leo.asks(&room, &house.account.id, "Combien de villes ?").await;
    assert_eq!(running.next().await.id, other);
    tokio::task::block_in_place(|| slow.let_go());
    let (one, two) = (running.next().await, running.next().await);
    assert_eq!((one.id, two.id), (first.clone(), second));
    assert_eq!((one.body, one.place), (said("Combien de clients ?"), place(&format!("{room}/{first}"), false)));
    let last = zoe.asks(&room, &house.account.id, "Et maintenant ?").await;
    assert_eq!(running.next().await.id, last, "nothing is handed over twice");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_again_and_then_late_is_answered_too() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a7").await;
    let running = house.run().await;
    let slow = server.holding("/sendToDevice/");
    let zoe = Person::by_way_of(&slow.url(), server, "zoe-a7").await;
    let room = zoe.room(true, &[&house.account.id]).await;
    running.end().await;
    let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    for at in 0..110 {
        zoe.reacts(&room, &asked, &at.to_string()).await;
    }
    let mut running = house.run().await;
    let leo = Person::of(server, "leo-a7").await;
    let elsewhere = leo.room(true, &[&house.account.id]).await;
    let other = leo.asks(&elsewhere, &house.account.id, "Combien de villes ?").await;
    assert_eq!(running.next().await.id, other, "nothing else can be read yet");
    tokio::task::block_in_place(|| slow.let_go());
    assert_eq!(running.next().await.id, asked);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_does_not_come_keeps_nobody_waiting() {
    let Some(server) = shared() else { return };
    let mut house = House::on(server, "pstral-a8").await;
    let slow = server.holding("/media/download/");
    house.config.homeserver = slow.url();
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-a8").await;
    let room = zoe.room(false, &[&house.account.id]).await;
    let called = json!({ "body": "pstral-a8: Que fait ceci ?", "m.mentions": { "user_ids": [house.account.id] } });
    zoe.attaches(&room, "a.sql", b"SELECT 1\n", called).await;
    let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    assert_eq!(running.next().await.id, asked, "in the same room");
    match running.next().await.body {
        EventBody::Said(words) => assert!(words.starts_with("Que fait ceci ?") && words.contains("a.sql"), "{words}"),
        other => panic!("{other:?}"),
    }
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_text_is_told_as_such_and_nobody_is_called_by_a_word() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a9").await;
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-a9").await;
    let (dm, room) = (zoe.dm(true, &house.account.id).await, zoe.room(false, &[&house.account.id]).await);
    let voice = json!({ "msgtype": "m.audio", "body": "voix.ogg", "url": "mxc://localhost/a" });
    let poll = json!({ "org.matrix.msc3381.poll.start": { "question": { "body": "Lyon ?" }, "answers": [] } });
    zoe.sends(&dm, voice.clone()).await;
    assert_eq!(running.next().await.body, EventBody::Unreadable);
    zoe.sends(&dm, json!({ "msgtype": "m.emote", "body": "cherche les clients" })).await;
    assert_eq!(running.next().await.body, EventBody::Unreadable);
    zoe.there(&dm).send_raw("org.matrix.msc3381.poll.start", poll).await.unwrap();
    assert_eq!(running.next().await.body, EventBody::Unreadable);
    // Among others, what is for nobody is left alone.
    zoe.sends(&room, voice).await;
    let named = json!({ "msgtype": "m.text", "body": "pstral-a9 a répondu hier", "m.mentions": {} });
    zoe.sends(&room, named).await;
    let asked = zoe.asks(&room, &house.account.id, "Combien de clients ?").await;
    assert_eq!(running.next().await.id, asked);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_see_that_a_question_was_read_and_typing_until_the_answer_is_whole() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a10").await;
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-a10").await;
    let dm = zoe.dm(false, &house.account.id).await;
    let asked = zoe.says(&dm, "Combien de clients ?").await;
    let event = running.next().await;
    assert!(running.adapter.is_of_two(&event.place), "nothing private is said there");
    let token = server.token(&zoe.account);
    let shown = || async {
        let (_, synced) = server.ask("GET", "/_matrix/client/v3/sync?timeout=0", Some(&token), &json!({}));
        let events = synced["rooms"]["join"][dm.as_str()]["ephemeral"]["events"].as_array().cloned();
        let events = events.unwrap_or_default();
        let of = |kind: &str| events.iter().find(|event| event["type"] == kind).map(|event| event["content"].clone());
        let types = of("m.typing").is_some_and(|typing| typing["user_ids"] == json!([house.account.id]));
        let receipts = of("m.receipt").unwrap_or_default();
        (types, receipts[&asked]["m.read"][&house.account.id].is_object())
    };
    running.adapter.typing(&event.place).await;
    let at = running.adapter.send(key(), &event.place, &Outgoing::streaming("Deux")).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(shown().await, (true, true));
    running.adapter.edit(&at, &Outgoing::text("Deux clients.")).await.unwrap();
    zoe.until(|| async { (!shown().await.0).then_some(()) }).await.expect("nobody types any more");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_answers_go_where_somebody_writes_and_verification_ends_with_a_sentence() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-a11").await;
    let mut running = house.run().await;
    let zoe = Person::of(server, "zoe-a11").await;
    let (one, two) = (zoe.dm(true, &house.account.id).await, zoe.dm(true, &house.account.id).await);
    for dm in [&two, &one, &two] {
        zoe.says(dm, "Bonjour").await;
        let event = running.next().await;
        assert_eq!(running.adapter.open_dm(&event.actor).await.unwrap(), place(dm.as_str(), true));
    }
    let request = json!({
        "msgtype": "m.key.verification.request", "body": "verify", "to": house.account.id,
        "from_device": zoe.client.device_id().unwrap(), "methods": ["m.sas.v1"],
    });
    let asked = zoe.sends(&one, request).await;
    zoe.hears(&one, "moji").await;
    let own = matrix_sdk::ruma::UserId::parse(&house.account.id).unwrap();
    let cancelled = zoe.until(|| async {
        let options = matrix_sdk::room::MessagesOptions::backward();
        let page = zoe.there(&one).messages(options).await.unwrap();
        page.chunk
            .iter()
            .any(|event| {
                let json = event.raw().json().get();
                event.sender().as_ref() == Some(&own)
                    && json.contains("m.key.verification.cancel")
                    && json.contains(&asked)
            })
            .then_some(())
    });
    cancelled.await.expect("it is cancelled");
    running.end().await;
}
