//! What `Conversations` must do.

use super::{State, at, member, missing, place, talk};
use crate::domain::{
    Conversation, ConversationId, MessageRef, Mode, NewTurn, Place, PlatformName, Speaker, Turn, TurnId, TurnState,
    UserId,
};
use crate::ports::StoreError;

/// A conversation is its user's own; turns keep their order; what is being written can be found after a restart.
pub async fn conversations(state: &dyn State) -> Result<(), StoreError> {
    current(state).await?;
    changes(state).await?;
    turns(state).await?;
    streaming(state).await?;
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
    Ok(())
}

fn said(conversation: ConversationId, speaker: Speaker, text: &str, state: TurnState) -> NewTurn {
    NewTurn { conversation, speaker, text: text.to_owned(), state, at: at("10:00:00.042"), aside: false }
}

async fn turns(state: &dyn State) -> Result<(), StoreError> {
    let (_, conversation) = talk(state, "turns").await?;
    let (_, other) = talk(state, "turns-other").await?;
    assert_eq!(state.turns(conversation.id, 10).await?, []);

    let question = said(conversation.id, Speaker::Person, "Qui ? \0 \u{1F980}", TurnState::Complete);
    let asked = state.add_turn(&question).await?;
    state.add_turn(&said(other.id, Speaker::Person, "not here", TurnState::Complete)).await?;
    let answer = NewTurn { aside: true, ..said(conversation.id, Speaker::Pstral, "", TurnState::Streaming) };
    let answering = state.add_turn(&answer).await?;
    let message = MessageRef { place: place("turns-dm"), id: "m1".to_owned() };
    state.set_message(answering, &message).await?;
    state.finish_turn(answering, "Personne.", TurnState::Stopped).await?;

    let first = Turn {
        id: asked,
        conversation: conversation.id,
        speaker: Speaker::Person,
        text: question.text,
        state: TurnState::Complete,
        message: None,
        at: at("10:00:00.042"),
        aside: false,
    };
    let second = Turn {
        id: answering,
        speaker: Speaker::Pstral,
        text: "Personne.".to_owned(),
        state: TurnState::Stopped,
        message: Some(message),
        aside: true,
        ..first.clone()
    };
    assert_eq!(state.turns(conversation.id, 10).await?, [first, second.clone()], "the oldest first");
    assert_eq!(state.turns(conversation.id, 1).await?, [second], "the last ones");
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
        state.finish_turn(turn, "half", TurnState::Interrupted).await?;
    }
    assert_eq!(state.streaming().await?, []);
    let states: Vec<TurnState> = state.turns(conversation.id, 9).await?.iter().map(|turn| turn.state).collect();
    assert_eq!(states, [TurnState::Complete, TurnState::Interrupted, TurnState::Interrupted]);
    assert_eq!(state.turns(conversation.id, 9).await?[0].id, whole);
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
    assert!(missing(&state.finish_turn(no_turn, "", TurnState::Complete).await));
    assert_eq!(state.turns(none, 5).await?, []);
    Ok(())
}
