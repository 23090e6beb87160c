//! The remaining writes of a platform, from its assumed rate limits and from what it reports.

mod bucket;
#[cfg(test)]
mod tests;
mod window;

use std::time::Duration;

use bucket::Bucket;
use window::Window;

use crate::ports::{BudgetSignal, Rate};

/// Time for which a rate stays lowered after the platform has shown it to be lower than assumed: refusals with another
/// cause, such as another program on the same account, must not slow everything for ever.
const REMEMBERED: Duration = Duration::from_mins(10);

/// A delay that nobody notices who waits for the end of an answer.
const SOON: Duration = Duration::from_secs(1);

/// The remaining writes of a budget. Times are since a fixed moment.
#[derive(Debug)]
pub(super) struct Budget {
    stock: Stock,
    /// The platform wants nothing at all before this.
    closed_until: Duration,
}

#[derive(Debug)]
enum Stock {
    /// As fast as the platform takes it.
    Free,
    Bucket(Bucket),
    Window(Window),
}

impl Budget {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        let stock = match rate {
            None => Stock::Free,
            Some(Rate::Bucket { burst, refill }) => Stock::Bucket(Bucket::new(burst, refill)),
            Some(Rate::Window { writes, span }) => Stock::Window(Window::new(writes, span)),
        };
        Self { stock, closed_until: Duration::ZERO }
    }

    /// The most writes it ever holds, where there is such a number.
    pub(super) fn most(&self) -> u32 {
        match &self.stock {
            Stock::Free => 0,
            Stock::Bucket(bucket) => bucket.burst,
            Stock::Window(window) => window.writes,
        }
    }

    /// Returns the writes that streaming leaves for new questions. Of a bucket it leaves most: it fills slowly, and
    /// streams live on what it regains, however much they leave. A window is whole again after its span.
    pub(super) fn spared(&self) -> u32 {
        match &self.stock {
            Stock::Free | Stock::Window(_) => 0,
            Stock::Bucket(bucket) => bucket.burst * 4 / 5,
        }
    }

    /// Returns the writes that streaming leaves for last texts of answers. Of a window that is soon whole again it
    /// leaves half at most: with more answers than writes nobody could read along, and a last text is delayed by less
    /// than that.
    pub(super) fn kept(&self, owed: u32) -> u32 {
        match &self.stock {
            Stock::Window(window) if window.span <= SOON => owed.min(window.writes / 2),
            Stock::Free | Stock::Bucket(_) | Stock::Window(_) => owed,
        }
    }

    /// Writes that a first text leaves to last ones, of those that are kept. Of a bucket, which fills slowly, half, and half
    /// of what it holds at most: with more answers than it has writes, nobody would otherwise read anything before the whole.
    pub(super) fn reserved_from_first(&self, kept: u32) -> u32 {
        match &self.stock {
            Stock::Free | Stock::Window(_) => kept,
            Stock::Bucket(bucket) => kept.min(bucket.burst).div_ceil(2),
        }
    }

    /// Returns the time, possibly past, at which it has `needed` writes; `None` if that depends on more than time.
    pub(super) fn holds_at(&mut self, needed: u32, now: Duration) -> Option<Duration> {
        let at = match &mut self.stock {
            Stock::Free => Some(now),
            Stock::Bucket(bucket) => bucket.holds_at(needed, now),
            Stock::Window(window) => window.holds_at(needed, now),
        };
        at.map(|at| at.max(self.closed_until))
    }

    /// Returns the distance after a write at `since` at which writes are evenly spread over what the budget regains
    /// while leaving `left`. A bucket regains its writes at such distances by itself.
    pub(super) fn distance(&self, left: u32, since: Duration) -> Duration {
        match &self.stock {
            Stock::Free | Stock::Bucket(_) => Duration::ZERO,
            Stock::Window(window) => window.distance(left, since),
        }
    }

    /// Takes one write.
    pub(super) fn take(&mut self, now: Duration) {
        match &mut self.stock {
            Stock::Free => {}
            Stock::Bucket(bucket) => bucket.take(now),
            Stock::Window(window) => window.take(),
        }
    }

    /// Puts back one that was taken and not used.
    pub(super) fn put_back(&mut self) {
        match &mut self.stock {
            Stock::Free => {}
            Stock::Bucket(bucket) => bucket.put_back(),
            Stock::Window(window) => window.put_back(),
        }
    }

    /// Notes that one that was taken has reached the platform, for all that is known.
    pub(super) fn ended(&mut self, now: Duration) {
        match &mut self.stock {
            Stock::Free => {}
            Stock::Bucket(bucket) => bucket.ended(now),
            Stock::Window(window) => window.ended(now),
        }
    }

    /// Notes that one that was taken was refused, and when another is taken.
    pub(super) fn refused(&mut self, now: Duration, retry_after: Duration) {
        self.closed_until = self.closed_until.max(now + retry_after);
        match &mut self.stock {
            Stock::Free => {}
            Stock::Bucket(bucket) => bucket.refused(now, self.closed_until),
            Stock::Window(window) => window.refused(now),
        }
    }

    /// Takes the platform at its word.
    pub(super) fn told(&mut self, signal: &BudgetSignal, now: Duration) {
        let whole_at = now + signal.reset_after;
        match &mut self.stock {
            Stock::Free if signal.remaining == 0 => self.closed_until = self.closed_until.max(whole_at),
            Stock::Free => {}
            Stock::Bucket(bucket) => bucket.told(signal, now),
            Stock::Window(window) => window.told(signal, whole_at),
        }
    }

    /// Checks whether forgetting it would change nothing.
    pub(super) fn is_whole(&mut self, now: Duration) -> bool {
        self.closed_until <= now
            && match &mut self.stock {
                Stock::Free => true,
                Stock::Bucket(bucket) => bucket.is_whole(now),
                Stock::Window(window) => window.is_whole(now),
            }
    }
}
