//! The contract of `Conversations`.

use futures::future::join_all;

use super::{State, at, member, missing, place, proposal, talk};
use crate::domain::{
    Card, Chart, Conversation, ConversationId, MessageRef, Mode, NewTurn, Place, PlatformName, ProposalId, Series,
    Shape, ShownColumn, ShownTable, Speaker, Turn, TurnEnd, TurnId, TurnState, UserId,
};
use crate::ports::StoreError;

/// A conversation is its user's own; turns keep their order; what is being written can be found after a restart.
pub async fn conversations(state: &dyn State) -> Result<(), StoreError> {
    current(state).await?;
    changes(state).await?;
    turns(state).await?;
    streaming(state).await?;
    opened(state).await?;
    retried(state).await?;
    deleted(state).await?;
    nothing_there(state).await
}

async fn current(state: &dyn State) -> Result<(), StoreError> {
    let (user, other) = (member(state, "current").await?, member(state, "current-other").await?);
    let room = place("room");
    let first = state.current(user.id, &room, Mode::default(), at("10:00:00.001")).await?;
    let expected = Conversation {
        id: first.id,
        user: user.id,
        place: room.clone(),
        title: String::new(),
        mode: Mode::default(),
        started_at: at("10:00:00.001"),
    };
    assert_eq!(first, expected);
    assert_eq!(state.current(user.id, &room, Mode::default(), at("10:01:00")).await?, first, "found again");

    let begun = state.begin(user.id, &room, Mode::Chat, at("10:02:00")).await?;
    assert_ne!(begun.id, first.id);
    assert_eq!(begun.mode, Mode::Chat);
    assert_eq!(state.current(user.id, &room, Mode::default(), at("10:03:00")).await?, begun, "the one begun last");

    let theirs = state.current(other.id, &room, Mode::default(), at("10:04:00")).await?;
    assert!(theirs.id != begun.id && theirs.user == other.id, "each user has their own");
    let public = Place { private: false, ..room.clone() };
    let elsewhere = Place { platform: PlatformName("matrix".to_owned()), ..room };
    let opened = state.current(user.id, &public, Mode::default(), at("10:05:00")).await?;
    assert!(opened.id != begun.id && !opened.place.private, "what was private does not go on where others read");
    let away = state.current(user.id, &elsewhere, Mode::Chat, at("10:06:00")).await?;
    assert_ne!(away.id, begun.id);
    assert_eq!(away.mode, Mode::Chat, "as conversations begin there");
    let again = state.current(user.id, &elsewhere, Mode::Sql, at("10:07:00")).await?;
    assert_eq!(again, away, "one that is held keeps its mode");

    for held in [&first, &begun, &theirs, &opened] {
        state.set_title(held.id, "Clients").await?;
    }
    let mine: Vec<ConversationId> = state.of_user(user.id, 2).await?.iter().map(|one| one.id).collect();
    assert_eq!(mine.len(), 2, "no more than asked for");
    assert!(mine.is_sorted_by(|a, b| a > b), "{mine:?} newest first");
    assert_eq!(state.of_user(user.id, 10).await?.len(), 3, "one without a title holds nothing");
    let theirs = Conversation { title: "Clients".to_owned(), ..theirs };
    assert_eq!(state.of_user(other.id, 10).await?, [theirs]);
    Ok(())
}

async fn changes(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "changes").await?;
    state.set_mode(conversation.id, Mode::Chat).await?;
    state.set_title(conversation.id, "Combien d’« élèves » ?").await?;
    state.set_title(conversation.id, "Later").await?;
    let now = state.current(user.id, &conversation.place, Mode::default(), at("10:00:00")).await?;
    assert_eq!(now.mode, Mode::Chat);
    assert_eq!(now.title, "Combien d’« élèves » ?", "a title is given once");
    assert_eq!(now.started_at, conversation.started_at);
    state.rename(conversation.id, "Élèves").await?;
    let now = state.current(user.id, &conversation.place, Mode::default(), at("10:00:00")).await?;
    assert_eq!(now.title, "Élèves", "as often as its user likes");
    Ok(())
}

fn said(conversation: ConversationId, speaker: Speaker, text: &str, state: TurnState) -> NewTurn {
    let text = text.to_owned();
    NewTurn { conversation, speaker, text, state, proposal: None, at: at("10:00:00.042"), aside: false, target: None }
}

async fn turns(state: &dyn State) -> Result<(), StoreError> {
    let (_, conversation) = talk(state, "turns").await?;
    let (_, other) = talk(state, "turns-other").await?;
    assert_eq!(state.turns(conversation.id, 10).await?, []);

    let question = said(conversation.id, Speaker::Person, "Qui ? \0 \u{1F980}", TurnState::Complete);
    let question = NewTurn { target: Some("crm \u{1F980}".to_owned()), ..question };
    let asked = state.add_turn(&question).await?;
    state.add_turn(&said(other.id, Speaker::Person, "not here", TurnState::Complete)).await?;
    let answer = NewTurn { aside: true, ..said(conversation.id, Speaker::Pstral, "", TurnState::Streaming) };
    let answering = state.add_turn(&answer).await?;
    let message = MessageRef { place: place("turns-dm"), id: "m1".to_owned() };
    state.set_message(answering, &message).await?;
    assert_eq!(state.question_before(answering).await?.map(|turn| turn.id), Some(asked));
    assert_eq!(state.question_before(asked).await?, None);
    let columns = vec![ShownColumn { name: "n \"\0".to_owned(), number: true }];
    let series = vec![Series { name: "n".to_owned(), values: vec![Some(0.1), None] }];
    let labels = vec!["\u{1F980}".to_owned(), String::new()];
    let chart = Some(Chart { title: "Qui ?".to_owned(), note: None, shape: Shape::Line, labels, series });
    let table = ShownTable { columns, rows: vec![vec!["1 234,50 €".to_owned()]], chart };
    let proposal = Some(ProposalId("turns-p".to_owned()));
    let end =
        TurnEnd { proposal: proposal.clone(), table: Some(table), ..TurnEnd::words("Personne.", TurnState::Stopped) };
    state.finish_turn(answering, &end).await?;

    let first = Turn {
        id: asked,
        conversation: conversation.id,
        speaker: Speaker::Person,
        text: question.text,
        state: TurnState::Complete,
        proposal: None,
        table: None,
        message: None,
        at: at("10:00:00.042"),
        aside: false,
        cut: false,
        target: Some("crm \u{1F980}".to_owned()),
    };
    let second = Turn {
        id: answering,
        speaker: Speaker::Pstral,
        text: "Personne.".to_owned(),
        state: TurnState::Stopped,
        proposal,
        table: end.table,
        message: Some(message),
        aside: true,
        target: None,
        ..first.clone()
    };
    assert_eq!(state.turns(conversation.id, 10).await?, [first, second.clone()], "the oldest first");
    assert_eq!(state.turns(conversation.id, 1).await?, std::slice::from_ref(&second), "the last ones");
    assert_eq!(state.turn(answering).await?, Some(second.clone()));
    state.finish_turn(answering, &TurnEnd::words("", TurnState::Failed)).await?;
    let again = state.turn(answering).await?.map(|turn| turn.proposal);
    assert_eq!(again, Some(second.proposal), "a turn keeps the statement it was begun with");
    Ok(())
}

async fn streaming(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "streaming").await?;
    let whole = state.add_turn(&said(conversation.id, Speaker::Person, "?", TurnState::Complete)).await?;
    let seen = state.add_turn(&said(conversation.id, Speaker::Pstral, "half", TurnState::Streaming)).await?;
    let unseen = state.add_turn(&said(conversation.id, Speaker::Pstral, "", TurnState::Streaming)).await?;
    let message = MessageRef { place: place("streaming"), id: "m2".to_owned() };
    state.set_message(seen, &message).await?;

    let found = state.streaming().await?;
    assert!(found.iter().all(|(_, turn)| turn.state == TurnState::Streaming));
    let mine: Vec<(UserId, TurnId, Option<&MessageRef>)> = found
        .iter()
        .filter(|(_, turn)| turn.conversation == conversation.id)
        .map(|(whose, turn)| (*whose, turn.id, turn.message.as_ref()))
        .collect();
    assert_eq!(mine, [(user.id, seen, Some(&message)), (user.id, unseen, None)]);
    assert_eq!(state.streaming().await?, found, "looking changes nothing");
    for turn in [seen, unseen] {
        let taken = state.take_over(turn).await?.map(|turn| turn.id);
        assert_eq!(
            (taken, state.take_over(turn).await?.map(|turn| turn.id)),
            (Some(turn), Some(turn)),
            "it stays taken"
        );
        state.finish_turn(turn, &TurnEnd::words("half", TurnState::Interrupted)).await?;
    }
    assert_eq!(state.streaming().await?, []);
    assert_eq!((state.take_over(seen).await?, state.take_over(whole).await?), (None, None));
    let states: Vec<TurnState> = state.turns(conversation.id, 9).await?.iter().map(|turn| turn.state).collect();
    assert_eq!(states, [TurnState::Complete, TurnState::Interrupted, TurnState::Interrupted]);
    assert_eq!(state.turns(conversation.id, 9).await?[0].id, whole);
    Ok(())
}

/// Checks that a reopened conversation continues in the place where it is opened, before those begun since.
async fn opened(state: &dyn State) -> Result<(), StoreError> {
    let (user, first) = talk(state, "opened").await?;
    let second = state.begin(user.id, &first.place, Mode::Chat, at("09:01:00")).await?;
    for one in [&first, &second] {
        state.set_title(one.id, "A title").await?;
    }
    let order = async || state.of_user(user.id, 10).await.map(|held| held.iter().map(|one| one.id).collect::<Vec<_>>());
    assert_eq!(order().await?, [second.id, first.id]);
    state.open(first.id, &first.place).await?;
    assert_eq!(state.current(user.id, &first.place, Mode::default(), at("09:01:00")).await?.id, first.id);
    assert_eq!(order().await?, [first.id, second.id], "the one opened last comes first");

    let elsewhere = place("opened-elsewhere");
    state.open(first.id, &elsewhere).await?;
    assert_eq!(
        state.current(user.id, &first.place, Mode::default(), at("09:01:00")).await?.id,
        second.id,
        "it has left"
    );
    let moved = state.current(user.id, &elsewhere, Mode::default(), at("09:01:00")).await?;
    assert_eq!((moved.id, moved.place, moved.mode), (first.id, elsewhere.clone(), first.mode));
    let third = state.begin(user.id, &elsewhere, Mode::Sql, at("09:01:00")).await?;
    assert_eq!(state.current(user.id, &elsewhere, Mode::default(), at("09:01:00")).await?.id, third.id, "begun since");
    Ok(())
}

async fn retried(state: &dyn State) -> Result<(), StoreError> {
    let (_, conversation) = talk(state, "retried").await?;
    let turn = |state| said(conversation.id, Speaker::Pstral, "half", state);
    for (ended, can) in [
        (TurnState::Streaming, false),
        (TurnState::Complete, false),
        (TurnState::Stopped, true),
        (TurnState::Interrupted, true),
        (TurnState::Failed, true),
    ] {
        let turn = state.add_turn(&turn(ended)).await?;
        assert_eq!(state.take_retry(turn).await?, can, "{ended:?}");
        assert!(!state.take_retry(turn).await?, "once");
        if ended == TurnState::Streaming {
            state.finish_turn(turn, &TurnEnd::words("", TurnState::Complete)).await?;
        }
    }
    let cut = state.add_turn(&turn(TurnState::Streaming)).await?;
    state.finish_turn(cut, &TurnEnd { cut: true, ..TurnEnd::words("half", TurnState::Complete) }).await?;
    assert!(state.turn(cut).await?.is_some_and(|turn| turn.cut));
    assert!(state.take_retry(cut).await?, "the rest of what was cut");
    assert!(!state.take_retry(cut).await?, "once");
    let turn = state.add_turn(&turn(TurnState::Failed)).await?;
    let takers = join_all((0..20).map(|_| state.take_retry(turn))).await;
    let taken = takers.into_iter().collect::<Result<Vec<bool>, _>>()?.into_iter().filter(|taken| *taken).count();
    assert_eq!(taken, 1);
    state.give_back_retry(turn).await?;
    assert!(state.take_retry(turn).await?);
    Ok(())
}

async fn deleted(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "deleted").await?;
    state.set_title(conversation.id, "A title").await?;
    let other = state.begin(user.id, &conversation.place, Mode::Sql, at("09:02:00")).await?;
    state.open(conversation.id, &conversation.place).await?;
    let kept = state.add_turn(&said(other.id, Speaker::Person, "kept", TurnState::Complete)).await?;
    let asked = state.add_turn(&said(conversation.id, Speaker::Person, "?", TurnState::Complete)).await?;
    let answer = state.add_turn(&said(conversation.id, Speaker::Pstral, "", TurnState::Streaming)).await?;
    let (gone, stays) = (proposal(&user, &conversation, "deleted-1"), proposal(&user, &other, "deleted-2"));
    let card = |id: &str| Card {
        message: MessageRef { place: conversation.place.clone(), id: id.to_owned() },
        text: "a card".to_owned(),
    };
    for one in [&gone, &stays] {
        state.add(one).await?;
        state.add_card(&one.id, &card(&one.id.0)).await?;
    }
    assert!(!state.delete(conversation.id).await?, "not while it is written");
    assert_eq!(state.turns(conversation.id, 9).await?.len(), 2);
    state.finish_turn(answer, &TurnEnd::words("half", TurnState::Stopped)).await?;
    assert!(state.delete(conversation.id).await?);
    assert!(missing(&state.delete(conversation.id).await));

    assert_eq!(state.conversation(conversation.id).await?, None);
    assert_eq!(state.of_user(user.id, 9).await?, []);
    assert_eq!(state.turns(conversation.id, 9).await?, []);
    assert_eq!(state.turn(asked).await?, None);
    assert_eq!(state.get(&gone.id).await?, None);
    assert_eq!(state.cards(&gone.id).await?, []);
    assert_eq!(state.current(user.id, &conversation.place, Mode::default(), at("10:00:00")).await?.id, other.id);
    assert_eq!(state.turns(other.id, 9).await?.iter().map(|turn| turn.id).collect::<Vec<_>>(), [kept]);
    assert_eq!(state.cards(&stays.id).await?, [card("deleted-2")]);
    let next = state.begin(user.id, &conversation.place, Mode::Sql, at("10:00:00")).await?;
    assert_ne!(next.id, conversation.id, "a number is given once");
    Ok(())
}

async fn nothing_there(state: &dyn State) -> Result<(), StoreError> {
    let (nobody, none, no_turn) = (UserId(i64::MAX), ConversationId(i64::MAX), TurnId(i64::MAX));
    let message = MessageRef { place: place("nothing"), id: "m3".to_owned() };
    assert!(missing(&state.current(nobody, &place("nothing"), Mode::default(), at("10:00:00")).await));
    assert!(missing(&state.begin(nobody, &place("nothing"), Mode::Sql, at("10:00:00")).await));
    assert_eq!(state.of_user(nobody, 5).await?, []);
    assert!(missing(&state.set_mode(none, Mode::Chat).await));
    assert!(missing(&state.set_title(none, "title").await));
    assert!(missing(&state.add_turn(&said(none, Speaker::Person, "?", TurnState::Complete)).await));
    assert!(missing(&state.set_message(no_turn, &message).await));
    assert!(missing(&state.finish_turn(no_turn, &TurnEnd::words("", TurnState::Complete)).await));
    assert!(missing(&state.rename(none, "title").await));
    assert!(missing(&state.open(none, &place("nothing")).await));
    assert!(missing(&state.delete(none).await));
    assert_eq!(state.turn(no_turn).await?, None);
    assert_eq!(state.question_before(no_turn).await?, None);
    assert!(!state.take_retry(no_turn).await?);
    state.give_back_retry(no_turn).await?;
    assert_eq!(state.turns(none, 5).await?, []);
    Ok(())
}
