//! People who were recently told something, so that it is not repeated to them for ten minutes.

use std::collections::HashMap;
use std::time::Duration;

use matrix_sdk::ruma::{OwnedUserId, UserId};
use parking_lot::Mutex;
use tokio::time::Instant;

/// Time before somebody is told again.
const AGAIN: Duration = Duration::from_mins(10);

/// People who were told one thing lately.
#[derive(Debug, Default)]
pub(crate) struct ToldLately(Mutex<HashMap<OwnedUserId, Instant>>);

impl ToldLately {
    /// Tells whether a person has to be told, and notes that they are.
    pub(crate) fn is_due(&self, user: &UserId) -> bool {
        let mut told = self.0.lock();
        told.retain(|_, at| at.elapsed() < AGAIN);
        let is_due = !told.contains_key(user);
        if is_due {
            told.insert(user.to_owned(), Instant::now());
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::user_id;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_person_is_told_once_in_a_while() {
        let told = ToldLately::default();
        let (zoe, leo) = (user_id!("@zoe:x"), user_id!("@leo:x"));
        assert!(told.is_due(zoe) && !told.is_due(zoe) && told.is_due(leo));
        tokio::time::advance(AGAIN).await;
        assert!(told.is_due(zoe) && !told.is_due(zoe));
    }
}
