//! Gives a request up when serenity's limiter would delay it: by the time it was sent, its text would be stale.
//!
//! The limiter tells of a wait by a callback, just before it sleeps, on the task that makes the request. So a request that
//! is pending after it was told of waits: before it is made, or after it was refused. Giving it up loses nothing.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// The shortest wait for which a request is given up: shorter ones may be over before they have begun.
const SHORTEST: Duration = Duration::from_millis(5);

tokio::task_local! {
    static HELD: Arc<Mutex<Option<Duration>>>;
}

/// Reports that the limiter is about to wait. Outside [`unless_held`] it does wait.
pub(crate) fn hold(wait: Duration) {
    if wait >= SHORTEST {
        let _ = HELD.try_with(|held| *held.lock().unwrap_or_else(PoisonError::into_inner) = Some(wait));
    }
}

/// Runs a request, or gives it up as soon as the limiter delays it. The error is the length of the delay.
pub(crate) async fn unless_held<T>(work: impl Future<Output = T>) -> Result<T, Duration> {
    let held = Arc::new(Mutex::new(None));
    let mut work = pin!(HELD.scope(Arc::clone(&held), work));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Ok(done)),
        Poll::Pending => match held.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(wait) => Poll::Ready(Err(wait)),
            None => Poll::Pending,
        },
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    async fn limited(wait: Duration) -> &'static str {
        tokio::task::yield_now().await;
        hold(wait);
        tokio::time::sleep(wait).await;
        "done"
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_held_is_given_up_at_once() {
        let before = tokio::time::Instant::now();
        assert_eq!(unless_held(limited(WAIT)).await, Err(WAIT));
        assert_eq!(before.elapsed(), Duration::ZERO);
        assert_eq!(unless_held(limited(Duration::from_millis(1))).await, Ok("done"));
        assert_eq!(limited(WAIT).await, "done", "nobody minds");
    }

    #[tokio::test(start_paused = true)]
    async fn two_at_once_do_not_meet() {
        let (held, free) = tokio::join!(
            unless_held(limited(WAIT)),
            unless_held(async {
                tokio::time::sleep(WAIT).await;
                "free"
            })
        );
        assert_eq!((held, free), (Err(WAIT), Ok("free")));
    }
}
