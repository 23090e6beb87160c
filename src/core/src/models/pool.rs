//! The endpoints of one model as the pipeline sees them: one model that answers in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::{Either, FutureExt as _, join_all, select};

use super::asking::Asking;
use super::queue::Queue;
use super::ticket::Ticket;
use super::{Endpoint, Full, QueueLimits};
use crate::domain::UserId;
use crate::ports::{ChatRequest, Clock, LanguageModel, ModelError};
use crate::text::Text;

/// The time-out for an endpoint's health check.
const CHECK: Duration = Duration::from_secs(5);

/// One model on several endpoints, with the queue before them.
pub struct ModelPool {
    endpoints: Arc<[Endpoint]>,
    /// For each endpoint, true once it has reported itself healthy.
    met: Box<[AtomicBool]>,
    queue: Arc<Queue>,
}

/// The current load of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The endpoint's name.
    pub endpoint: String,
    /// Answers it is writing.
    pub running: u32,
    /// True if it rests after failures: no question is sent there.
    pub rests: bool,
    /// The time since the failure after which it is not asked any more, and the time until it is tried again.
    pub resting: Option<(Duration, Duration)>,
    /// True if its last complete answer is newer than its last failure.
    pub well: bool,
}

impl ModelPool {
    /// These endpoints, each with the same model.
    pub fn new(endpoints: Vec<Endpoint>, limits: QueueLimits, clock: Arc<dyn Clock>) -> Self {
        let queue = Queue::new(endpoints.iter().map(|endpoint| endpoint.slots), limits, clock);
        let met = endpoints.iter().map(|_| AtomicBool::default()).collect();
        Self { endpoints: endpoints.into(), met, queue: Arc::new(queue) }
    }

    /// The model's name, for the audit.
    pub fn name(&self) -> &str {
        self.endpoints.first().map_or("none", |endpoint| endpoint.model.name())
    }

    /// The context window in tokens that a prompt must fit, whichever endpoint answers.
    pub fn context_tokens(&self) -> usize {
        self.endpoints.iter().map(|endpoint| endpoint.model.context_tokens()).min().unwrap_or(0)
    }

    /// The endpoints, in the order of the configuration.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Puts a person's question into the queue; what can begin at once begins when the stages are read.
    pub fn ask(&self, person: UserId, request: ChatRequest) -> Result<Asking, Full> {
        let number = self.queue.join(person)?;
        let ticket = Ticket::new(Arc::clone(&self.queue), number);
        Ok(Asking::new(ticket, Arc::clone(&self.endpoints), request))
    }

    /// Looks after the endpoints, and gives what each of those said that were asked how they are. One that rests is tried
    /// again as soon as it says that it is well; where there are several, one that is away is noticed before a question is
    /// sent there; and of each, what its model can read is learnt when it is first well. To be called now and then.
    pub async fn check(&self) -> Vec<(&Endpoint, Result<Text, ModelError>)> {
        let (several, loads) = (self.endpoints.len() > 1, self.loads());
        let counts = |at: usize| several || loads[at].rests;
        let due = (0..self.endpoints.len()).filter(|at| counts(*at) || !self.met[*at].load(Ordering::Relaxed));
        let checks = due.map(async |at| (at, self.health_of(&*self.endpoints[at].model).await));
        let mut said = Vec::new();
        for (at, health) in join_all(checks).await {
            self.met[at].fetch_or(health.is_ok(), Ordering::Relaxed);
            if counts(at) {
                self.queue.checked(at, health.as_ref().map(drop));
            }
            // One that is writing answers may have no time to say so.
            if health.is_ok() || loads[at].running == 0 {
                said.push((&self.endpoints[at], health));
            }
        }
        said
    }

    /// Returns the load of each endpoint.
    pub fn loads(&self) -> Vec<Load> {
        let (occupancy, now) = (self.queue.occupancy().0, self.queue.clock.elapsed());
        let load = |(endpoint, (running, breaker)): (&Endpoint, (u32, super::breaker::Breaker))| Load {
            endpoint: endpoint.name.clone(),
            running,
            rests: breaker.rests(now),
            resting: breaker.resting(now),
            well: breaker.is_well(),
        };
        self.endpoints.iter().zip(occupancy).map(load).collect()
    }

    /// Returns the number of waiting questions.
    pub fn waiting(&self) -> usize {
        self.queue.occupancy().1
    }

    /// The people whose questions wait, the next one first.
    pub fn waiting_people(&self) -> Vec<UserId> {
        self.queue.waiting_people()
    }

    async fn health_of(&self, model: &dyn LanguageModel) -> Result<Text, ModelError> {
        match select(model.health().boxed(), self.queue.clock.sleep(CHECK)).await {
            Either::Left((health, _)) => health,
            Either::Right(((), _)) => Err(ModelError::Timeout { seconds: CHECK.as_secs() }),
        }
    }
}
