//! Who waits for which endpoint, and who is being answered: one state under one lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Waker;
use std::time::Duration;

use super::breaker::{Breaker, Weight};
use super::line::{Line, Number};
use super::{Full, QueueLimits};
use crate::domain::UserId;
use crate::ports::{Clock, ModelError};

/// What an answer is taken to last before any was given.
const USUAL: Duration = Duration::from_mins(1);

/// Who waits for which endpoint, and who is being answered.
pub(super) struct Queue {
    state: Mutex<State>,
    pub(super) clock: Arc<dyn Clock>,
}

struct State {
    endpoints: Vec<Occupancy>,
    line: Line,
    limits: QueueLimits,
    entries: HashMap<Number, Entry>,
    /// How long answers have taken of late.
    usual: Duration,
}

/// How one endpoint is.
struct Occupancy {
    slots: u32,
    running: u32,
    breaker: Breaker,
    /// The question that tries whether it is back.
    trial: Option<Number>,
    /// Why it did not answer last.
    fault: ModelError,
}

/// A question that waits, or whose turn has come.
struct Entry {
    person: UserId,
    /// Endpoints that failed it.
    tried: Vec<usize>,
    /// Its place among those who wait; 1 is next.
    position: usize,
    /// What came of waiting, until the question takes note of it.
    called: Option<Called>,
    waker: Option<Waker>,
}

/// An endpoint that is free for a question, or why none is left.
pub(super) type Called = Result<usize, ModelError>;

impl Queue {
    /// A queue before endpoints with so many slots each.
    pub(super) fn new(slots: impl Iterator<Item = u32>, limits: QueueLimits, clock: Arc<dyn Clock>) -> Self {
        let endpoints = slots.map(|slots| Occupancy {
            slots: slots.max(1),
            running: 0,
            breaker: Breaker::default(),
            trial: None,
            fault: ModelError::Unavailable("it was never asked".to_owned()),
        });
        let (line, entries) = (Line::default(), HashMap::new());
        let state = State { endpoints: endpoints.collect(), line, limits, entries, usual: USUAL };
        Self { state: Mutex::new(state), clock }
    }

    /// Joins it, unless as many wait as may. What can begin at once does not wait.
    pub(super) fn join(&self, person: UserId) -> Result<Number, Full> {
        self.change(|state, now| {
            let number = state.line.join(person);
            let entry = Entry { person, tried: Vec::new(), position: 1, called: None, waker: None };
            state.entries.insert(number, entry);
            state.call(now);
            let full = state.entries[&number].called.is_none().then(|| state.full(person)).flatten();
            if full.is_some() {
                state.line.leave(number);
                state.entries.remove(&number);
            }
            full.map_or(Ok(number), Err)
        })
    }

    /// What came of waiting, or the place of a question that waits still; `waker` is called when that changes.
    pub(super) fn turn(&self, number: Number, waker: &Waker) -> Result<Called, usize> {
        let mut state = self.state();
        let Some(entry) = state.entries.get_mut(&number) else { return Ok(Err(ModelError::Interrupted)) };
        entry.called.take().ok_or_else(|| {
            entry.waker = Some(waker.clone());
            entry.position
        })
    }

    /// When an endpoint's rest is over, from now: those who wait look again then.
    pub(super) fn next_rest_over(&self) -> Option<Duration> {
        let (state, now) = (self.state(), self.clock.elapsed());
        let rests = state.endpoints.iter().filter(|one| one.breaker.rests(now));
        rests.filter_map(|one| one.breaker.until()).min().map(|until| until.saturating_sub(now))
    }

    /// Looks whether somebody's turn has come.
    pub(super) fn look(&self) {
        self.change(State::call);
    }

    /// Somebody waits no more, or needs no more of the endpoint they hold, after so much time where it answered.
    pub(super) fn leave(&self, number: Number, holds: Option<usize>, took: Option<Duration>) {
        self.change(|state, now| {
            state.line.leave(number);
            let called = state.entries.remove(&number).and_then(|entry| entry.called);
            if let Some(endpoint) = holds.or(called.and_then(Result::ok)) {
                state.free(endpoint, number, now);
            }
            if let Some(took) = took {
                state.usual = (state.usual * 3 + took) / 4;
            }
            state.call(now);
        });
    }

    /// An endpoint began to answer.
    pub(super) fn began(&self, endpoint: usize) {
        self.change(|state, now| {
            let one = &mut state.endpoints[endpoint];
            one.trial = None;
            one.breaker.began();
            state.call(now);
        });
    }

    /// An endpoint broke off its answer. It had begun one: it may be an accident, however long it took.
    pub(super) fn broke(&self, number: Number, endpoint: usize, error: &ModelError) {
        self.change(|state, now| {
            let one = &mut state.endpoints[endpoint];
            if one.trial.is_none_or(|trial| trial == number) {
                one.breaker.failed(Weight::One, now);
            }
            one.fault = error.clone();
        });
    }

    /// An endpoint answered to the end.
    pub(super) fn answered(&self, endpoint: usize) {
        self.change(|state, now| {
            let one = &mut state.endpoints[endpoint];
            one.trial = None;
            one.breaker.answered();
            state.call(now);
        });
    }

    /// An endpoint did not answer. Its question waits for another one, where one may be left; else it hears why.
    pub(super) fn failed(&self, number: Number, endpoint: usize, error: &ModelError) {
        self.change(|state, now| {
            let one = &mut state.endpoints[endpoint];
            // What was asked before the rest says nothing of an endpoint that is being tried.
            if one.trial.is_none_or(|trial| trial == number) {
                one.breaker.failed(weight(error), now);
            }
            one.fault = error.clone();
            state.free(endpoint, number, now);
            let Some(entry) = state.entries.get_mut(&number) else { return };
            entry.tried.push(endpoint);
            state.line.join_again(number, entry.person);
            state.call(now);
        });
    }

    /// What an endpoint says of its own health.
    pub(super) fn checked(&self, endpoint: usize, found: Result<(), &ModelError>) {
        self.change(|state, now| {
            let one = &mut state.endpoints[endpoint];
            match found {
                Ok(()) if is_seen_from_outside(&one.fault) => one.breaker.says_well(now),
                // A server that is stuck still says that it is well.
                Ok(()) => {}
                // One that is writing answers has no time to say so.
                Err(_) if one.running > 0 => {}
                Err(error) => {
                    one.breaker.failed(Weight::One, now);
                    one.fault = error.clone();
                }
            }
            state.call(now);
        });
    }

    /// Answers being written by each endpoint and whether it rests, and how many questions wait.
    pub(super) fn occupancy(&self) -> (Vec<(u32, Breaker)>, usize) {
        let state = self.state();
        (state.endpoints.iter().map(|one| (one.running, one.breaker)).collect(), state.line.len())
    }

    /// Changes the state and, once the lock is free, wakes those whom that concerns.
    fn change<T>(&self, change: impl FnOnce(&mut State, Duration) -> T) -> T {
        let now = self.clock.elapsed();
        let mut state = self.state();
        let changed = change(&mut state, now);
        let wakers = state.moved();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        changed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("invariant: nothing panics while the lock is held")
    }
}

impl State {
    /// Calls those whose turn has come, and those for whom no endpoint is left.
    fn call(&mut self, now: Duration) {
        while let Some((number, endpoint)) = self.next(now) {
            self.line.take(number);
            let one = &mut self.endpoints[endpoint];
            one.running += 1;
            if one.breaker.asked() {
                one.trial = Some(number);
            }
            self.called(number, Ok(endpoint));
        }
        for number in self.line.order() {
            if let Some(error) = self.hopeless(number, now) {
                self.line.leave(number);
                self.called(number, Err(error));
            }
        }
        if self.line.len() == 0 && self.endpoints.iter().all(|one| one.running == 0) {
            self.line.rest();
        }
    }

    /// The first of those who wait for whom an endpoint is free, with that endpoint.
    fn next(&self, now: Duration) -> Option<(Number, usize)> {
        let free: Vec<usize> = (0..self.endpoints.len()).filter(|at| self.endpoints[*at].is_free(now)).collect();
        if free.is_empty() {
            return None;
        }
        self.line.order().into_iter().find_map(|number| {
            let untried = free.iter().filter(|at| !self.entries[&number].tried.contains(at));
            let best = untried.min_by_key(|at| self.endpoints[**at].preference());
            best.map(|at| (number, *at))
        })
    }

    /// Why a question need not wait: every endpoint has failed it, or rests.
    fn hopeless(&self, number: Number, now: Duration) -> Option<ModelError> {
        let tried = &self.entries[&number].tried;
        let hope = |(at, one): (usize, &Occupancy)| !tried.contains(&at) && !one.breaker.rests(now);
        if self.endpoints.iter().enumerate().any(hope) {
            return None;
        }
        let last = tried.last().copied().or_else(|| (0..self.endpoints.len()).next());
        let fault = last.and_then(|at| self.endpoints.get(at)).map(|one| one.fault.clone());
        Some(fault.unwrap_or_else(|| ModelError::Unavailable("there is no endpoint".to_owned())))
    }

    fn called(&mut self, number: Number, outcome: Called) {
        if let Some(entry) = self.entries.get_mut(&number) {
            entry.called = Some(outcome);
        }
    }

    /// Notes everybody's place; those to wake whose place is another now, or who were called.
    fn moved(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for (at, number) in self.line.order().into_iter().enumerate() {
            if let Some(entry) = self.entries.get_mut(&number).filter(|entry| entry.position != at + 1) {
                entry.position = at + 1;
                wakers.extend(entry.waker.take());
            }
        }
        let called = self.entries.values_mut().filter(|entry| entry.called.is_some());
        wakers.extend(called.filter_map(|entry| entry.waker.take()));
        wakers
    }

    fn free(&mut self, endpoint: usize, number: Number, now: Duration) {
        let one = &mut self.endpoints[endpoint];
        one.running = one.running.saturating_sub(1);
        if one.trial.take_if(|trial| *trial == number).is_some() {
            one.breaker.untried(now);
        }
    }

    /// Whether one more than may wait for a person, who is among them already.
    fn full(&self, person: UserId) -> Option<Full> {
        let (waiting, own) = (self.line.len() - 1, self.line.of(person) - 1);
        if waiting >= self.limits.waiting {
            let slots: u32 = self.endpoints.iter().map(|one| one.slots).sum();
            let before = u32::try_from(waiting).unwrap_or(u32::MAX).div_ceil(slots.max(1)).max(1);
            return Some(Full::Queue { waiting, wait: self.usual.saturating_mul(before) });
        }
        (own >= self.limits.each).then_some(Full::Person { waiting: own })
    }
}

impl Occupancy {
    fn is_free(&self, now: Duration) -> bool {
        self.running < self.slots && self.breaker.admits(now)
    }

    /// Less is better: well before failing, then the least of its slots taken, in parts of a million.
    fn preference(&self) -> (bool, u64) {
        (!self.breaker.is_well(), u64::from(self.running) * 1_000_000 / u64::from(self.slots))
    }
}

/// What took long enough to be a time-out says more than a connection refused at once.
fn weight(error: &ModelError) -> Weight {
    if matches!(error, ModelError::Timeout { .. }) { Weight::All } else { Weight::One }
}

/// Whether an endpoint that says it is well has got over it.
fn is_seen_from_outside(fault: &ModelError) -> bool {
    matches!(fault, ModelError::Unavailable(_) | ModelError::ModelMissing { .. } | ModelError::Forbidden)
}

/// Whether another endpoint might do better: not where the question itself is at fault.
pub(super) fn is_of_the_endpoint(error: &ModelError) -> bool {
    match error {
        ModelError::Unavailable(_)
        | ModelError::ModelMissing { .. }
        | ModelError::Busy
        | ModelError::Forbidden
        | ModelError::Timeout { .. }
        | ModelError::Interrupted
        | ModelError::Failed(_)
        | ModelError::Protocol(_)
        | ModelError::Outside(_) => true,
        ModelError::PromptTooLong | ModelError::Rejected(_) | ModelError::Unsupported(_) | ModelError::Withheld => {
            false
        }
    }
}
