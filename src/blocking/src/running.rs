//! A running statement as a stream.

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use pstral_core::domain::{Column, Ending, LimitReached};
use pstral_core::ports::{Batch, ResultStream, TargetError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::brake::Brake;
use crate::outlet::{Inlet, Portion};

/// How the thread ended: at a limit it counts, or at the last row.
type Ended = Result<Option<LimitReached>, TargetError>;

/// A thread at work, seen from the task that reads. Dropping it pulls the brake.
pub(crate) struct Running {
    brake: Brake,
    ending: JoinHandle<Ended>,
    rows: mpsc::Receiver<Portion>,
    begun: bool,
    cut_cells: u64,
    _stop: DropGuard,
}

impl Running {
    /// Waits for the columns. The brake holds for this too: one step of a database may be long, and the person is told
    /// at the deadline whether or not the thread has noticed.
    pub(crate) async fn start(
        brake: Brake,
        inlet: Inlet,
        ending: JoinHandle<Ended>,
    ) -> Result<ResultStream, TargetError> {
        let stop = brake.pull_on_drop();
        let mut running = Self { brake, ending, rows: inlet.rows, begun: false, cut_cells: 0, _stop: stop };
        let columns: Vec<Column> = tokio::select! {
            biased;
            () = running.brake.stopped() => return Err(TargetError::Cancelled),
            columns = inlet.columns => match columns {
                Ok(columns) => columns,
                Err(_) => return Err(running.failure().await),
            },
            () = running.brake.expired() => return Err(running.brake.timeout()),
        };
        Ok(ResultStream { columns, batches: running.batches() })
    }

    fn batches(self) -> BoxStream<'static, Result<Batch, TargetError>> {
        stream::unfold(Some(self), |running| async {
            let mut running = running?;
            let next = running.next().await;
            let more = matches!(next, Ok(Batch::Rows(_))).then_some(running);
            Some((next, more))
        })
        .boxed()
    }

    async fn next(&mut self) -> Result<Batch, TargetError> {
        match self.portion().await {
            Ok(Some(portion)) => {
                (self.begun, self.cut_cells) = (true, portion.cut_cells);
                Ok(Batch::Rows(portion.rows))
            }
            Ok(None) => self.end().await.map(|truncated| self.ending(truncated)),
            Err(error) => Err(error),
        }
        .or_else(|error| match error {
            // The rows that came are worth having.
            TargetError::Timeout { .. } if self.begun => Ok(self.ending(Some(LimitReached::Time))),
            other => Err(other),
        })
    }

    fn ending(&self, truncated: Option<LimitReached>) -> Batch {
        Batch::End(Ending { truncated, cut_cells: self.cut_cells })
    }

    async fn portion(&mut self) -> Result<Option<Portion>, TargetError> {
        tokio::select! {
            biased;
            () = self.brake.stopped() => Err(TargetError::Cancelled),
            portion = self.rows.recv() => Ok(portion),
            () = self.brake.expired() => Err(self.brake.timeout()),
        }
    }

    async fn failure(&mut self) -> TargetError {
        match self.end().await {
            Err(error) => error,
            Ok(_) => TargetError::Failed("the statement ended without naming its columns".to_owned()),
        }
    }

    async fn end(&mut self) -> Ended {
        (&mut self.ending)
            .await
            .unwrap_or_else(|_| Err(TargetError::Failed("the reading thread broke down".to_owned())))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nobody reads any more: at the end, at the deadline, or because a person stopped it.
        self.brake.interrupt();
    }
}
