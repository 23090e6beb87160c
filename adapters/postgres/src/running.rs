//! A running statement as a stream.

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use pstral_core::domain::{Ending, LimitReached};
use pstral_core::ports::{Batch, ResultStream, TargetError};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::DropGuard;

use crate::brake::Brake;
use crate::outlet::{Inlet, Portion};

/// How the task ended: at a limit it counts, or at the last row.
type Ended = Result<Option<LimitReached>, TargetError>;

/// A task at work, seen from the one that reads. Dropping it pulls the brake.
pub(crate) struct Running {
    brake: Brake,
    ending: oneshot::Receiver<Ended>,
    rows: mpsc::Receiver<Portion>,
    begun: bool,
    cut_cells: u64,
    _stop: DropGuard,
}

impl Running {
    /// Waits for the columns. The brake holds here too: the person is told at the deadline whatever the task is doing.
    pub(crate) async fn start(
        brake: Brake,
        inlet: Inlet,
        ending: oneshot::Receiver<Ended>,
    ) -> Result<ResultStream, TargetError> {
        let stop = brake.pull_on_drop();
        let mut running =
            Self { brake: brake.clone(), ending, rows: inlet.rows, begun: false, cut_cells: 0, _stop: stop };
        let columns = brake.over(async { Ok(inlet.columns.await.ok()) }).await?;
        match columns {
            Some(columns) => Ok(ResultStream { columns, batches: running.batches() }),
            None => Err(running.failure().await),
        }
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
        let rows = &mut self.rows;
        match self.brake.over(async { Ok(rows.recv().await) }).await {
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

    async fn failure(&mut self) -> TargetError {
        match self.end().await {
            Err(error) => error,
            Ok(_) => TargetError::Failed("the statement ended without naming its columns".to_owned()),
        }
    }

    async fn end(&mut self) -> Ended {
        (&mut self.ending).await.unwrap_or_else(|_| Err(TargetError::Failed("the reading task broke down".to_owned())))
    }
}
