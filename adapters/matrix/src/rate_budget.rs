//! An estimate of the homeserver's rate limit for the account, used for writes beside texts: reactions and files.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, counter};
use parking_lot::Mutex;
use pstral_core::ports::{BudgetSignal, BudgetSignals, Rate};
use tokio::time::Instant;

/// The estimated state of the server's token bucket; unlimited if the account is not limited.
pub(crate) struct RateBudget {
    rate: Option<(u32, Duration)>,
    state: Mutex<State>,
    signals: OnceLock<BudgetSignals>,
    refusals: Counter,
}

struct State {
    /// The time at which the bucket is full again if nothing more is taken.
    full_at: Instant,
    /// The time until which the server refuses writes.
    closed_until: Instant,
}

impl RateBudget {
    pub(crate) fn new(budget: Option<Rate>) -> Self {
        let rate = match budget {
            Some(Rate::Bucket { burst, refill }) => Some((burst, refill)),
            Some(Rate::Window { writes, span }) => Some((writes, span / writes.max(1))),
            None => None,
        };
        let now = Instant::now();
        let state = Mutex::new(State { full_at: now, closed_until: now });
        let refusals = counter!("pstral_platform_rate_limited_total", "platform" => "matrix");
        Self { rate, state, signals: OnceLock::new(), refusals }
    }

    /// Sets the receiver that learns of writes beside texts.
    pub(crate) fn report(&self, signals: BudgetSignals) {
        // The first receiver stays: there is one program.
        let _ = self.signals.set(signals);
    }

    /// Checks whether the server limits the account.
    pub(crate) fn is_limited(&self) -> bool {
        self.rate.is_some()
    }

    /// Takes a token for a write that is beginning, since one in progress may count already.
    pub(crate) fn take(&self) {
        let Some((burst, refill)) = self.rate else { return };
        let (mut state, now) = (self.state.lock(), Instant::now());
        // The server refuses more than there is, and does not count that.
        state.full_at = (state.full_at.max(now) + refill).min(now + refill * burst);
    }

    /// Reports to the core the writes that it did not make itself. Counts whole writes, since the core derives the
    /// refill rate from the number of missing tokens and the time to refill them.
    pub(crate) fn beside(&self) {
        let Some((limit, refill)) = self.rate else { return };
        let missing = missing(self.state.lock().full_at.saturating_duration_since(Instant::now()), refill);
        let (remaining, reset_after) = (limit.saturating_sub(missing), refill * missing);
        if let Some(signals) = self.signals.get() {
            signals(&BudgetSignal { place: None, limit, remaining, reset_after });
        }
    }

    /// Notes a refusal: the bucket stays closed for this time.
    pub(crate) fn refused(&self, retry_after: Duration) {
        self.refusals.increment(1);
        let mut state = self.state.lock();
        let open = Instant::now() + retry_after;
        state.closed_until = state.closed_until.max(open);
        if let Some((burst, refill)) = self.rate {
            state.full_at = state.full_at.max(open + refill * burst.saturating_sub(1));
        }
    }

    /// Returns the time, possibly past, from which one write leaves so many tenths of the bucket for others.
    pub(crate) fn opens(&self, tenths: u32) -> Instant {
        let (now, state) = (Instant::now(), self.state.lock());
        let spare = self.rate.map_or(now, |(burst, refill)| {
            let needed = (burst * tenths / 10 + 1).min(burst);
            state.full_at.checked_sub(refill * (burst - needed)).unwrap_or(now)
        });
        spare.max(state.closed_until)
    }

    /// Waits until there is a token.
    pub(crate) async fn wait_for_one(&self) {
        loop {
            let at = self.opens(0);
            if at <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(at).await;
        }
    }
}

/// Returns the number of tokens refilled in that time, rounded up.
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
        let budget = RateBudget::new(Some(SYNAPSE_DEFAULT));
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        budget.report(Arc::new(move |signal| heard.lock().push(signal.remaining)));
        let began = Instant::now();
        let opens = |tenths| budget.opens(tenths).saturating_duration_since(began);
        let s = Duration::from_secs;
        assert_eq!([0, 8, 9].map(opens), [s(0); 3]);
        for beside in [true, true, false] {
            budget.take();
            if beside {
                budget.beside();
            }
        }
        assert_eq!(*told.lock(), [9, 8]);
        assert_eq!([0, 6, 8, 9].map(opens), [s(0), s(0), s(10), s(15)]);
        (0..7).for_each(|_| budget.take());
        budget.wait_for_one().await;
        assert_eq!(began.elapsed(), s(5), "one has come back");
        budget.refused(s(3));
        budget.wait_for_one().await;
        assert_eq!(began.elapsed(), s(8));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_is_missing_than_there_can_be() {
        let budget = RateBudget::new(Some(SYNAPSE_DEFAULT));
        (0..1_000).for_each(|_| budget.take());
        let began = Instant::now();
        budget.wait_for_one().await;
        assert_eq!(began.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn the_core_learns_how_fast_it_comes_back_as_it_is() {
        let budget = RateBudget::new(Some(SYNAPSE_DEFAULT));
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        budget.report(Arc::new(move |signal| heard.lock().push(signal.reset_after / (10 - signal.remaining))));
        budget.take();
        tokio::time::advance(Duration::from_millis(4_900)).await;
        budget.take();
        budget.beside();
        assert_eq!(*told.lock(), [Duration::from_secs(5)]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_waits_but_for_a_refusal() {
        let budget = RateBudget::new(None);
        (0..1_000).for_each(|_| budget.take());
        let began = Instant::now();
        budget.wait_for_one().await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        budget.refused(Duration::from_secs(2));
        budget.wait_for_one().await;
        assert_eq!(began.elapsed(), Duration::from_secs(2));
    }
}
