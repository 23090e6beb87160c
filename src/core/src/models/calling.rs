//! Whose turn comes, and at which endpoint: what the queue keeps under its lock.

use std::collections::HashMap;
use std::task::Waker;
use std::time::Duration;

use super::breaker::Breaker;
use super::round_robin::{Number, RoundRobin};
use super::{Full, QueueLimits};
use crate::domain::UserId;
use crate::ports::ModelError;

/// The assumed duration of an answer before any was given.
const USUAL: Duration = Duration::from_mins(1);

/// An endpoint that is free for a question, or why none is left.
pub(super) type Called = Result<usize, ModelError>;

/// The questions that wait for endpoints, and those being answered.
pub(super) struct State {
    pub(super) endpoints: Vec<Occupancy>,
    pub(super) line: RoundRobin,
    limits: QueueLimits,
    pub(super) entries: HashMap<Number, Entry>,
    /// The typical duration of recent answers.
    pub(super) usual: Duration,
}

/// The load and the health of one endpoint.
pub(super) struct Occupancy {
    slots: u32,
    pub(super) running: u32,
    pub(super) breaker: Breaker,
    /// The question that tries whether it is back.
    pub(super) trial: Option<Number>,
    /// The reason of its last failure.
    pub(super) fault: ModelError,
}

/// A question that waits, or whose turn has come.
pub(super) struct Entry {
    pub(super) person: UserId,
    /// Endpoints that failed it.
    pub(super) tried: Vec<usize>,
    /// Its place among those who wait; 1 is next.
    pub(super) position: usize,
    /// The result of waiting, until the question takes note of it.
    pub(super) called: Option<Called>,
    pub(super) waker: Option<Waker>,
}

impl State {
    /// Endpoints with so many slots each, and nobody who waits.
    pub(super) fn new(slots: impl Iterator<Item = u32>, limits: QueueLimits) -> Self {
        let endpoints = slots.map(|slots| Occupancy {
            slots: slots.max(1),
            running: 0,
            breaker: Breaker::default(),
            trial: None,
            fault: ModelError::Unavailable("it was never asked".to_owned()),
        });
        Self {
            endpoints: endpoints.collect(),
            line: RoundRobin::default(),
            limits,
            entries: HashMap::new(),
            usual: USUAL,
        }
    }

    /// Calls those whose turn has come, and those for whom no endpoint is left.
    pub(super) fn call(&mut self, now: Duration) {
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

    /// Returns the error if a question need not wait because every endpoint has failed it, or rests.
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
    pub(super) fn moved(&mut self) -> Vec<Waker> {
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

    pub(super) fn free(&mut self, endpoint: usize, number: Number, now: Duration) {
        let one = &mut self.endpoints[endpoint];
        one.running = one.running.saturating_sub(1);
        if one.trial.take_if(|trial| *trial == number).is_some() {
            one.breaker.untried(now);
        }
    }

    /// Checks whether the queue exceeds its limits with this person's question, which is already in it.
    pub(super) fn full(&self, person: UserId) -> Option<Full> {
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

impl Entry {
    pub(super) fn of(person: UserId) -> Self {
        Self { person, tried: Vec::new(), position: 1, called: None, waker: None }
    }
}
