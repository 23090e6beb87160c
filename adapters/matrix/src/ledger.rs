//! What the homeserver still lets the account write, for what is written beside texts: reactions and files.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pstral_core::ports::{BudgetSignal, BudgetSignals, Rate};
use tokio::time::Instant;

/// An estimate of the server's own bucket; none where it is not limited.
pub(crate) struct Ledger {
    rate: Option<(u32, Duration)>,
    state: Mutex<State>,
    signals: Mutex<Option<BudgetSignals>>,
}

struct State {
    /// When the bucket is full again, if nothing more is taken.
    full_at: Instant,
    /// The server wants nothing before this.
    closed_until: Instant,
}

impl Ledger {
    pub(crate) fn new(budget: Option<Rate>) -> Self {
        let rate = match budget {
            Some(Rate::Bucket { burst, refill }) => Some((burst, refill)),
            Some(Rate::Window { writes, span }) => Some((writes, span / writes.max(1))),
            None => None,
        };
        let now = Instant::now();
        Self { rate, state: Mutex::new(State { full_at: now, closed_until: now }), signals: Mutex::default() }
    }

    /// Says from now on what is taken beside texts.
    pub(crate) fn report(&self, signals: BudgetSignals) {
        *self.signals.lock().unwrap_or_else(PoisonError::into_inner) = Some(signals);
    }

    /// Whether the server limits the account.
    pub(crate) fn is_limited(&self) -> bool {
        self.rate.is_some()
    }

    /// Something was written.
    pub(crate) fn take(&self) {
        let Some((_, refill)) = self.rate else { return };
        let mut state = self.state();
        state.full_at = state.full_at.max(Instant::now()) + refill;
    }

    /// What was written last is not counted by the core, which is told of it.
    pub(crate) fn beside(&self) {
        let Some((limit, refill)) = self.rate else { return };
        let reset_after = self.state().full_at.saturating_duration_since(Instant::now());
        let remaining = limit.saturating_sub(missing(reset_after, refill));
        let signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(signals) = signals {
            signals(&BudgetSignal { place: None, limit, remaining, reset_after });
        }
    }

    /// Something was refused, and this long nothing is taken.
    pub(crate) fn refused(&self, retry_after: Duration) {
        let mut state = self.state();
        let open = Instant::now() + retry_after;
        state.closed_until = state.closed_until.max(open);
        if let Some((burst, refill)) = self.rate {
            state.full_at = state.full_at.max(open + refill * burst.saturating_sub(1));
        }
    }

    /// Waits until so much of the bucket, in tenths, is there for what nobody waits for.
    pub(crate) async fn spare(&self, tenths: u32) {
        loop {
            let now = Instant::now();
            let at = {
                let state = self.state();
                let spare = self.rate.map_or(now, |(burst, refill)| {
                    let may_miss = burst - (burst * tenths / 10).min(burst);
                    state.full_at.checked_sub(refill * may_miss).unwrap_or(now)
                });
                spare.max(state.closed_until)
            };
            if at <= now {
                return;
            }
            tokio::time::sleep_until(at).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many writes come back in that time.
fn missing(reset_after: Duration, refill: Duration) -> u32 {
    let each = refill.as_nanos().max(1);
    u32::try_from(reset_after.as_nanos().div_ceil(each)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::SYNAPSE_DEFAULT;

    #[tokio::test(start_paused = true)]
    async fn what_nobody_waits_for_leaves_most_of_the_bucket() {
        let ledger = Ledger::new(Some(SYNAPSE_DEFAULT));
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        ledger.report(Arc::new(move |signal| heard.lock().unwrap().push(signal.remaining)));
        let began = Instant::now();
        ledger.spare(8).await;
        for beside in [true, true, false] {
            ledger.take();
            if beside {
                ledger.beside();
            }
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        assert_eq!(*told.lock().unwrap(), [9, 8]);
        ledger.spare(8).await;
        assert_eq!(began.elapsed(), Duration::from_secs(5), "one has come back");
        ledger.refused(Duration::from_secs(3));
        ledger.spare(1).await;
        assert_eq!(began.elapsed(), Duration::from_secs(8));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_waits_but_for_a_refusal() {
        let ledger = Ledger::new(None);
        (0..1_000).for_each(|_| ledger.take());
        let began = Instant::now();
        ledger.spare(8).await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        ledger.refused(Duration::from_secs(2));
        ledger.spare(8).await;
        assert_eq!(began.elapsed(), Duration::from_secs(2));
    }
}
