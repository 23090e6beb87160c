//! Requests beside writes, such as those that begin threads: Discord counts them with all others, fifty in a second
//! (<https://discord.com/developers/docs/topics/rate-limits#global-rate-limit>), and core paces the writes alone.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Writes in any second, those that core makes.
pub(crate) const WRITES: u32 = 35;
/// Other requests in any second: with the writes a little less than there may be.
const OTHERS: usize = 12;
/// How long a request is counted.
const SPAN: Duration = Duration::from_secs(1);

/// When the last of them were made.
#[derive(Default)]
pub(crate) struct Turns(Mutex<VecDeque<Instant>>);

impl Turns {
    /// Takes a turn, or says how long there is none.
    pub(crate) fn take(&self) -> Result<(), Duration> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        taken.retain(|at| *at + SPAN > now);
        match taken.front() {
            Some(first) if taken.len() >= OTHERS => Err(*first + SPAN - now),
            _ => {
                taken.push_back(now);
                Ok(())
            }
        }
    }

    /// Takes a turn when there is one.
    pub(crate) async fn wait(&self) {
        while let Err(wait) = self.take() {
            tokio::time::sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_turns_than_there_are() {
        let turns = Turns::default();
        let began = Instant::now();
        for _ in 0..OTHERS {
            assert_eq!(turns.take(), Ok(()));
        }
        tokio::time::advance(SPAN / 4).await;
        assert_eq!(turns.take(), Err(SPAN * 3 / 4));
        for _ in 0..=OTHERS {
            turns.wait().await;
        }
        assert!(began.elapsed() >= 2 * SPAN);
    }
}
