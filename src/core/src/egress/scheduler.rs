//! Everything that is written to a platform, counted against its budgets.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::poll_fn;

use super::write_queue::{FinalReservation, Permit, Urgency, Waiting, WriteQueue, poll_each};
use super::write_timeout::WriteTimeout;
use super::{Destination, RetryPolicy};
use crate::domain::{MessageRef, Outgoing, Place, PlatformName};
use crate::lock::lock;
use crate::ports::{BudgetSignals, ChatPlatform, Clock, PlatformError, Rate, SendKey};

/// Queues above which those are forgotten that nobody needs.
const MANY: usize = 64;

/// Everything that is written to platforms goes through one of these, so that whoever shares a budget shares it fairly.
#[derive(Clone)]
pub struct Scheduler {
    clock: Arc<dyn Clock>,
    keys: Keys,
    queues: Arc<Mutex<Queues>>,
}

/// Gives each message a key of its own, from the time of the start on.
#[derive(Clone, Copy)]
struct Keys(u64);

impl Keys {
    fn next(self) -> SendKey {
        static GIVEN: AtomicU64 = AtomicU64::new(0);
        SendKey(self.0.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)))
    }
}

#[derive(Default)]
struct Queues {
    /// By platform and place; without a place, that of the account.
    known: HashMap<(PlatformName, Option<String>), Arc<WriteQueue>>,
    tidied: usize,
}

impl Scheduler {
    /// One for the whole program.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        // Nobody sends a message each nanosecond: what was given before a restart is not given again.
        let keys = Keys(u64::try_from(clock.now().as_nanosecond()).unwrap_or_default());
        Self { clock, keys, queues: Arc::default() }
    }

    /// Hears what a platform says of its budgets from now on.
    pub fn listen(&self, platform: &dyn ChatPlatform) {
        let (name, queues) = (platform.name(), Arc::clone(&self.queues));
        let signals: BudgetSignals = Arc::new(move |signal| {
            let key = (name.clone(), signal.place.as_ref().map(Place::path));
            // Of what nothing was written to, nothing need be known.
            let queue = lock(&queues).known.get(&key).map(Arc::clone);
            if let Some(queue) = queue {
                queue.told(signal);
            }
        });
        platform.report_budgets(signals);
    }

    /// Sends or changes a message that somebody waits for; tried again while the platform is slow or away.
    pub async fn deliver(
        &self,
        platform: &dyn ChatPlatform,
        place: &Place,
        destination: Destination,
        message: &Outgoing,
        retry: RetryPolicy,
    ) -> Result<MessageRef, PlatformError> {
        self.outlet(platform, place).deliver(platform, place, destination, message, retry).boxed().await
    }

    /// Changes a message if that keeps nobody waiting: a kindness, such as taking buttons away that do nothing any more.
    pub async fn tidy(
        &self,
        platform: &dyn ChatPlatform,
        at: &MessageRef,
        message: &Outgoing,
    ) -> Result<(), PlatformError> {
        match self.outlet(platform, &at.place).turn_at_once(Urgency::BestEffort) {
            Some(turn) => turn.carrying(message).spend(platform.edit(at, message)).await,
            None => Err(PlatformError::Unavailable("others are to be answered first".to_owned())),
        }
    }

    /// The way to a place.
    pub(super) fn outlet(&self, platform: &dyn ChatPlatform, place: &Place) -> PlaceWriter {
        let (name, capabilities) = (platform.name(), platform.capabilities());
        let budget = capabilities.budget;
        let mut queues = Vec::with_capacity(1);
        if budget.place.is_some() || budget.account.is_none() {
            queues.push(self.queue((name.clone(), Some(place.path())), budget.place));
        }
        if budget.account.is_some() {
            queues.push(self.queue((name, None), budget.account));
        }
        let bound = WriteTimeout { clock: Arc::clone(&self.clock), longest: capabilities.longest_write };
        PlaceWriter { bound, keys: self.keys, queues }
    }

    fn queue(&self, key: (PlatformName, Option<String>), rate: Option<Rate>) -> Arc<WriteQueue> {
        let mut queues = lock(&self.queues);
        if queues.known.len() > MANY.max(queues.tidied * 2) {
            queues.known.retain(|_, queue| Arc::strong_count(queue) > 1 || !queue.is_idle());
            queues.tidied = queues.known.len();
        }
        Arc::clone(queues.known.entry(key).or_insert_with(|| WriteQueue::new(Arc::clone(&self.clock), rate)))
    }
}

/// The budgets that a write to one place takes from, the narrowest first.
#[derive(Clone)]
pub(super) struct PlaceWriter {
    /// The time-out of a request.
    pub(super) bound: WriteTimeout,
    keys: Keys,
    queues: Vec<Arc<WriteQueue>>,
}

impl PlaceWriter {
    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.bound.clock
    }

    /// The key of a message to be.
    pub(super) fn key(&self) -> SendKey {
        self.keys.next()
    }

    /// Waits until something may be written.
    pub(super) fn turn(&self, urgency: Urgency) -> impl Future<Output = Turn> + Send + use<> {
        let mut waiting: Vec<Waiting> = self.queues.iter().map(|queue| queue.enter(urgency)).collect();
        let bound = self.bound.clone();
        poll_fn(move |context| poll_each(&mut waiting, context).map(|permits| Turn { permits, bound: bound.clone() }))
    }

    /// Takes a turn, unless that would require waiting.
    pub(super) fn turn_at_once(&self, urgency: Urgency) -> Option<Turn> {
        self.turn(urgency).now_or_never()
    }

    /// Keeps a write for an answer until what this gives is dropped.
    pub(super) fn owe(&self) -> Vec<FinalReservation> {
        self.queues.iter().map(WriteQueue::owe).collect()
    }
}

/// One write, taken from every budget it counts for; put back when dropped unused.
pub(super) struct Turn {
    permits: Vec<Permit>,
    bound: WriteTimeout,
}

impl Turn {
    /// Extends the time-out for the files of a message.
    pub(super) fn carrying(self, message: &Outgoing) -> Self {
        Self { bound: self.bound.carrying(message), ..self }
    }

    /// Writes, and notes what the platform says to it. A write that it does not answer in time counts as made: it may have
    /// arrived.
    pub(super) async fn spend<T>(
        mut self,
        write: impl Future<Output = Result<T, PlatformError>>,
    ) -> Result<T, PlatformError> {
        self.permits.iter_mut().for_each(Permit::begin);
        let result = self.bound.wait(write).await;
        if let (Err(PlatformError::RateLimited { retry_after }), Some(narrowest)) = (&result, self.permits.first_mut())
        {
            narrowest.refuse(*retry_after);
        }
        result
    }
}
