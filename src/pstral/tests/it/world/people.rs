//! The people of the tests: two members, a steward, an admin, someone disabled, and someone unknown.

use jiff::Timestamp;
use pstral_core::domain::{Actor, Locale, NewUser, Role, UserChange};
use pstral_core::ports::People;
use pstral_core::testkit::chat_platform::FakeChat;

/// A member who reads French.
pub(crate) fn camille() -> Actor {
    FakeChat::actor("camille")
}

/// A member who reads English.
pub(crate) fn alex() -> Actor {
    FakeChat::actor("alex")
}

/// An admin who reads French.
pub(crate) fn claire() -> Actor {
    FakeChat::actor("claire")
}

/// A steward who reads French.
pub(crate) fn sacha() -> Actor {
    FakeChat::actor("sacha")
}

/// Disabled.
pub(crate) fn dominique() -> Actor {
    FakeChat::actor("dominique")
}

/// Linked to nobody.
pub(crate) fn stranger() -> Actor {
    FakeChat::actor("stranger")
}

pub(crate) async fn add(people: &dyn People) {
    for (name, full_name, role, locale) in [
        ("camille", "Camille Martin", Role::member(), Locale::Fr),
        ("alex", "Alex Taylor", Role::member(), Locale::En),
        ("claire", "Claire Fontaine", Role::admin(), Locale::Fr),
        ("sacha", "Sacha Roux", Role::steward(), Locale::Fr),
        ("dominique", "Dominique Petit", Role::admin(), Locale::Fr),
    ] {
        let user = NewUser {
            username: name.to_owned(),
            full_name: full_name.to_owned(),
            email: format!("{name}@example.org"),
            role,
            locale,
        };
        let user = people.add_user(&user, Timestamp::UNIX_EPOCH).await.unwrap();
        people.link(&FakeChat::actor(name), user.id, Timestamp::UNIX_EPOCH).await.unwrap();
        if name == "dominique" {
            people.change_user(&user, &UserChange::disabled(true), &[]).await.unwrap();
        }
    }
}
