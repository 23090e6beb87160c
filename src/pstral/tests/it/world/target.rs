//! The real database, watched: which statements reached it, and with which values.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::domain::{Catalog, ColumnPath, Dialect};
use pstral_core::guard::ApprovedStatement;
use pstral_core::ports::{Estimate, Privileges, QueryTarget, ResultStream, TargetError};
use pstral_core::text::Text;
use tokio_util::sync::CancellationToken;

/// The real database, watched.
pub(crate) struct WatchedTarget {
    real: Arc<dyn QueryTarget>,
    ran: Mutex<Vec<ApprovedStatement>>,
    /// True if reading the values of a column takes too long.
    pub(crate) slow_values: AtomicBool,
    /// The errors of the next statements it plans, in order; after those it plans them.
    pub(crate) rejects: Mutex<Vec<TargetError>>,
    /// True if running a statement panics, as a bug would.
    pub(crate) panics: AtomicBool,
    /// True if its health check never answers.
    pub(crate) dead: AtomicBool,
    /// True while reading its schema takes long.
    pub(crate) slow_catalog: AtomicBool,
}

impl WatchedTarget {
    pub(super) fn over(real: Arc<dyn QueryTarget>) -> Self {
        let [slow_values, panics, dead, slow_catalog] = [(); 4].map(|()| AtomicBool::new(false));
        Self { real, ran: Mutex::default(), slow_values, rejects: Mutex::default(), panics, dead, slow_catalog }
    }

    /// Returns the statements that were asked to run, in order.
    pub(crate) fn ran(&self) -> Vec<ApprovedStatement> {
        self.ran.lock().unwrap().clone()
    }
}

#[async_trait]
impl QueryTarget for WatchedTarget {
    fn dialect(&self) -> Dialect {
        self.real.dialect()
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        while self.slow_catalog.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.real.catalog().await
    }

    async fn explain(&self, statement: &ApprovedStatement, person: &str) -> Result<Estimate, TargetError> {
        let rejected = {
            let mut rejects = self.rejects.lock().unwrap();
            if rejects.is_empty() { None } else { Some(rejects.remove(0)) }
        };
        match rejected {
            Some(error) => Err(error),
            None => self.real.explain(statement, person).await,
        }
    }

    fn estimates(&self) -> bool {
        self.real.estimates()
    }

    async fn execute(
        &self,
        statement: &ApprovedStatement,
        person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        self.ran.lock().unwrap().push(statement.clone());
        assert!(!self.panics.load(Ordering::Relaxed), "a bug");
        self.real.execute(statement, person, cancel).await
    }

    async fn known_values(&self, column: &ColumnPath, limit: usize) -> Result<Vec<String>, TargetError> {
        if self.slow_values.load(Ordering::Relaxed) {
            return Err(TargetError::Timeout { seconds: 10 });
        }
        self.real.known_values(column, limit).await
    }

    async fn privileges(&self) -> Result<Privileges, TargetError> {
        self.real.privileges().await
    }

    async fn health(&self) -> Result<Text, TargetError> {
        if self.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.real.health().await
    }
}
