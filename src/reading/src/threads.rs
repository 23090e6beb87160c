//! A bounded number of threads for the work on one database.

use std::time::Duration;

use futures::FutureExt as _;
use pstral_core::domain::{LimitReached, Limits};
use pstral_core::ports::{ResultStream, TargetError};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::brake::Brake;
use crate::outlet::Outlet;
use crate::running::follow;
use crate::turns::Turns;

/// A bounded number of threads for the work on one database. Needs a tokio runtime with time.
#[derive(Debug)]
pub struct Threads {
    turns: Turns,
    read_time: Duration,
}

impl Threads {
    /// At most `most` at once, at least one; reads other than statements, and the wait for their turn, may take
    /// `read_time`.
    pub fn new(most: usize, read_time: Duration) -> Self {
        Self { turns: Turns::new(most), read_time }
    }

    /// Runs a statement: `work` hands its rows to the outlet and says which limit ended it, if one did. It waits for its
    /// turn as long as it may run.
    pub async fn stream(
        &self,
        limits: Limits,
        cancel: CancellationToken,
        work: impl FnOnce(&Brake, Outlet) -> Result<Option<LimitReached>, TargetError> + Send + 'static,
    ) -> Result<ResultStream, TargetError> {
        let turn = self.turns.next(limits.time, &cancel).await?;
        let brake = Brake::new(limits.time, cancel.child_token());
        let (outlet, inlet) = Outlet::new(&brake, limits);
        let watched = brake.clone();
        let working = spawn_blocking(move || {
            // Kept by the thread, not by the reader: a thread that has yet to notice its brake still counts.
            let _turn = turn;
            work(&watched, outlet)
        });
        let ending = working.map(|ended| ended.unwrap_or_else(|_| Err(broken_down())));
        follow(brake, inlet, ending.boxed()).await
    }

    /// Reads something that is not a statement of a person.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Brake) -> Result<T, TargetError> + Send + 'static,
    ) -> Result<T, TargetError> {
        let turn = self.turns.next(self.read_time, &CancellationToken::new()).await?;
        self.read_now(move |brake| {
            let _turn = turn;
            work(brake)
        })
        .await
    }

    /// Without waiting for a turn, for what is short and must answer while every turn is taken. Whoever waits is told at
    /// the deadline, whether or not the thread has noticed: a driver may hang where nothing reaches it.
    pub async fn read_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Brake) -> Result<T, TargetError> + Send + 'static,
    ) -> Result<T, TargetError> {
        let brake = Brake::new(self.read_time, CancellationToken::new());
        let _stop = brake.pull_on_drop();
        let watched = brake.clone();
        let working = spawn_blocking(move || work(&watched)).map(|done| done.unwrap_or_else(|_| Err(broken_down())));
        let done = brake.over(working).await;
        if done.is_err() {
            brake.interrupt();
        }
        done
    }
}

fn broken_down() -> TargetError {
    TargetError::Failed("the reading thread broke down".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures::StreamExt as _;
    use pstral_core::domain::{Ending, Value};
    use pstral_core::ports::Batch;

    use super::*;

    const LIMITS: Limits = Limits { rows: 1000, bytes: 1 << 20, cell_bytes: 100, time: Duration::from_millis(200) };
    const PATIENT: Limits = Limits { time: Duration::from_mins(1), ..LIMITS };

    fn describe(outlet: &mut Outlet) {
        outlet.describe(vec!["n".to_owned()], vec![None]);
    }

    /// Works until something interrupts it, as a driver that blocks does.
    fn blocked(brake: &Brake) -> Result<Option<LimitReached>, TargetError> {
        let interrupted = Arc::new(AtomicBool::new(false));
        let hear = Arc::clone(&interrupted);
        brake.hold(move || hear.store(true, Ordering::SeqCst));
        while !interrupted.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(brake.pulled().unwrap_or(TargetError::Cancelled))
    }

    async fn still_works(threads: &Threads) {
        let work = |_: &Brake, mut outlet: Outlet| {
            describe(&mut outlet);
            outlet.push(vec![Value::Integer(1)])?;
            outlet.finish().map(|()| None)
        };
        let stream = threads.stream(PATIENT, CancellationToken::new(), work).await.unwrap();
        let batches: Vec<_> = stream.batches.collect().await;
        assert_eq!(batches, [Ok(Batch::Rows(vec![vec![Value::Integer(1)]])), Ok(Batch::End(Ending::default()))]);
    }

    #[tokio::test]
    async fn rows_that_came_before_the_deadline_stand() {
        let threads = Threads::new(1, LIMITS.time);
        let work = |brake: &Brake, mut outlet: Outlet| {
            describe(&mut outlet);
            // More than a batch holds.
            for number in 0..300 {
                assert_eq!(outlet.push(vec![Value::Integer(number)])?, None);
            }
            blocked(brake)
        };
        let stream = threads.stream(LIMITS, CancellationToken::new(), work).await.unwrap();
        let batches: Vec<_> = stream.batches.collect().await;
        assert!(matches!(&batches[0], Ok(Batch::Rows(rows)) if rows.len() == 256));
        let ending = Ending { truncated: Some(LimitReached::Time), cut_cells: 0 };
        assert_eq!(batches[1..], [Ok(Batch::End(ending))]);
        still_works(&threads).await;
    }

    #[tokio::test]
    async fn a_statement_without_rows_ends_in_its_time_limit() {
        let threads = Threads::new(1, LIMITS.time);
        let work = |brake: &Brake, mut outlet: Outlet| {
            describe(&mut outlet);
            blocked(brake)
        };
        let ended = threads.stream(LIMITS, CancellationToken::new(), work).await;
        assert_eq!(ended.err(), Some(TargetError::Timeout { seconds: 1 }));
        still_works(&threads).await;
    }

    #[tokio::test]
    async fn what_nobody_reads_is_interrupted_and_its_thread_comes_back() {
        let threads = Threads::new(1, Duration::from_mins(1));
        let work = |brake: &Brake, mut outlet: Outlet| {
            describe(&mut outlet);
            for number in 0..256 {
                outlet.push(vec![Value::Integer(number)])?;
            }
            blocked(brake)
        };
        let stream = threads.stream(PATIENT, CancellationToken::new(), work).await.unwrap();
        drop(stream);
        still_works(&threads).await;
    }

    #[tokio::test]
    async fn a_read_that_hangs_is_told_at_the_deadline_and_interrupted() {
        let threads = Threads::new(1, LIMITS.time);
        let (sender, ended) = std::sync::mpsc::channel();
        let read = threads.read(move |brake| {
            let _ = sender.send(blocked(brake));
            // Hangs on, and notices nothing.
            std::thread::sleep(Duration::from_millis(300));
            Ok(())
        });
        assert_eq!(read.await.err(), Some(TargetError::Timeout { seconds: 1 }));
        assert!(ended.recv().unwrap().is_err(), "it was interrupted");
        still_works(&threads).await;
    }

    #[tokio::test]
    async fn a_turn_that_does_not_come_is_told() {
        let threads = Threads::new(1, Duration::from_mins(1));
        let held = threads.stream(PATIENT, CancellationToken::new(), |brake: &Brake, mut outlet: Outlet| {
            describe(&mut outlet);
            for number in 0..256 {
                outlet.push(vec![Value::Integer(number)])?;
            }
            blocked(brake)
        });
        let held = held.await.unwrap();
        let refused = threads.stream(LIMITS, CancellationToken::new(), |_: &Brake, _: Outlet| Ok(None)).await;
        assert!(matches!(refused.err(), Some(TargetError::Busy(_))));
        threads.read_now(|_| Ok(())).await.unwrap();
        drop(held);
        still_works(&threads).await;
    }
}
