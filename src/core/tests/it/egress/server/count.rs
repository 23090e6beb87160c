//! What a server counts.

use std::collections::VecDeque;
use std::time::Duration;

use pstral_core::ports::Rate;

/// What was taken from one budget.
#[derive(Default)]
pub(super) struct Count {
    pub(super) taken: VecDeque<Duration>,
    full_at: Duration,
}

impl Count {
    /// Takes one write, or says when there is one.
    pub(super) fn take(&mut self, rate: Rate, now: Duration) -> Result<(), Duration> {
        match rate {
            Rate::Bucket { burst, refill } => {
                let has_one = self.full_at.saturating_sub(refill * (burst - 1));
                if has_one > now {
                    return Err(has_one.saturating_sub(now));
                }
                self.full_at = self.full_at.max(now) + refill;
            }
            Rate::Window { writes, span } => {
                while self.taken.front().is_some_and(|taken| *taken + span <= now) {
                    self.taken.pop_front();
                }
                if self.taken.len() >= writes as usize {
                    return Err((self.taken[0] + span).saturating_sub(now));
                }
                self.taken.push_back(now);
            }
        }
        Ok(())
    }
}
