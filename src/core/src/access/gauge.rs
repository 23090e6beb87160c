//! One quota: a counter for each person or place, which can be put back.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::domain::{Place, UserId};
use crate::lock::lock;
use crate::ports::Clock;
use crate::settings::Quantity;

const DAY: Duration = Duration::from_hours(24);

/// An activity limited by a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum QuotaKind {
    /// Questions, and statements that people write.
    Questions,
    /// Statements that run.
    Executions,
}

/// The subject of a quota: a user or a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum QuotaSubject {
    User(UserId),
    Place(Place),
}

/// A limiter with its counters.
pub(crate) struct Gauge {
    limiter: RateLimiter<QuotaSubject, Cells, ClockOfPort, NoOpMiddleware<Duration>>,
    cells: Cells,
    /// As the audit says it: `10 questions a minute`.
    pub(crate) name: String,
}

/// A subject's counter before the latest request, used to restore it.
pub(crate) type Before = Option<Nanos>;

/// The port's clock as governor asks for it.
struct ClockOfPort(Arc<dyn Clock>);

impl GovernorClock for ClockOfPort {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A counter each, which can be put back.
#[derive(Clone, Default)]
struct Cells(Arc<Mutex<HashMap<QuotaSubject, Nanos>>>);

impl Cells {
    fn put_back(&self, whose: &QuotaSubject, before: Before) {
        match before {
            Some(before) => lock(&self.0).insert(whose.clone(), before),
            None => lock(&self.0).remove(whose),
        };
    }
}

impl StateStore for Cells {
    type Key = QuotaSubject;

    fn measure_and_replace<T, F, E>(&self, key: &QuotaSubject, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut cells = lock(&self.0);
        let (measured, after) = measure(cells.get(key).copied())?;
        cells.insert(key.clone(), after);
        Ok(measured)
    }
}

impl ShrinkableKeyedStateStore<QuotaSubject> for Cells {
    fn retain_recent(&self, drop_below: Nanos) {
        lock(&self.0).retain(|_, cell| *cell > drop_below);
    }

    fn len(&self) -> usize {
        lock(&self.0).len()
    }

    fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }
}

impl Gauge {
    fn new(quota: Quota, name: String, clock: &Arc<dyn Clock>) -> Self {
        let cells = Cells::default();
        Self { limiter: RateLimiter::new(quota, cells.clone(), ClockOfPort(Arc::clone(clock))), cells, name }
    }

    /// One for each quota that limits anything. A quota fills evenly: a tenth of the time gives a tenth of it back.
    pub(crate) fn all(quantity: Quantity, counted: QuotaKind, clock: &Arc<dyn Clock>) -> Vec<Self> {
        let word = match counted {
            QuotaKind::Questions => "questions",
            QuotaKind::Executions => "executions",
        };
        let a_minute = NonZeroU32::new(quantity.per_minute)
            .map(|most| Self::new(Quota::per_minute(most), format!("{most} {word} a minute"), clock));
        let a_day = NonZeroU32::new(quantity.per_day).and_then(|most| {
            let quota = Quota::with_period(DAY / most.get())?.allow_burst(most);
            Some(Self::new(quota, format!("{most} {word} a day"), clock))
        });
        a_minute.into_iter().chain(a_day).collect()
    }

    /// Counts one more, and gives what was counted before; or says how long to wait.
    pub(crate) fn take(&self, whose: &QuotaSubject, now: Duration) -> Result<Before, Duration> {
        let before = lock(&self.cells.0).get(whose).copied();
        self.limiter.check_key(whose).map(|()| before).map_err(|until| until.wait_time_from(now))
    }

    /// Counts one less: what was counted before, as [`take`](Self::take) gave it.
    pub(crate) fn put_back(&self, whose: &QuotaSubject, before: Before) {
        self.cells.put_back(whose, before);
    }

    /// Forgets what was counted so long ago that it makes no difference.
    pub(crate) fn forget(&self) {
        self.limiter.retain_recent();
    }

    #[cfg(test)]
    pub(crate) fn counters(&self) -> usize {
        self.cells.len()
    }
}
