//! The contract of `People` for users; `links` has the one for their accounts.

use super::{State, at, change_current, duplicate, links, member, missing};
use jiff::tz::TimeZone;

use crate::domain::{Locale, NewUser, Role, User, UserChange, UserId};
use crate::ports::{Changed, StoreError};

/// Nobody has this number.
pub(super) const NOBODY: UserId = UserId(i64::MAX);

/// Users are unique and numbered for good, the last of some roles stays, many actors are linked to one user, and a code
/// works once, in time and after few wrong tries.
pub async fn people(state: &dyn State) -> Result<(), StoreError> {
    users(state).await?;
    numbers(state).await?;
    changes(state).await?;
    changes_at_once(state).await?;
    the_last_of_them(state).await?;
    passwords(state).await?;
    links::links(state).await?;
    links::unlinked(state).await?;
    links::codes(state).await?;
    links::codes_that_are_void(state).await?;
    links::codes_of_the_disabled(state).await?;
    links::requests(state).await?;
    links::requests_that_fail(state).await?;
    links::burnt(state).await?;
    links::one_of_two(state).await?;
    links::wrong_codes(state).await
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
        zone: None,
        disabled: false,
        created_at: at("09:00:00.123"),
    };
    assert_eq!(made, expected);
    assert_eq!(state.user_named("ÉLODIE").await?, Some(expected.clone()));
    assert!(duplicate(&state.add_user(&new, at("09:00:01")).await), "a username is unique in whatever case");
    assert_eq!(state.user_named("elodie").await?, None);
    let decomposed = NewUser { username: "E\u{301}lodie".to_owned(), ..new };
    assert!(duplicate(&state.add_user(&decomposed, at("09:00:01")).await), "and in whatever Unicode form");

    let other = member(state, "aaron").await?;
    assert_ne!(other.id, made.id);
    let names: Vec<String> = state.users().await?.into_iter().map(|user| user.username).collect();
    assert!(names.is_sorted(), "{names:?} by username");
    assert!(names.contains(&"aaron".to_owned()) && names.contains(&"élodie".to_owned()));

    change_current(state, made.id, &UserChange::disabled(true), &[]).await?;
    assert!(state.user_named("élodie").await?.is_some_and(|user| user.disabled));
    change_current(state, made.id, &UserChange::disabled(false), &[]).await?;
    assert_eq!(state.user_named("élodie").await?, Some(made));
    let nobody = User { id: NOBODY, ..expected };
    assert!(missing(&state.change_user(&nobody, &UserChange::disabled(true), &[]).await));
    Ok(())
}

/// A number is given once, also one whose user never came to be.
async fn numbers(state: &dyn State) -> Result<(), StoreError> {
    let (unused, second) = futures::join!(state.reserve_user(), state.reserve_user());
    let (unused, second) = (unused?, second?);
    let next = member(state, "numbers-next").await?.id;
    assert!(unused != second && unused != next && second != next, "{unused:?} {second:?} {next:?}");
    let new = NewUser {
        username: "numbers-second".to_owned(),
        full_name: String::new(),
        email: String::new(),
        role: Role::member(),
        locale: Locale::Fr,
    };
    assert_eq!(state.add_user_as(second, &new, at("09:00:00")).await?.id, second);
    let again = NewUser { username: "numbers-again".to_owned(), ..new };
    assert!(duplicate(&state.add_user_as(second, &again, at("09:00:00")).await), "a number is one user's");
    assert_eq!(state.user_named("numbers-again").await?, None);
    Ok(())
}

async fn changes(state: &dyn State) -> Result<(), StoreError> {
    let (user, other) = (member(state, "change").await?, member(state, "change-other").await?);
    let change = UserChange {
        username: Some("Changed".to_owned()),
        full_name: Some("Zoé Blanc".to_owned()),
        email: Some("zoe@example.org".to_owned()),
        role: Some(Role::steward()),
        locale: Some(Locale::En),
        zone: TimeZone::get("Europe/Paris").ok(),
        disabled: Some(true),
    };
    let expected = User {
        username: "changed".to_owned(),
        full_name: "Zoé Blanc".to_owned(),
        email: "zoe@example.org".to_owned(),
        role: Role::steward(),
        locale: Locale::En,
        zone: TimeZone::get("Europe/Paris").ok(),
        disabled: true,
        ..user.clone()
    };
    assert_eq!(change_current(state, user.id, &change, &[]).await?, Changed::Done(expected.clone()));
    assert_eq!(state.user_named("changed").await?, Some(expected.clone()));
    assert_eq!(state.user_named("change").await?, None);

    let email = UserChange { email: Some(String::new()), ..UserChange::default() };
    let expected = User { email: String::new(), ..expected };
    assert_eq!(change_current(state, user.id, &email, &[]).await?, Changed::Done(expected), "the rest stays as it is");

    let taken = UserChange { username: Some("CHANGED".to_owned()), ..UserChange::default() };
    assert!(duplicate(&change_current(state, other.id, &taken, &[]).await));
    assert_eq!(state.user_named("change-other").await?, Some(other));
    Ok(())
}

/// Of several changes of a user as they were read, one is made.
async fn changes_at_once(state: &dyn State) -> Result<(), StoreError> {
    let seen = &member(state, "changes-at-once").await?;
    let named = |number: u8| async move {
        let change = UserChange { full_name: Some(format!("Zoé {number}")), ..UserChange::default() };
        state.change_user(seen, &change, &[]).await
    };
    let made = futures::future::join_all((0..8).map(named)).await;
    assert_eq!(made.iter().filter(|made| matches!(made, Ok(Changed::Done(_)))).count(), 1, "{made:?}");
    assert_eq!(made.iter().filter(|made| matches!(made, Err(StoreError::Stale(_)))).count(), 7, "{made:?}");
    let late = UserChange::disabled(true);
    assert!(matches!(state.change_user(seen, &late, &[]).await, Err(StoreError::Stale(_))));
    assert!(matches!(change_current(state, seen.id, &late, &[]).await?, Changed::Done(_)));
    Ok(())
}

/// Stewards stand for whoever must not be lost: no other suite makes any that stay.
async fn the_last_of_them(state: &dyn State) -> Result<(), StoreError> {
    let (first, second) = (member(state, "last-first").await?, member(state, "last-second").await?);
    let role = |role| UserChange { role: Some(role), ..UserChange::default() };
    let keep = [Role::steward()];
    for user in [&first, &second] {
        change_current(state, user.id, &role(Role::steward()), &keep).await?;
    }
    for others in state.users().await? {
        if others.role == Role::steward() && ![first.id, second.id].contains(&others.id) {
            change_current(state, others.id, &UserChange::disabled(true), &[]).await?;
        }
    }
    let (disable, demote) = (UserChange::disabled(true), role(Role::member()));
    let (one, other) = futures::join!(
        change_current(state, first.id, &disable, &keep),
        change_current(state, second.id, &demote, &keep)
    );
    let refused = [one?, other?].iter().filter(|changed| **changed == Changed::LastOfThem).count();
    assert_eq!(refused, 1, "two at once: one stays");

    let left = state.users().await?.into_iter().find(|user| user.role == Role::steward() && !user.disabled);
    let left = left.map_or(NOBODY, |user| user.id);
    assert_eq!(change_current(state, left, &disable, &keep).await?, Changed::LastOfThem);
    let renamed = UserChange { full_name: Some("Zoé".to_owned()), ..UserChange::default() };
    assert!(
        matches!(change_current(state, left, &renamed, &keep).await?, Changed::Done(_)),
        "they can still be changed"
    );
    assert!(
        matches!(change_current(state, left, &disable, &[]).await?, Changed::Done(_)),
        "unless nobody is to be kept"
    );
    assert!(matches!(change_current(state, left, &demote, &keep).await?, Changed::Done(_)), "one who is lost already");
    Ok(())
}

async fn passwords(state: &dyn State) -> Result<(), StoreError> {
    let user = member(state, "password").await?;
    assert_eq!(state.password(user.id).await?, None);
    state.set_password(user.id, Some("$argon2id$one")).await?;
    state.set_password(user.id, Some("$argon2id$two")).await?;
    assert_eq!(state.password(user.id).await?.as_deref(), Some("$argon2id$two"));
    assert_eq!(state.user_named("password").await?, Some(user.clone()), "it is no part of the user");
    state.set_password(user.id, None).await?;
    assert_eq!(state.password(user.id).await?, None);
    assert_eq!(state.password(NOBODY).await?, None);
    assert!(missing(&state.set_password(NOBODY, Some("$argon2id$one")).await));
    Ok(())
}
