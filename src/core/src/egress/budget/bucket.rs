//! A budget that holds some writes and regains one each so often.

use std::time::Duration;

use super::REMEMBERED;
use crate::ports::BudgetSignal;

#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) burst: u32,
    refill: Duration,
    /// The refill as it was declared, and until when it is taken to be slower.
    declared: Duration,
    slowed_until: Duration,
    /// The time at which it is full again if nothing more is taken.
    full_at: Duration,
    dry: Dry,
}

/// The writes since the bucket was last known to be empty, which show how fast it really fills.
#[derive(Debug)]
enum Dry {
    /// It was not yet.
    Never,
    /// A write was refused.
    Refused,
    /// The first write after a refusal ended at that time, and so many after it.
    Since(Duration, u32),
}

impl Bucket {
    pub(super) fn new(burst: u32, refill: Duration) -> Self {
        let (full_at, slowed_until) = (Duration::ZERO, Duration::ZERO);
        Self { burst, refill, declared: refill, slowed_until, full_at, dry: Dry::Never }
    }

    pub(super) fn holds_at(&mut self, needed: u32, now: Duration) -> Option<Duration> {
        if self.refill != self.declared && self.slowed_until <= now {
            self.refill = self.declared;
        }
        let missing = self.burst.checked_sub(needed)?;
        Some(self.full_at.saturating_sub(self.refill.saturating_mul(missing)))
    }

    pub(super) fn take(&mut self, now: Duration) {
        self.full_at = self.full_at.max(now) + self.refill;
    }

    pub(super) fn put_back(&mut self) {
        self.full_at = self.full_at.saturating_sub(self.refill);
    }

    pub(super) fn ended(&mut self, now: Duration) {
        match &mut self.dry {
            Dry::Never => {}
            Dry::Refused => self.dry = Dry::Since(now, 0),
            Dry::Since(_, writes) => *writes += 1,
        }
    }

    /// At `open` there is one write, as the platform says. Where it was emptied by fewer writes than it should have regained since it was last
    /// empty, it regains them more slowly than was assumed.
    pub(super) fn refused(&mut self, now: Duration, open: Duration) {
        if let Dry::Since(empty, writes) = self.dry {
            let measured = open.saturating_sub(empty) / (writes + 1);
            if measured > self.refill {
                (self.refill, self.slowed_until) = (measured, now + REMEMBERED);
            }
        }
        self.dry = Dry::Refused;
        self.full_at = open + self.refill.saturating_mul(self.burst.saturating_sub(1));
    }

    pub(super) fn told(&mut self, signal: &BudgetSignal, now: Duration) {
        self.burst = signal.limit.max(1);
        self.full_at = now + signal.reset_after;
        if let Some(missing) = signal.limit.checked_sub(signal.remaining).filter(|missing| *missing > 0) {
            let refill = signal.reset_after / missing;
            (self.refill, self.declared) = (refill, refill);
        }
    }

    pub(super) fn is_whole(&self, now: Duration) -> bool {
        self.full_at <= now && self.slowed_until <= now
    }
}
