//! Requests beside writes, such as those that begin threads: Discord counts them with all others, fifty in a second
//! (<https://discord.com/developers/docs/topics/rate-limits#global-rate-limit>), and core paces the writes alone.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
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
pub(crate) struct Turns(Mutex<State>);

#[derive(Default)]
struct State {
    taken: VecDeque<Instant>,
    /// When there last was none for somebody.
    missed: Option<Instant>,
}

impl Turns {
    /// Takes a turn, or says how long there is none.
    pub(crate) fn take(&self) -> Result<(), Duration> {
        let (mut state, now) = (self.state(), Instant::now());
        let taken = state.take(now);
        if taken.is_err() {
            state.missed = Some(now);
        }
        taken
    }

    /// The same for what can be left undone: half of the turns are left for others, and all where one of them found none
    /// of late.
    pub(crate) fn take_spare(&self) -> Result<(), Duration> {
        let (mut state, now) = (self.state(), Instant::now());
        let is_missed = state.missed.is_some_and(|at| at + SPAN > now);
        if is_missed || state.taken_at(now) >= OTHERS / 2 { Err(SPAN) } else { state.take(now) }
    }

    /// Takes a turn when there is one.
    pub(crate) async fn wait(&self) {
        while let Err(wait) = self.take() {
            tokio::time::sleep(wait).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many count at a moment.
    fn taken_at(&mut self, now: Instant) -> usize {
        self.taken.retain(|at| *at + SPAN > now);
        self.taken.len()
    }

    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let taken = self.taken_at(now);
        match self.taken.front() {
            Some(first) if taken >= OTHERS => Err(*first + SPAN - now),
            _ => {
                self.taken.push_back(now);
                Ok(())
            }
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

    #[tokio::test(start_paused = true)]
    async fn what_can_be_left_undone_leaves_turns_to_those_who_wait() {
        let turns = Turns::default();
        let spare = std::iter::repeat_with(|| turns.take_spare()).take_while(Result::is_ok).count();
        let rest = std::iter::repeat_with(|| turns.take()).take_while(Result::is_ok).count();
        assert_eq!((spare, rest), (OTHERS / 2, OTHERS - OTHERS / 2));
        tokio::time::advance(SPAN / 2).await;
        assert_eq!(turns.take(), Err(SPAN / 2));
        tokio::time::advance(SPAN / 2).await;
        assert_eq!((turns.take_spare(), turns.take()), (Err(SPAN), Ok(())));
        tokio::time::advance(SPAN).await;
        assert_eq!(turns.take_spare(), Ok(()));
    }
}
