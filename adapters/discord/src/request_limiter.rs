//! Rate limiting of requests beside writes, such as creating threads: Discord counts all requests together, fifty in a
//! second (<https://discord.com/developers/docs/topics/rate-limits#global-rate-limit>), and core paces only the writes.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// The maximum number of writes in a second, which core enforces.
pub(crate) const WRITES: u32 = 35;
/// The maximum number of other requests in a second; with the writes, slightly fewer than Discord allows.
const OTHERS: usize = 12;
/// The length of the window in which requests are counted.
const SPAN: Duration = Duration::from_secs(1);

/// The times of the latest requests.
#[derive(Default)]
pub(crate) struct RequestLimiter(Mutex<State>);

#[derive(Default)]
struct State {
    taken: VecDeque<Instant>,
    /// The last time at which somebody found no turn.
    missed: Option<Instant>,
}

impl RequestLimiter {
    /// Takes a turn; the error is the time until one is free.
    pub(crate) fn take(&self) -> Result<(), Duration> {
        let (mut state, now) = (self.0.lock(), Instant::now());
        let taken = state.take(now);
        if taken.is_err() {
            state.missed = Some(now);
        }
        taken
    }

    /// Takes a turn for a request that may be skipped: half of the turns are left for others, and all of them if
    /// somebody recently found none.
    pub(crate) fn take_spare(&self) -> Result<(), Duration> {
        let (mut state, now) = (self.0.lock(), Instant::now());
        let is_missed = state.missed.is_some_and(|at| at + SPAN > now);
        if is_missed || state.taken_at(now) >= OTHERS / 2 { Err(SPAN) } else { state.take(now) }
    }

    /// Waits for a turn and takes it.
    pub(crate) async fn wait(&self) {
        while let Err(wait) = self.take() {
            tokio::time::sleep(wait).await;
        }
    }
}

impl State {
    /// Counts the requests in the window that ends now.
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
        let limiter = RequestLimiter::default();
        let began = Instant::now();
        for _ in 0..OTHERS {
            assert_eq!(limiter.take(), Ok(()));
        }
        tokio::time::advance(SPAN / 4).await;
        assert_eq!(limiter.take(), Err(SPAN * 3 / 4));
        for _ in 0..=OTHERS {
            limiter.wait().await;
        }
        assert!(began.elapsed() >= 2 * SPAN);
    }

    #[tokio::test(start_paused = true)]
    async fn what_can_be_left_undone_leaves_turns_to_those_who_wait() {
        let limiter = RequestLimiter::default();
        let spare = std::iter::repeat_with(|| limiter.take_spare()).take_while(Result::is_ok).count();
        let rest = std::iter::repeat_with(|| limiter.take()).take_while(Result::is_ok).count();
        assert_eq!((spare, rest), (OTHERS / 2, OTHERS - OTHERS / 2));
        tokio::time::advance(SPAN / 2).await;
        assert_eq!(limiter.take(), Err(SPAN / 2));
        tokio::time::advance(SPAN / 2).await;
        assert_eq!((limiter.take_spare(), limiter.take()), (Err(SPAN), Ok(())));
        tokio::time::advance(SPAN).await;
        assert_eq!(limiter.take_spare(), Ok(()));
    }
}
