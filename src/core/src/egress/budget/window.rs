//! A budget of so many writes within any span of time.

use std::collections::VecDeque;
use std::time::Duration;

use super::REMEMBERED;
use crate::ports::BudgetSignal;

/// A write counts from when it is begun until a span after it has ended: nobody knows when the platform counted it.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) writes: u32,
    pub(super) span: Duration,
    /// The writes as they were declared, and until when they are taken to be fewer.
    declared: u32,
    fewer_until: Duration,
    under_way: u32,
    /// The end times of the writes that may still count, the oldest first.
    ended: VecDeque<Duration>,
    /// The number of writes left according to the platform, and the time until which that holds.
    told: Option<(u32, Duration)>,
}

impl Window {
    pub(super) fn new(writes: u32, span: Duration) -> Self {
        let (fewer_until, ended) = (Duration::ZERO, VecDeque::new());
        Self { writes, span, declared: writes, fewer_until, under_way: 0, ended, told: None }
    }

    pub(super) fn holds_at(&mut self, needed: u32, now: Duration) -> Option<Duration> {
        self.forget(now);
        // What is under way is counted until it has ended: then it is asked again.
        let free = self.writes.checked_sub(needed)?.checked_sub(self.under_way);
        if let Some((left, until)) = self.told {
            return if left >= needed { Some(now) } else { free.map(|_| until) };
        }
        let beyond = self.ended.len().checked_sub(usize::try_from(free?).ok()?);
        match beyond {
            None | Some(0) => Some(now),
            Some(beyond) => self.ended.get(beyond - 1).map(|oldest| *oldest + self.span),
        }
    }

    /// The span divided among the writes that may be used; where the platform says what is left and until when, that.
    pub(super) fn distance(&self, left: u32, since: Duration) -> Duration {
        match self.told {
            Some((remaining, until)) => until.saturating_sub(since) / (remaining.saturating_sub(left) + 1),
            None => self.span / self.writes.saturating_sub(left).max(1),
        }
    }

    pub(super) fn take(&mut self) {
        self.under_way += 1;
        if let Some((left, _)) = &mut self.told {
            *left = left.saturating_sub(1);
        }
    }

    pub(super) fn put_back(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
        if let Some((left, _)) = &mut self.told {
            *left += 1;
        }
    }

    pub(super) fn ended(&mut self, now: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        self.ended.push_back(now);
    }

    /// Takes note of a refusal: the refused write does not count, and no more are taken than have been. If none had
    /// been, others have used the window up, and its real size stays unknown.
    pub(super) fn refused(&mut self, now: Duration) {
        self.forget(now);
        self.under_way = self.under_way.saturating_sub(1);
        self.told = None;
        let counted = u32::try_from(self.ended.len()).unwrap_or(u32::MAX).saturating_add(self.under_way);
        if (1..self.writes).contains(&counted) {
            (self.writes, self.fewer_until) = (counted, now + REMEMBERED);
        }
        // When it opens again it takes one at least.
        while self.ended.len() >= self.writes as usize {
            self.ended.pop_front();
        }
    }

    pub(super) fn told(&mut self, signal: &BudgetSignal, whole_at: Duration) {
        (self.writes, self.declared) = (signal.limit.max(1), signal.limit.max(1));
        // The one that was just answered is still under way here.
        let unseen = self.under_way.saturating_sub(1);
        self.told = Some((signal.remaining.saturating_sub(unseen), whole_at));
    }

    pub(super) fn is_whole(&mut self, now: Duration) -> bool {
        self.forget(now);
        self.under_way == 0 && self.ended.is_empty() && self.told.is_none() && self.writes == self.declared
    }

    fn forget(&mut self, now: Duration) {
        if let Some((_, until)) = self.told.filter(|(_, until)| *until <= now) {
            self.told = None;
            self.ended.retain(|ended| *ended > until);
        }
        while self.ended.front().is_some_and(|oldest| *oldest + self.span <= now) {
            self.ended.pop_front();
        }
        if self.writes != self.declared && self.fewer_until <= now {
            self.writes = self.declared;
        }
    }
}
