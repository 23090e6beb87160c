//! What `People` must do.

use std::time::Duration;

use super::{State, actor, at, duplicate, member, missing};
use crate::domain::{Locale, NewUser, PlatformName, Role, User, UserId};
use crate::ports::{LinkCode, Redeemed, StoreError};

/// Nobody has this number.
const NOBODY: UserId = UserId(i64::MAX);

/// Users are unique, many actors are linked to one user, and a code works once, in time and after few wrong tries.
pub async fn people(state: &dyn State) -> Result<(), StoreError> {
    users(state).await?;
    links(state).await?;
    codes(state).await?;
    codes_that_are_void(state).await?;
    wrong_codes(state).await
}

async fn users(state: &dyn State) -> Result<(), StoreError> {
    let new = NewUser {
        username: "Élodie".to_owned(),
        full_name: "Élodie 'Lo' D’Arc".to_owned(),
        email: "elodie@example.org".to_owned(),
        role: Role::admin(),
        locale: Locale::En,
    };
    let made = state.add_user(&new, at("09:00:00.123")).await?;
    let expected = User {
        id: made.id,
        username: "élodie".to_owned(),
        full_name: new.full_name.clone(),
        email: new.email.clone(),
        role: Role::admin(),
        locale: Locale::En,
        disabled: false,
        created_at: at("09:00:00.123"),
    };
    assert_eq!(made, expected);
    assert_eq!(state.user_named("ÉLODIE").await?, Some(expected));
    assert!(duplicate(&state.add_user(&new, at("09:00:01")).await), "a username is unique in whatever case");
    assert_eq!(state.user_named("elodie").await?, None);

    let other = member(state, "aaron").await?;
    assert_ne!(other.id, made.id);
    let names: Vec<String> = state.users().await?.into_iter().map(|user| user.username).collect();
    assert!(names.is_sorted(), "{names:?} by username");
    assert!(names.contains(&"aaron".to_owned()) && names.contains(&"élodie".to_owned()));

    state.set_disabled(made.id, true).await?;
    assert!(state.user_named("élodie").await?.is_some_and(|user| user.disabled));
    state.set_disabled(made.id, false).await?;
    assert_eq!(state.user_named("élodie").await?, Some(made));
    assert!(missing(&state.set_disabled(NOBODY, true).await));
    Ok(())
}

async fn links(state: &dyn State) -> Result<(), StoreError> {
    let (first, second) = (member(state, "links-first").await?, member(state, "links-second").await?);
    let (phone, desk) = (actor("phone"), actor("desk"));
    let mut elsewhere = phone.clone();
    elsewhere.platform = PlatformName("matrix".to_owned());

    assert_eq!(state.linked(&phone).await?, None);
    state.link(&phone, first.id, at("10:00:00")).await?;
    state.link(&desk, first.id, at("10:00:00")).await?;
    assert_eq!(state.linked(&phone).await?, Some(first.clone()), "many actors to one user");
    assert_eq!(state.linked(&desk).await?, Some(first.clone()));
    assert_eq!(state.linked(&elsewhere).await?, None, "the same id on another platform is someone else");

    let mut renamed = phone.clone();
    "another name".clone_into(&mut renamed.name);
    assert_eq!(state.linked(&renamed).await?, Some(first.clone()), "names decide nothing");

    state.link(&phone, second.id, at("10:01:00")).await?;
    assert_eq!(state.linked(&phone).await?, Some(second), "a later link replaces the earlier one");
    assert_eq!(state.linked(&desk).await?, Some(first.clone()));

    state.set_disabled(first.id, true).await?;
    assert!(state.linked(&desk).await?.is_some_and(|user| user.disabled), "a disabled user is still known");
    assert!(missing(&state.link(&phone, NOBODY, at("10:02:00")).await));
    Ok(())
}

fn code(user: UserId, hash: &str, expires_at: &str) -> LinkCode {
    LinkCode { user, hash: hash.to_owned(), expires_at: at(expires_at) }
}

async fn codes(state: &dyn State) -> Result<(), StoreError> {
    let user = member(state, "codes").await?;
    let (first, second) = (actor("codes-first"), actor("codes-second"));
    assert!(missing(&state.issue_code(&code(NOBODY, "c0", "10:10:00")).await));

    state.issue_code(&code(user.id, "c1", "10:10:00")).await?;
    assert_eq!(state.redeem_code(&first, "c1", at("10:09:59.999")).await?, Redeemed::Linked(user.clone()));
    assert_eq!(state.linked(&first).await?, Some(user.clone()));
    assert_eq!(state.redeem_code(&second, "c1", at("10:09:59.999")).await?, Redeemed::Wrong, "single use");
    assert_eq!(state.linked(&second).await?, None);

    state.issue_code(&code(user.id, "c2", "10:20:00")).await?;
    assert_eq!(state.redeem_code(&second, "c2", at("10:15:00")).await?, Redeemed::Linked(user), "many to one");
    Ok(())
}

async fn codes_that_are_void(state: &dyn State) -> Result<(), StoreError> {
    let (user, other) = (member(state, "void").await?, member(state, "void-other").await?);
    let late = actor("void-late");
    state.issue_code(&code(user.id, "v1", "10:10:00")).await?;
    assert_eq!(state.redeem_code(&late, "v1", at("10:10:00")).await?, Redeemed::Wrong, "at its end it is too old");

    state.issue_code(&code(user.id, "v2", "10:20:00")).await?;
    state.issue_code(&code(other.id, "v3", "10:20:00")).await?;
    state.issue_code(&code(user.id, "v4", "10:20:00")).await?;
    assert_eq!(state.redeem_code(&late, "v2", at("10:11:00")).await?, Redeemed::Wrong, "a newer code voids it");
    assert_eq!(state.redeem_code(&late, "v3", at("10:11:00")).await?, Redeemed::Linked(other), "of that user only");
    assert_eq!(state.redeem_code(&late, "v4", at("10:11:00")).await?, Redeemed::Linked(user));
    Ok(())
}

async fn wrong_codes(state: &dyn State) -> Result<(), StoreError> {
    let user = member(state, "wrong").await?;
    let (guesser, neighbour) = (actor("wrong-guesser"), actor("wrong-neighbour"));
    for minute in 0..5 {
        let when = at("10:00:00") + Duration::from_secs(60 * minute);
        assert_eq!(state.redeem_code(&guesser, "guess", when).await?, Redeemed::Wrong, "try {minute}");
    }
    state.issue_code(&code(user.id, "w1", "11:00:00")).await?;
    let locked = Redeemed::Locked { until: at("10:15:00") };
    assert_eq!(state.redeem_code(&guesser, "w1", at("10:04:01")).await?, locked, "even the right one");
    assert_eq!(state.redeem_code(&guesser, "guess", at("10:14:59.999")).await?, locked, "tries meanwhile count not");
    assert_eq!(state.linked(&guesser).await?, None);
    assert_eq!(state.redeem_code(&neighbour, "guess", at("10:05:00")).await?, Redeemed::Wrong, "others are not locked");

    assert_eq!(state.redeem_code(&guesser, "guess", at("10:15:00")).await?, Redeemed::Wrong, "the first try is old");
    let again = Redeemed::Locked { until: at("10:16:00") };
    assert_eq!(state.redeem_code(&guesser, "w1", at("10:15:01")).await?, again, "five in 15 minutes once more");
    assert_eq!(state.redeem_code(&guesser, "w1", at("10:16:00")).await?, Redeemed::Linked(user));
    Ok(())
}
