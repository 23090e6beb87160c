//! The queue and the load of each endpoint: one state under one lock.

use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::Duration;

use super::breaker::{Breaker, Weight};
use super::calling::{Called, Entry, State};
use super::faults::{is_seen_from_outside, weight};
use super::round_robin::Number;
use super::{Full, QueueLimits};
use crate::domain::UserId;
use crate::lock::lock;
use crate::ports::{Clock, ModelError};

/// The queue and the load of each endpoint.
pub(super) struct Queue {
    state: Mutex<State>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Queue {
    /// A queue before endpoints with so many slots each.
    pub(super) fn new(slots: impl Iterator<Item = u32>, limits: QueueLimits, clock: Arc<dyn Clock>) -> Self {
        Self { state: Mutex::new(State::new(slots, limits)), clock }
    }

    /// Joins it, unless as many wait as may. What can begin at once does not wait.
    pub(super) fn join(&self, person: UserId) -> Result<Number, Full> {
        self.change(|state, now| {
            let number = state.line.join(person);
            state.entries.insert(number, Entry::of(person));
            state.call(now);
            let full = state.entries[&number].called.is_none().then(|| state.full(person)).flatten();
            if full.is_some() {
                state.line.leave(number);
                state.entries.remove(&number);
            }
            full.map_or(Ok(number), Err)
        })
    }

    /// Returns the result of waiting, or the position of a question that still waits; `waker` is called when that
    /// changes.
    pub(super) fn turn(&self, number: Number, waker: &Waker) -> Result<Called, usize> {
        let mut state = lock(&self.state);
        let Some(entry) = state.entries.get_mut(&number) else { return Ok(Err(ModelError::Interrupted)) };
        entry.called.take().ok_or_else(|| {
            entry.waker = Some(waker.clone());
            entry.position
        })
    }

    /// Returns the time until the next endpoint's rest is over, when those who wait check again.
    pub(super) fn next_rest_over(&self) -> Option<Duration> {
        let (state, now) = (lock(&self.state), self.clock.elapsed());
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

    /// Takes note of an endpoint's health check.
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
                    match error {
                        ModelError::Unavailable(_) => one.breaker.is_away(now),
                        _ => one.breaker.failed(Weight::One, now),
                    }
                    one.fault = error.clone();
                }
            }
            state.call(now);
        });
    }

    /// Answers being written by each endpoint and whether it rests, and how many questions wait.
    pub(super) fn occupancy(&self) -> (Vec<(u32, Breaker)>, usize) {
        let state = lock(&self.state);
        (state.endpoints.iter().map(|one| (one.running, one.breaker)).collect(), state.line.len())
    }

    /// The people whose questions wait, the next one first.
    pub(super) fn waiting_people(&self) -> Vec<UserId> {
        let state = lock(&self.state);
        state.line.order().iter().filter_map(|number| Some(state.entries.get(number)?.person)).collect()
    }

    /// Changes the state and, once the lock is free, wakes those whom that concerns.
    fn change<T>(&self, change: impl FnOnce(&mut State, Duration) -> T) -> T {
        let now = self.clock.elapsed();
        let mut state = lock(&self.state);
        let changed = change(&mut state, now);
        let wakers = state.moved();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        changed
    }
}
