//! A running statement as a stream.

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use pstral_core::domain::{Ending, LimitReached};
use pstral_core::ports::{Batch, ResultStream, TargetError};
use tokio::sync::mpsc;
use tokio_util::sync::DropGuard;

use crate::brake::Brake;
use crate::outlet::{Inlet, Portion};

/// The end of the work: at a limit, at the last row, or with an error.
pub type Ended = Result<Option<LimitReached>, TargetError>;

/// Work, seen from who reads its rows. Dropping it pulls the brake.
struct Running {
    brake: Brake,
    ending: BoxFuture<'static, Ended>,
    rows: mpsc::Receiver<Portion>,
    begun: bool,
    cut_cells: u64,
    _stop: DropGuard,
}

/// Follows work whose rows come out of `inlet`, until `ending` says how it ended; waits for its columns. The brake holds
/// for this too: one step of a database may be long, and the person is told at the deadline whether or not who works has
/// noticed.
pub async fn follow(
    brake: Brake,
    inlet: Inlet,
    ending: BoxFuture<'static, Ended>,
) -> Result<ResultStream, TargetError> {
    let stop = brake.pull_on_drop();
    let mut running =
        Running { brake: brake.clone(), ending, rows: inlet.rows, begun: false, cut_cells: 0, _stop: stop };
    match brake.over(async { Ok(inlet.columns.await.ok()) }).await? {
        Some(columns) => Ok(ResultStream { columns, batches: running.batches() }),
        None => Err(running.failure().await),
    }
}

impl Running {
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
            Ok(None) => (&mut self.ending).await.map(|truncated| self.ending(truncated)),
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
        match (&mut self.ending).await {
            Err(error) => error,
            Ok(_) => TargetError::Failed("the statement ended without naming its columns".to_owned()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nobody reads any more: at the end, at the deadline, or because a person stopped it.
        self.brake.interrupt();
    }
}
