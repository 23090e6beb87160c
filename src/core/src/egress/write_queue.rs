//! The order of writes that share a budget: the most urgent first, and equally urgent ones in turn.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::future::BoxFuture;

use super::budget::Budget;
use crate::lock::lock;
use crate::ports::{BudgetSignal, Clock, Rate};

/// The urgency of a write when a budget is tight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// The last text of an answer, a result, a reply: somebody waits for it.
    Last,
    /// The first text of an answer.
    First,
    /// A change that nobody waits for and that comes alone: it is made at once or not at all.
    BestEffort,
    /// A text that another will soon replace.
    Interim,
}

/// A budget and its queue. No task runs: the first entry polls the clock and wakes the next.
pub(super) struct WriteQueue {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    budget: Budget,
    /// In the order in which they go; a stream that has written is the last of its kind again.
    waiting: BTreeMap<Rank, Waker>,
    came: u64,
    /// Answers that have not shown their last text yet.
    owed: u32,
    /// The time of the last streaming write.
    streamed: Option<Duration>,
}

type Rank = (Urgency, u64);

impl State {
    /// Writes that one leaves in the budget: streaming leaves one for each answer that is owed, first texts of a bucket half of
    /// that. Changes of what is shown leave some more, for first texts and for those who have not asked yet.
    fn left_by(&self, urgency: Urgency) -> u32 {
        let (most, owed) = (self.budget.most(), self.budget.kept(self.owed));
        match urgency {
            Urgency::Last => 0,
            Urgency::First => self.budget.reserved_from_first(owed),
            Urgency::BestEffort | Urgency::Interim => owed.max(self.budget.spared()).max(most / 5 + 1),
        }
    }

    /// Returns the time, possibly past, at which a write is due; `None` if that depends on more than time. Streaming
    /// writes keep a distance, so that no answer seems to have stopped while the budget recovers from a rush.
    fn due(&mut self, urgency: Urgency, now: Duration) -> Option<Duration> {
        let left = self.left_by(urgency);
        let free = self.budget.holds_at(left + 1, now)?;
        match (urgency, self.streamed) {
            (Urgency::Interim, Some(streamed)) => Some(free.max(streamed + self.budget.distance(left, streamed))),
            _ => Some(free),
        }
    }

    /// Returns the time at which a waiting write is due; `None` also while others are first.
    fn due_for(&mut self, rank: Rank, now: Duration) -> Option<Duration> {
        let is_first = self.waiting.first_key_value().is_none_or(|(first, _)| *first >= rank);
        if is_first { self.due(rank.0, now) } else { None }
    }

    fn first(&self) -> Option<Waker> {
        self.waiting.first_key_value().map(|(_, waker)| waker.clone())
    }
}

impl WriteQueue {
    pub(super) fn new(clock: Arc<dyn Clock>, rate: Option<Rate>) -> Arc<Self> {
        let state = State { budget: Budget::new(rate), waiting: BTreeMap::new(), came: 0, owed: 0, streamed: None };
        Arc::new(Self { clock, state: Mutex::new(state) })
    }

    /// Somebody who wants to write; not in line yet.
    pub(super) fn enter(self: &Arc<Self>, urgency: Urgency) -> Waiting {
        Waiting { queue: Arc::clone(self), urgency, rank: None, timer: None }
    }

    /// Keeps a write for an answer.
    pub(super) fn owe(self: &Arc<Self>) -> FinalReservation {
        self.change(|state, _| state.owed += 1);
        FinalReservation(Arc::clone(self))
    }

    /// Takes note of what the platform reports about the budget.
    pub(super) fn told(&self, signal: &BudgetSignal) {
        self.change(|state, now| state.budget.told(signal, now));
    }

    /// Checks whether forgetting it would change nothing.
    pub(super) fn is_idle(&self) -> bool {
        let now = self.clock.elapsed();
        let mut state = lock(&self.state);
        state.owed == 0 && state.waiting.is_empty() && state.budget.is_whole(now)
    }

    /// Changes what the first in line waits for.
    fn change(&self, change: impl FnOnce(&mut State, Duration)) {
        let now = self.clock.elapsed();
        let mut state = lock(&self.state);
        change(&mut state, now);
        let first = state.first();
        drop(state);
        if let Some(first) = first {
            first.wake();
        }
    }
}

/// Somebody in line; leaves it when dropped.
pub(super) struct Waiting {
    queue: Arc<WriteQueue>,
    urgency: Urgency,
    rank: Option<Rank>,
    /// Until when the first in line waits.
    timer: Option<(Duration, BoxFuture<'static, ()>)>,
}

/// A write from each of several budgets, the narrowest first. Nothing is taken before all of them have one: who waits for
/// a wide budget keeps nobody from a narrow one, nor stands in the line of a wide one before it is of use.
pub(super) fn poll_each(waiting: &mut [Waiting], context: &mut Context<'_>) -> Poll<Vec<Permit>> {
    loop {
        let short = waiting.iter_mut().position(|waiting| waiting.poll_due(context).is_pending());
        if let Some(short) = short {
            waiting[short + 1..].iter_mut().for_each(Waiting::leave);
            return Poll::Pending;
        }
        // Between the two somebody more urgent may have come: then what was taken is put back.
        if let Some(permits) = waiting.iter_mut().map(Waiting::take).collect() {
            return Poll::Ready(permits);
        }
    }
}

impl Waiting {
    /// Waits in line until it is first there and a write is free.
    fn poll_due(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let (due, now) = self.look(context.waker());
            let Some(due) = due else {
                self.timer = None;
                return Poll::Pending;
            };
            if due <= now {
                self.timer = None;
                return Poll::Ready(());
            }
            let mut timer = match self.timer.take() {
                Some((until, timer)) if until == due => timer,
                _ => self.queue.clock.sleep(due.saturating_sub(now)),
            };
            if timer.as_mut().poll(context).is_pending() {
                self.timer = Some((due, timer));
                return Poll::Pending;
            }
        }
    }

    /// Returns the time at which its turn comes, and the current time.
    fn look(&mut self, waker: &Waker) -> (Option<Duration>, Duration) {
        let now = self.queue.clock.elapsed();
        let mut state = lock(&self.queue.state);
        let rank = *self.rank.get_or_insert_with(|| {
            state.came += 1;
            (self.urgency, state.came)
        });
        state.waiting.entry(rank).or_insert_with(|| waker.clone()).clone_from(waker);
        (state.due_for(rank, now), now)
    }

    /// The write, where it still is its turn.
    fn take(&mut self) -> Option<Permit> {
        let rank = self.rank?;
        let now = self.queue.clock.elapsed();
        let mut state = lock(&self.queue.state);
        state.due_for(rank, now).filter(|due| *due <= now)?;
        state.budget.take(now);
        let streams = matches!(self.urgency, Urgency::First | Urgency::Interim);
        let streamed = streams.then(|| (state.streamed.replace(now), now));
        state.waiting.remove(&rank);
        let next = state.first();
        drop(state);
        self.rank = None;
        if let Some(next) = next {
            next.wake();
        }
        Some(Permit { queue: Arc::clone(&self.queue), used: Use::Not, streamed })
    }

    fn leave(&mut self) {
        self.timer = None;
        if let Some(rank) = self.rank.take() {
            self.queue.change(|state, _| drop(state.waiting.remove(&rank)));
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.leave();
    }
}

/// One write, taken from a budget.
pub(super) struct Permit {
    queue: Arc<WriteQueue>,
    used: Use,
    /// Of what streams: when the one before it was written, and when this was taken.
    streamed: Option<(Option<Duration>, Duration)>,
}

#[derive(Clone, Copy)]
enum Use {
    Not,
    Begun,
    Refused(Duration),
}

impl Permit {
    /// From now on it counts, whatever comes of it.
    pub(super) fn begin(&mut self) {
        self.used = Use::Begun;
    }

    /// The platform did not take it.
    pub(super) fn refuse(&mut self, retry_after: Duration) {
        self.used = Use::Refused(retry_after);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.queue.change(|state, now| match self.used {
            Use::Not => {
                state.budget.put_back();
                if let Some((before, _)) = self.streamed.filter(|(_, at)| state.streamed == Some(*at)) {
                    state.streamed = before;
                }
            }
            Use::Begun => state.budget.ended(now),
            Use::Refused(retry_after) => state.budget.refused(now, retry_after),
        });
    }
}

/// A write that is kept for an answer until this is dropped.
pub(super) struct FinalReservation(Arc<WriteQueue>);

impl Drop for FinalReservation {
    fn drop(&mut self) {
        self.0.change(|state, _| state.owed = state.owed.saturating_sub(1));
    }
}
