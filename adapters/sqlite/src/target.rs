//! A SQLite database behind the port.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use pstral_core::domain::{Catalog, ColumnPath, Dialect, Limits, Value};
use pstral_core::guard::ApprovedStatement;
use pstral_core::ports::{Estimate, Privileges, QueryTarget, ResultStream, TargetError};
use pstral_core::text::{Text, text};
use pstral_reading::{Brake, Threads};
use tokio_util::sync::CancellationToken;

use crate::{catalog, known_values, open, plan, statement};

/// The database file, and limits on this machine's resources.
#[derive(Debug, Clone)]
pub struct SqliteConfig {
    /// The database file. It need not exist yet: it is opened at each use. Beside a database in WAL mode SQLite makes
    /// its `-wal` and `-shm` files even for readers (<https://www.sqlite.org/wal.html#read_only_databases>): the folder
    /// must let it, and writers under another account must be able to write what it made.
    pub path: PathBuf,
    /// Statements at once, each on a thread and a connection of its own; at least 1.
    pub max_concurrent: usize,
    /// Time for the catalog, a plan, known values and the health check; and for waiting for their turn.
    pub read_time: Duration,
}

impl SqliteConfig {
    /// Creates a configuration with defaults: four statements at once, ten seconds.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), max_concurrent: 4, read_time: Duration::from_secs(10) }
    }
}

/// A SQLite database to be read. Needs a tokio runtime with time.
#[derive(Debug)]
pub struct SqliteTarget {
    path: Arc<Path>,
    threads: Threads,
}

impl SqliteTarget {
    /// Opens nothing yet.
    pub fn new(config: SqliteConfig) -> Self {
        Self { path: config.path.into(), threads: Threads::new(config.max_concurrent, config.read_time) }
    }

    /// Runs a text that has not passed the guard: the layers below it must hold by themselves, and tests show it.
    pub(crate) async fn run(
        &self,
        text: String,
        values: BTreeMap<String, Value>,
        limits: Limits,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        let path = Arc::clone(&self.path);
        let work = move |brake: &Brake, outlet| statement::run(&path, &text, &values, limits, brake, outlet);
        self.threads.stream(limits, cancel, work).await
    }

    /// Returns the plan of a text that has not passed the guard.
    pub(crate) async fn plan(&self, text: String) -> Result<Estimate, TargetError> {
        self.read(move |path, brake| plan::read(path, &text, brake)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path, &Brake) -> Result<T, TargetError> + Send + 'static,
    ) -> Result<T, TargetError> {
        let path = Arc::clone(&self.path);
        self.threads.read(move |brake| work(&path, brake)).await
    }
}

#[async_trait]
impl QueryTarget for SqliteTarget {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        self.read(catalog::read).await
    }

    async fn explain(&self, statement: &ApprovedStatement, _person: &str) -> Result<Estimate, TargetError> {
        self.plan(statement.text().to_owned()).await
    }

    /// Its planner keeps its costs to itself.
    fn estimates(&self) -> bool {
        false
    }

    async fn execute(
        &self,
        statement: &ApprovedStatement,
        _person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        self.run(statement.text().to_owned(), statement.values().clone(), statement.limits(), cancel).await
    }

    async fn known_values(&self, column: &ColumnPath, limit: usize) -> Result<Vec<String>, TargetError> {
        let column = column.clone();
        self.read(move |path, brake| known_values::read(path, &column, limit, brake)).await
    }

    /// SQLite knows no accounts: what keeps statements from writing is the connection itself.
    async fn privileges(&self) -> Result<Privileges, TargetError> {
        Ok(Privileges::default())
    }

    async fn health(&self) -> Result<Text, TargetError> {
        let path = Arc::clone(&self.path);
        self.threads.read_now(move |brake| health(&path, brake)).await
    }
}

fn health(path: &Path, brake: &Brake) -> Result<Text, TargetError> {
    let started = Instant::now();
    let (connection, found) = open::for_statements(path, brake)?;
    let read_only = connection.is_readonly("main").unwrap_or(false);
    if !read_only {
        return Err(TargetError::Failed("the connection is not read-only".to_owned()));
    }
    let views = found.iter().filter(|named| named.view).count();
    Ok(text("health-target")
        .with("engine", format!("SQLite {}", rusqlite::version()))
        .count("tables", (found.len() - views) as u64)
        .count("views", views as u64)
        .with("millis", started.elapsed().as_millis().to_string()))
}
