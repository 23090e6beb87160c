//! One question's place in the queue, and then its slot of an endpoint: dropping it gives up either, also in a panic.

use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use futures::future::BoxFuture;

use super::calling::Called;
use super::queue::Queue;
use super::round_robin::Number;
use crate::ports::ModelError;

/// The interval at which waiting questions check whether an endpoint is back while none rests.
const LOOK: Duration = Duration::from_secs(10);

/// One question's place in the queue, or its slot.
pub(super) struct Ticket {
    queue: Arc<Queue>,
    number: Number,
    holds: Option<Held>,
}

/// A slot of an endpoint.
struct Held {
    endpoint: usize,
    since: Duration,
    answered: bool,
}

impl Ticket {
    pub(super) fn new(queue: Arc<Queue>, number: Number) -> Self {
        Self { queue, number, holds: None }
    }

    /// The endpoint whose turn it is to answer, or why none will; until then the place in the queue.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Result<Called, usize> {
        let called = self.queue.turn(self.number, context.waker())?;
        if let Ok(endpoint) = called {
            self.holds = Some(Held { endpoint, since: self.queue.clock.elapsed(), answered: false });
        }
        Ok(called)
    }

    /// Sleeps until an endpoint may be back, and looks again.
    pub(super) fn nap(&self) -> BoxFuture<'static, ()> {
        let queue = Arc::clone(&self.queue);
        Box::pin(async move {
            let rest = queue.next_rest_over().unwrap_or(LOOK);
            queue.clock.sleep(rest).await;
            queue.look();
        })
    }

    /// The time on the clock of the queue.
    pub(super) fn elapsed(&self) -> Duration {
        self.queue.clock.elapsed()
    }

    /// The endpoint began to answer.
    pub(super) fn began(&mut self) {
        if let Some(held) = &mut self.holds {
            held.answered = true;
            self.queue.began(held.endpoint);
        }
    }

    /// The endpoint answered to the end.
    pub(super) fn answered(&mut self) {
        if let Some(held) = &mut self.holds {
            held.answered = true;
            self.queue.answered(held.endpoint);
        }
    }

    /// The endpoint broke off what it had begun to say: nobody else can go on with that.
    pub(super) fn broke(&mut self, error: &ModelError) {
        if let Some(held) = &mut self.holds {
            held.answered = false;
            self.queue.broke(self.number, held.endpoint, error);
        }
    }

    /// The endpoint did not: waits for another one.
    pub(super) fn failed(&mut self, error: &ModelError) {
        if let Some(held) = self.holds.take() {
            self.queue.failed(self.number, held.endpoint, error);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let now = self.queue.clock.elapsed();
        let took = self.holds.as_ref().filter(|held| held.answered).map(|held| now.saturating_sub(held.since));
        self.queue.leave(self.number, self.holds.as_ref().map(|held| held.endpoint), took);
    }
}
