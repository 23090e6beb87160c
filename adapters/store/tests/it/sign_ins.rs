//! Sessions and tokens of the admin endpoint, on a file and on a server.

use std::time::Duration;

use pstral_core::domain::{Capability, Role, UserChange};
use pstral_core::ports::{People as _, StoreError};
use pstral_core::testkit::state::{at, change_current, member};
use pstral_pgserver::Server;
use pstral_store::{SignIn, Store};

use crate::{folder, on, open};

fn sign_in(id: &str) -> SignIn {
    SignIn {
        id: id.to_owned(),
        is_token: true,
        name: "nightly".to_owned(),
        capabilities: Some(vec![Capability::Ask, Capability::ReadAudit]),
        created_at: at("10:00:00"),
        used_at: at("10:00:00"),
        expires_at: at("12:00:00"),
    }
}

/// They are found by their hash while they are valid, and ended by all that is to end them.
async fn check(store: &Store) {
    let user = member(store, "alex").await.unwrap();
    let (token, session) = (sign_in("a"), SignIn { is_token: false, capabilities: None, ..sign_in("b") });
    store.add_sign_in(user.id, &token, "hash-a").await.unwrap();
    store.add_sign_in(user.id, &session, "hash-b").await.unwrap();
    assert_eq!(store.sign_in("hash-a", at("10:00:30")).await.unwrap().unwrap().0, token);
    assert_eq!(store.sign_in("nothing", at("10:00:30")).await.unwrap(), None);
    assert_eq!(store.sign_in("hash-a", at("12:00:00")).await.unwrap(), None, "expired");
    store.sign_in("hash-a", at("10:30:00")).await.unwrap();
    let noted = SignIn { used_at: at("10:30:00"), ..token };
    assert_eq!(store.sign_ins(user.id, at("10:31:00")).await.unwrap(), [noted, session.clone()]);
    let other = member(store, "camille").await.unwrap();
    assert!(!store.end_sign_in(other.id, "a").await.unwrap(), "somebody else's");
    assert!(store.end_sign_in(user.id, "a").await.unwrap() && !store.end_sign_in(user.id, "a").await.unwrap());

    let role = UserChange { role: Some(Role::steward()), ..UserChange::default() };
    change_current(store, user.id, &role, &[]).await.unwrap();
    assert_eq!(store.sign_in("hash-b", at("10:31:00")).await.unwrap(), None, "another role");
    let later = SignIn { created_at: at("10:40:00"), expires_at: at("10:40:00") + Duration::from_hours(1), ..session };
    store.add_sign_in(user.id, &SignIn { id: "c".to_owned(), ..later.clone() }, "hash-c").await.unwrap();
    store.set_password(user.id, Some("another")).await.unwrap();
    assert_eq!(store.sign_in("hash-c", at("10:41:00")).await.unwrap(), None, "another password");
    store.add_sign_in(user.id, &SignIn { id: "d".to_owned(), ..later.clone() }, "hash-d").await.unwrap();
    change_current(store, user.id, &UserChange::disabled(true), &[]).await.unwrap();
    assert_eq!(store.sign_in("hash-d", at("10:41:00")).await.unwrap(), None, "disabled");
    let refused = store.add_sign_in(user.id, &SignIn { id: "e".to_owned(), ..later }, "hash-e").await;
    assert!(matches!(refused, Err(StoreError::Missing(_))), "{refused:?}");
}

#[tokio::test]
async fn sign_ins_end_with_what_ends_them() {
    let folder = folder();
    check(&open(&folder).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_end_with_what_ends_them_on_a_server() {
    let Some(server) = Server::start() else { return };
    check(&on(&server, "one").await.unwrap()).await;
}
