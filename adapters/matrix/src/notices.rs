//! A record of private notices, so that the same one is not sent to somebody twice a day: who votes on others' answers
//! need not read each time that the vote does not count.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::domain::MessageRef;
use tokio::time::Instant;

/// Time in which a notice is not repeated.
const A_DAY: Duration = Duration::from_hours(24);
/// The number of notices remembered.
const MANY: usize = 1_024;

/// The latest notices: user, sentence, message and time.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<VecDeque<(String, String, MessageRef, Instant)>>);

impl Told {
    /// Finds the message with which somebody was recently told the same.
    pub(crate) fn of_late(&self, user: &str, sentence: &str) -> Option<MessageRef> {
        let mut told = self.0.lock();
        while told.front().is_some_and(|(.., at)| at.elapsed() >= A_DAY) {
            told.pop_front();
        }
        let same = told.iter().find(|(whom, what, ..)| whom == user && what == sentence);
        same.map(|(_, _, stands, _)| stands.clone())
    }

    /// Records that somebody was told this.
    pub(crate) fn note(&self, user: &str, sentence: &str, stands: &MessageRef) {
        let mut told = self.0.lock();
        if told.len() >= MANY {
            told.pop_front();
        }
        told.push_back((user.to_owned(), sentence.to_owned(), stands.clone(), Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::aside;

    #[tokio::test(start_paused = true)]
    async fn the_same_is_said_once_a_day() {
        let told = Told::default();
        let stands = MessageRef { place: aside("@zoe:x"), id: "$a".to_owned() };
        assert_eq!(told.of_late("@zoe:x", "Ask yourself."), None);
        told.note("@zoe:x", "Ask yourself.", &stands);
        assert_eq!(told.of_late("@zoe:x", "Ask yourself."), Some(stands));
        assert_eq!(told.of_late("@zoe:x", "Something else."), None);
        assert_eq!(told.of_late("@leo:x", "Ask yourself."), None);
        tokio::time::advance(A_DAY).await;
        assert_eq!(told.of_late("@zoe:x", "Ask yourself."), None);
    }
}
