//! The contract of `People` for accounts and the codes that link them.

use std::time::Duration;

use super::people::NOBODY;
use super::{State, actor, at, change_current, member, missing};
use crate::domain::{Actor, Link, LinkedHow, PlatformName, Role, UserChange, UserId};
use crate::ports::{Confirmed, LinkCode, LinkRequest, LiveCode, Redeemed, StoreError};

pub(super) async fn links(state: &dyn State) -> Result<(), StoreError> {
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

    change_current(state, first.id, &UserChange::disabled(true), &[]).await?;
    assert!(state.linked(&desk).await?.is_some_and(|user| user.disabled), "a disabled user is still known");
    assert!(missing(&state.link(&phone, NOBODY, at("10:02:00")).await));
    Ok(())
}

pub(super) async fn unlinked(state: &dyn State) -> Result<(), StoreError> {
    let (user, other) = (member(state, "unlinked").await?, member(state, "unlinked-other").await?);
    let (phone, desk) = (actor("unlinked-phone"), actor("unlinked-desk"));
    state.link(&desk, user.id, at("10:01:00")).await?;
    state.link(&phone, user.id, at("10:00:00")).await?;
    let link = |actor: &Actor, time| Link {
        actor: actor.clone(),
        user: user.id,
        at: at(time),
        by: None,
        how: LinkedHow::Command,
    };
    assert_eq!(state.links(user.id).await?, [link(&phone, "10:00:00"), link(&desk, "10:01:00")], "the oldest first");
    assert!(!state.unlink(&phone, other.id).await?, "it is not theirs");
    assert!(state.unlink(&phone, user.id).await?);
    assert!(!state.unlink(&phone, user.id).await?);
    assert_eq!(state.linked(&phone).await?, None);
    assert_eq!(state.links(user.id).await?, [link(&desk, "10:01:00")]);
    assert_eq!(state.links(NOBODY).await?, []);
    Ok(())
}

fn code(user: UserId, hash: &str, expires_at: &str) -> LinkCode {
    LinkCode { user, hash: hash.to_owned(), expires_at: at(expires_at), by: None }
}

pub(super) async fn codes(state: &dyn State) -> Result<(), StoreError> {
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

pub(super) async fn codes_that_are_void(state: &dyn State) -> Result<(), StoreError> {
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

pub(super) async fn wrong_codes(state: &dyn State) -> Result<(), StoreError> {
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

/// Disabling voids a user's codes and those they made; so does another role for the latter.
pub(super) async fn codes_of_the_disabled(state: &dyn State) -> Result<(), StoreError> {
    let (user, maker) = (member(state, "disabled-user").await?, member(state, "disabled-maker").await?);
    let late = actor("disabled-late");
    let made_by = |hash: &str, by| LinkCode { by: Some(by), ..code(user.id, hash, "11:00:00") };
    let wrong = async |hash: &str, why: &str| {
        assert_eq!(state.live_code(hash, at("10:00:00")).await?, None, "{why}");
        assert_eq!(state.redeem_code(&late, hash, at("10:00:00")).await?, Redeemed::Wrong, "{why}");
        Ok::<(), StoreError>(())
    };
    state.issue_code(&made_by("d1", maker.id)).await?;
    change_current(state, user.id, &UserChange::disabled(true), &[]).await?;
    change_current(state, user.id, &UserChange::disabled(false), &[]).await?;
    wrong("d1", "void although the user is enabled again").await?;

    state.issue_code(&made_by("d2", maker.id)).await?;
    change_current(state, maker.id, &UserChange::disabled(true), &[]).await?;
    wrong("d2", "whoever made it is disabled").await?;
    change_current(state, maker.id, &UserChange::disabled(false), &[]).await?;

    state.issue_code(&made_by("d3", maker.id)).await?;
    let steward = UserChange { role: Some(Role::steward()), ..UserChange::default() };
    change_current(state, maker.id, &steward, &[]).await?;
    wrong("d3", "whoever made it has another role").await?;
    let member = UserChange { role: Some(Role::member()), ..UserChange::default() };
    change_current(state, maker.id, &member, &[]).await?;

    change_current(state, user.id, &UserChange::disabled(true), &[]).await?;
    state.issue_code(&made_by("d4", maker.id)).await?;
    wrong("d4", "a disabled user cannot be linked to").await?;
    assert_eq!(state.linked(&late).await?, None);

    change_current(state, user.id, &UserChange::disabled(false), &[]).await?;
    state.issue_code(&made_by("d5", maker.id)).await?;
    assert!(matches!(state.redeem_code(&late, "d5", at("10:00:00")).await?, Redeemed::Linked(_)));
    let links = state.links(user.id).await?;
    let made = links.first().map(|link| (link.by, link.how, link.actor.name.as_str()));
    assert_eq!(made, Some((Some(maker.id), LinkedHow::Code, "Zoé")), "who made it, how, and its name then");
    Ok(())
}

fn request(actor: &Actor, hash: &str, time: &str) -> LinkRequest {
    let expires_at = at(time) + Duration::from_mins(10);
    LinkRequest { actor: actor.clone(), hash: hash.to_owned(), at: at(time), expires_at }
}

/// The other way round: an actor asks, somebody confirms.
pub(super) async fn requests(state: &dyn State) -> Result<(), StoreError> {
    let (user, admin) = (member(state, "request").await?, member(state, "request-admin").await?);
    let (asker, desk) = (actor("request-asker"), actor("request-desk"));
    state.request_link(&request(&asker, "r1", "10:00:00")).await?;
    assert_eq!(state.live_code("r1", at("10:09:59.999")).await?, Some(LiveCode::OfActor(asker.clone())));
    assert_eq!(state.linked(&asker).await?, None, "asking links nobody");
    assert_eq!(state.redeem_code(&asker, "r1", at("10:01:00")).await?, Redeemed::Wrong, "nor does giving it oneself");

    let by = Some((&desk, admin.id));
    let confirmed = state.confirm_request("r1", user.id, by, at("10:09:59.999")).await?;
    assert_eq!(confirmed, Confirmed::Linked(asker.clone()));
    let link = Link {
        actor: asker.clone(),
        user: user.id,
        at: at("10:09:59.999"),
        by: Some(admin.id),
        how: LinkedHow::Request,
    };
    assert_eq!(state.links(user.id).await?, [link]);
    assert_eq!(state.confirm_request("r1", admin.id, by, at("10:09:59.999")).await?, Confirmed::Wrong, "single use");

    state.request_link(&request(&asker, "r2", "10:10:00")).await?;
    state.request_link(&request(&asker, "r3", "10:10:01")).await?;
    assert_eq!(
        state.confirm_request("r2", admin.id, None, at("10:11:00")).await?,
        Confirmed::Wrong,
        "a newer one voids it"
    );
    assert_eq!(state.confirm_request("r3", admin.id, None, at("10:11:00")).await?, Confirmed::Linked(asker.clone()));
    assert_eq!(state.linked(&asker).await?.map(|user| user.id), Some(admin.id), "it replaces the earlier link");

    let elsewhere = Actor { platform: PlatformName("matrix".to_owned()), ..asker.clone() };
    state.request_link(&request(&elsewhere, "r4", "10:12:00")).await?;
    assert_eq!(state.confirm_request("r4", user.id, None, at("10:12:00")).await?, Confirmed::Linked(elsewhere.clone()));
    assert_eq!(
        state.linked(&asker).await?.map(|user| user.id),
        Some(admin.id),
        "the same id elsewhere is someone else"
    );
    Ok(())
}

pub(super) async fn requests_that_fail(state: &dyn State) -> Result<(), StoreError> {
    let (user, admin) = (member(state, "refused").await?, member(state, "refused-admin").await?);
    let (asker, desk) = (actor("refused-asker"), actor("refused-desk"));
    let by = Some((&desk, admin.id));
    state.request_link(&request(&asker, "f1", "10:00:00")).await?;
    assert!(missing(&state.confirm_request("f1", NOBODY, by, at("10:01:00")).await));
    for disabled in [user.id, admin.id] {
        change_current(state, disabled, &UserChange::disabled(true), &[]).await?;
        assert_eq!(state.confirm_request("f1", user.id, by, at("10:01:00")).await?, Confirmed::Wrong, "{disabled:?}");
        change_current(state, disabled, &UserChange::disabled(false), &[]).await?;
    }
    assert_eq!(state.confirm_request("f1", user.id, by, at("10:10:00")).await?, Confirmed::Wrong, "too old at its end");
    for _ in 0..2 {
        assert_eq!(state.confirm_request("guess", user.id, by, at("10:02:00")).await?, Confirmed::Wrong);
    }
    let locked = Confirmed::Locked { until: at("10:16:00") };
    assert_eq!(
        state.confirm_request("f1", user.id, by, at("10:03:00")).await?,
        locked,
        "whoever confirms is locked too"
    );
    assert_eq!(state.redeem_code(&desk, "f1", at("10:03:00")).await?, Redeemed::Locked { until: at("10:16:00") });
    for _ in 0..9 {
        let nobody = state.confirm_request("guess", user.id, None, at("10:02:00")).await?;
        assert_eq!(nobody, Confirmed::Wrong, "the command line is not");
    }
    assert_eq!(state.linked(&asker).await?, None);
    assert_eq!(state.confirm_request("f1", user.id, None, at("10:03:00")).await?, Confirmed::Linked(asker));
    Ok(())
}

pub(super) async fn burnt(state: &dyn State) -> Result<(), StoreError> {
    let user = member(state, "burnt").await?;
    let asker = actor("burnt-asker");
    state.issue_code(&code(user.id, "b1", "10:10:00")).await?;
    state.request_link(&request(&asker, "b2", "10:00:00")).await?;
    assert_eq!(state.live_code("b1", at("10:00:00")).await?, Some(LiveCode::OfUser(user.id)));
    assert_eq!(state.live_code("b1", at("10:10:00")).await?, None, "too old");
    assert_eq!(state.live_code("b3", at("10:00:00")).await?, None);
    for hash in ["b1", "b2"] {
        assert!(state.burn_code(hash).await?);
        assert!(!state.burn_code(hash).await?);
        assert_eq!(state.live_code(hash, at("10:00:00")).await?, None);
    }
    assert_eq!(state.redeem_code(&asker, "b1", at("10:00:00")).await?, Redeemed::Wrong);
    assert_eq!(state.confirm_request("b2", user.id, None, at("10:00:00")).await?, Confirmed::Wrong);
    for _ in 0..4 {
        assert_eq!(state.count_wrong_code(&asker, at("10:00:00")).await?, None);
    }
    let until = Some(at("10:15:00"));
    assert_eq!(
        state.count_wrong_code(&asker, at("10:00:01")).await?,
        until,
        "those given in public count with the rest"
    );
    Ok(())
}

/// Two who give the same code, or confirm the same request, at the same moment.
pub(super) async fn one_of_two(state: &dyn State) -> Result<(), StoreError> {
    let (user, other) = (member(state, "two").await?, member(state, "two-other").await?);
    let (left, right) = (actor("two-left"), actor("two-right"));
    state.issue_code(&code(user.id, "t1", "10:10:00")).await?;
    let (one, two) =
        futures::join!(state.redeem_code(&left, "t1", at("10:00:00")), state.redeem_code(&right, "t1", at("10:00:00")));
    let linked = [one?, two?].iter().filter(|redeemed| matches!(redeemed, Redeemed::Linked(_))).count();
    assert_eq!((linked, state.links(user.id).await?.len()), (1, 1));

    let asker = actor("two-asker");
    state.request_link(&request(&asker, "t2", "10:00:00")).await?;
    let (one, two) = futures::join!(
        state.confirm_request("t2", user.id, None, at("10:00:00")),
        state.confirm_request("t2", other.id, None, at("10:00:00"))
    );
    let confirmed = [one?, two?].iter().filter(|confirmed| matches!(confirmed, Confirmed::Linked(_))).count();
    assert_eq!(confirmed, 1);
    Ok(())
}
