//! The contract of `Proposals`.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::{State, at, duplicate, member, missing, place, talk};
use crate::domain::{
    Agreement, Card, Conversation, ConversationId, MessageRef, Names, Origin, PlatformName, PromptManifest, Proposal,
    ProposalId, ProposalState, TurnId, User, UserId, Value,
};
use crate::ports::{Claim, StoreError};

/// A proposal is kept exactly, and its one use is given once and in time.
pub async fn proposals(state: &dyn State) -> Result<(), StoreError> {
    kept(state).await?;
    claimed(state).await?;
    agreed(state).await?;
    cards(state).await?;
    one_of_a_hundred_claims(state, "hundred").await
}

/// A pending proposal of the user, good for half an hour from 10:00:00.007.
pub(super) fn proposal(user: &User, conversation: &Conversation, id: &str) -> Proposal {
    Proposal {
        id: ProposalId(id.to_owned()),
        conversation: conversation.id,
        author: user.id,
        target: "crm".to_owned(),
        statement: "SELECT name\n  FROM \"clients\" WHERE city = :city -- é".to_owned(),
        parameters: BTreeMap::new(),
        origin: Origin::Model,
        question: "Quels clients à Nîmes ?".to_owned(),
        asked: Vec::new(),
        state: ProposalState::Pending,
        agreement: Agreement::NotNeeded,
        policy: "the rules of then".parse().unwrap_or_default(),
        seal: "what it said".to_owned(),
        told: None,
        created_at: at("10:00:00.007"),
        expires_at: at("10:30:00.007"),
    }
}

/// One value of each kind, with what often gets lost on the way.
fn every_value() -> BTreeMap<String, Value> {
    let values = [
        ("null", Value::Null),
        ("boolean", Value::Boolean(true)),
        ("integer", Value::Integer(i64::MIN)),
        ("real", Value::Real(0.1)),
        ("decimal", Value::Decimal("12345678901234567890.000000000010".to_owned())),
        ("text", Value::Text("Nîmes \"'\\ \0 \u{1F980}".to_owned())),
        ("date", Value::Date("2026-02-28".to_owned())),
        ("timestamp", Value::Timestamp("2026-02-28 23:59:59.999".to_owned())),
        ("bytes", Value::Bytes(vec![0, 255])),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn kept(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "kept").await?;
    assert_eq!(state.latest(conversation.id).await?, None);
    let verified = Origin::Verified {
        id: "q1".to_owned(),
        by: "ana".to_owned(),
        on: "2026-01-31".to_owned(),
        question: "How many?".to_owned(),
        assumed: vec!["year".to_owned()],
    };
    let asked = vec![TurnId(3), TurnId(i64::MAX)];
    let first =
        Proposal { parameters: every_value(), origin: verified, asked, ..proposal(&user, &conversation, "kept-ff") };
    let told =
        PromptManifest { columns_left: 3, relations: Names::of(&["é \"t\"".to_owned()]), ..PromptManifest::default() };
    let second = Proposal { origin: Origin::Person, told: Some(told), ..proposal(&user, &conversation, "kept-00") };
    state.add(&first).await?;
    assert_eq!(state.get(&first.id).await?, Some(first.clone()));
    state.add(&second).await?;
    assert_eq!(state.latest(conversation.id).await?, Some(second), "the one added last");
    assert_eq!(state.get(&first.id).await?, Some(first.clone()));
    assert_eq!(state.get(&ProposalId("kept-none".to_owned())).await?, None);

    assert!(duplicate(&state.add(&first).await));
    let astray = Proposal { conversation: ConversationId(i64::MAX), ..proposal(&user, &conversation, "kept-a") };
    assert!(missing(&state.add(&astray).await));
    let orphan = Proposal { author: UserId(i64::MAX), ..proposal(&user, &conversation, "kept-b") };
    assert!(missing(&state.add(&orphan).await));
    Ok(())
}

async fn claimed(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "claimed").await?;
    let (taken, late) = (proposal(&user, &conversation, "claimed-1"), proposal(&user, &conversation, "claimed-2"));
    state.add(&taken).await?;
    state.add(&late).await?;

    let granted = Proposal { state: ProposalState::Used, ..taken.clone() };
    let last_moment = at("10:30:00.006");
    assert_eq!(state.claim(&taken.id, last_moment).await?, Claim::Granted);
    assert_eq!(state.get(&taken.id).await?, Some(granted));
    assert_eq!(state.claim(&taken.id, last_moment).await?, Claim::Used);
    assert_eq!(state.claim(&taken.id, at("11:00:00")).await?, Claim::Used, "used is said before expired");

    state.release(&taken.id).await?;
    assert_eq!(state.claim(&taken.id, last_moment).await?, Claim::Granted, "given back, it can be taken again");
    assert_eq!(state.claim(&taken.id, last_moment).await?, Claim::Used);
    state.release(&ProposalId("claimed-none".to_owned())).await?;

    assert_eq!(state.claim(&late.id, late.expires_at).await?, Claim::Expired, "at the deadline it is past");
    assert_eq!(state.get(&late.id).await?, Some(late.clone()), "an expired claim changes nothing");
    assert_eq!(state.claim(&ProposalId("claimed-none".to_owned()), last_moment).await?, Claim::Unknown);

    let refused = proposal(&user, &conversation, "claimed-3");
    let refused = Proposal { state: ProposalState::Refused, ..refused };
    state.add(&refused).await?;
    assert_eq!(state.claim(&refused.id, last_moment).await?, Claim::Unknown, "what was refused never runs");
    state.release(&refused.id).await?;
    assert_eq!(state.get(&refused.id).await?, Some(refused));
    Ok(())
}

/// Checks that a proposal that needs an approval waits for it, and runs once approved.
async fn agreed(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "agreed").await?;
    let steward = member(state, "agreed-steward").await?;
    let costly = |id| Proposal { agreement: Agreement::Needed, ..proposal(&user, &conversation, id) };
    let (first, second) = (costly("agreed-1"), costly("agreed-2"));
    let refused = Proposal { state: ProposalState::Refused, ..costly("agreed-3") };
    for one in [&first, &second, &refused, &proposal(&user, &conversation, "agreed-4")] {
        state.add(one).await?;
    }
    let in_time = at("10:30:00.006");
    let waiting = state.awaiting_agreement(in_time, 1000).await?;
    assert_eq!(waiting, [first.clone(), second.clone()], "the oldest first, and only what waits");
    assert_eq!(state.awaiting_agreement(in_time, 1).await?, std::slice::from_ref(&first));
    assert_eq!(state.awaiting_agreement(first.expires_at, 1000).await?, []);
    assert_eq!(state.claim(&first.id, in_time).await?, Claim::NotAgreed);
    assert_eq!(state.claim(&first.id, first.expires_at).await?, Claim::Expired);

    assert!(!state.agree(&first.id, steward.id, first.expires_at).await?, "too late");
    assert!(!state.agree(&first.id, user.id, in_time).await?, "nobody agrees to their own");
    assert!(state.agree(&first.id, steward.id, in_time).await?);
    assert!(!state.agree(&first.id, steward.id, in_time).await?, "once");
    let with_it = Proposal { agreement: Agreement::By(steward.id), ..first.clone() };
    assert_eq!(state.get(&first.id).await?, Some(with_it));
    assert_eq!(state.awaiting_agreement(in_time, 1000).await?, [second]);
    assert_eq!(state.claim(&first.id, in_time).await?, Claim::Granted);
    assert!(missing(&state.agree(&ProposalId("agreed-2".to_owned()), UserId(i64::MAX), in_time).await));

    let free = ProposalId("agreed-4".to_owned());
    assert!(!state.agree(&free, steward.id, in_time).await?);
    assert!(!state.agree(&refused.id, steward.id, in_time).await?);
    assert_eq!(state.get(&free).await?.map(|one| one.agreement), Some(Agreement::NotNeeded));
    assert!(!state.agree(&ProposalId("agreed-none".to_owned()), steward.id, in_time).await?);
    Ok(())
}

/// Messages that show a proposal are found once it has expired, and until they are forgotten.
async fn cards(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "cards").await?;
    let platform = PlatformName("cards".to_owned());
    let card = |id: &str| {
        let place = crate::domain::Place { platform: platform.clone(), ..place("cards") };
        Card { message: MessageRef { place, id: id.to_owned() }, text: format!("```sql {id}\0é```") }
    };
    let (first, second) = (proposal(&user, &conversation, "cards-1"), proposal(&user, &conversation, "cards-2"));
    let later = Proposal { expires_at: at("11:00:00"), ..proposal(&user, &conversation, "cards-3") };
    for one in [&first, &second, &later] {
        state.add(one).await?;
    }
    assert_eq!(state.of_conversation(conversation.id).await?, [first.clone(), second.clone(), later.clone()]);
    for (one, message) in [(&first, "m1"), (&second, "m2"), (&later, "m3"), (&first, "m4")] {
        state.add_card(&one.id, &card(message)).await?;
    }
    assert_eq!(state.cards(&first.id).await?, [card("m1"), card("m4")]);
    let expired = async |time, limit| state.expired_cards(&platform, at(time), limit).await;
    assert_eq!(expired("10:30:00.006", 9).await?, []);
    let all = expired("10:30:00.007", 9).await?;
    assert_eq!(all, [(first.clone(), card("m1")), (second.clone(), card("m2")), (first.clone(), card("m4"))]);
    assert_eq!(expired("10:30:00.007", 1).await?, all[..1]);
    assert_eq!(state.expired_cards(&PlatformName("not-cards".to_owned()), at("12:00:00"), 9).await?, []);
    state.forget_card(&first.id, &card("m1")).await?;
    state.forget_card(&first.id, &card("m1")).await?;
    assert_eq!(expired("10:30:00.007", 9).await?, all[1..]);
    assert_eq!(expired("11:00:00", 9).await?.len(), 3);
    assert!(missing(&state.add_card(&ProposalId("cards-none".to_owned()), &card("m5")).await));
    Ok(())
}

/// Of a hundred claims at once, one is granted. `name` is one not used before on this store.
pub async fn one_of_a_hundred_claims(state: &dyn State, name: &str) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, name).await?;
    let wanted = proposal(&user, &conversation, name);
    state.add(&wanted).await?;
    let claims = join_all((0..100).map(|_| state.claim(&wanted.id, at("10:01:00")))).await;
    let (mut granted, mut refused) = (0, 0);
    for claim in claims {
        match claim? {
            Claim::Granted => granted += 1,
            Claim::Used => refused += 1,
            other => panic!("a claim of a pending proposal came to {other:?}"),
        }
    }
    assert_eq!((granted, refused), (1, 99));
    Ok(())
}
