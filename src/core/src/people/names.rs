//! The names of users.

use crate::domain::{User, UserId};

/// The full name of a user; the number of one who is not there.
pub fn name_of(users: &[User], id: UserId) -> String {
    users.iter().find(|user| user.id == id).map_or_else(|| id.0.to_string(), |user| user.full_name.clone())
}
