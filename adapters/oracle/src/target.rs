//! An Oracle database behind the port.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::domain::{Catalog, ColumnPath, Dialect, Limits, Value};
use pstral_core::guard::ApprovedStatement;
use pstral_core::ports::{Estimate, Privileges, QueryTarget, ResultStream, TargetError};
use pstral_core::text::Text;
use pstral_reading::{Brake, Threads};
use tokio_util::sync::CancellationToken;

use crate::config::{DriverChoice, Identity, OracleConfig};
use crate::health::Checks;
use crate::lob_columns::LobColumns;
use crate::names::stored;
use crate::odpi::Odpi;
use crate::pool::{Ages, Pool};
use crate::session::{Driver, Login};
use crate::statement::{Person, Statement};
#[cfg(feature = "thin")]
use crate::thin::Thin;
use crate::{catalog, known_values, plan, privileges, statement};

/// An Oracle database to be read. Needs a tokio runtime with time.
pub struct OracleTarget {
    pool: Arc<Pool>,
    threads: Threads,
    checks: Checks,
    identity: Identity,
    lob_columns: LobColumns,
    fetch_size: u32,
}

impl OracleTarget {
    /// Connects to nothing and loads nothing yet: the client library is looked for at the first use.
    pub fn new(config: OracleConfig) -> Self {
        let driver: Arc<dyn Driver> = match config.driver {
            DriverChoice::Client => Arc::new(Odpi::new(config.client_folder.clone())),
            #[cfg(feature = "thin")]
            DriverChoice::Thin => Arc::new(Thin::new(config.connect_timeout)),
        };
        Self::over(driver, config)
    }

    /// Creates the target with any driver.
    pub(crate) fn over(driver: Arc<dyn Driver>, config: OracleConfig) -> Self {
        let schema = stored(config.schema.as_ref().unwrap_or(&config.user));
        let connect = within(&config.connect, config.connect_timeout);
        let login = Login { connect, user: config.user, password: config.password, through: None };
        Self {
            // Statements, and a plan or a catalog beside them.
            pool: Arc::new(Pool::new(driver, login, schema, config.max_concurrent.max(1) + 1, Ages::default())),
            threads: Threads::new(config.max_concurrent, config.read_timeout),
            checks: Checks::new(),
            identity: config.identity,
            lob_columns: LobColumns::default(),
            fetch_size: config.fetch_size.max(1),
        }
    }

    /// Runs a text that has not passed the guard: the layers below it must hold by themselves, and tests show it.
    pub(crate) async fn run(
        &self,
        text: String,
        values: std::collections::BTreeMap<String, Value>,
        limits: Limits,
        person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        let person = self.person(person)?;
        let may_have_lobs = self.lob_columns.may_create_temp_lob(&text);
        let statement = Statement { text, values, limits, fetch_size: self.fetch_size, may_have_lobs };
        let pool = Arc::clone(&self.pool);
        let work = move |brake: &Brake, outlet| statement::run(&pool, &person, &statement, brake, outlet);
        self.threads.stream(limits, cancel, work).await
    }

    /// Returns the plan of a text that has not passed the guard.
    pub(crate) async fn plan(&self, text: String, person: &str) -> Result<Estimate, TargetError> {
        let person = self.person(person)?;
        self.read(move |pool, brake| plan::read(pool, &text, &person, brake)).await
    }

    /// Remembers which columns of a catalog hold large objects.
    pub(crate) fn learn(&self, catalog: &Catalog) {
        self.lob_columns.learn(catalog);
    }

    /// A person with the account their statements run under, where it is not ours.
    fn person(&self, name: &str) -> Result<Person, TargetError> {
        let name = name.to_owned();
        match &self.identity {
            Identity::Shared => Ok(Person { name, account: None }),
            Identity::Proxy(accounts) => match accounts.get(&name).cloned() {
                Some(account) => Ok(Person { name, account: Some(account) }),
                None => Err(TargetError::NoAccount { person: name }),
            },
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Pool, &Brake) -> Result<T, TargetError> + Send + 'static,
    ) -> Result<T, TargetError> {
        let pool = Arc::clone(&self.pool);
        self.threads.read(move |brake| work(&pool, brake)).await
    }
}

/// Bounds the time to connect, where the form of the address lets it be said: Easy Connect takes parameters since
/// version 19 (<https://docs.oracle.com/en/database/oracle/oracle-database/19/netag/configuring-naming-methods.html>).
/// Elsewhere `sqlnet.ora` or the descriptor says it, 60 s by default.
fn within(connect: &str, time: Duration) -> String {
    if !connect.starts_with("//") || connect.contains('?') {
        return connect.to_owned();
    }
    let seconds = time.as_secs().max(1);
    format!("{connect}?connect_timeout={seconds}&transport_connect_timeout={seconds}")
}

#[async_trait]
impl QueryTarget for OracleTarget {
    fn dialect(&self) -> Dialect {
        Dialect::Oracle
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        let catalog = self.read(catalog::read).await?;
        self.learn(&catalog);
        Ok(catalog)
    }

    async fn explain(&self, statement: &ApprovedStatement, person: &str) -> Result<Estimate, TargetError> {
        self.plan(statement.text().to_owned(), person).await
    }

    async fn execute(
        &self,
        statement: &ApprovedStatement,
        person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        let (text, values) = (statement.text().to_owned(), statement.values().clone());
        self.run(text, values, statement.limits(), person, cancel).await
    }

    async fn known_values(&self, column: &ColumnPath, limit: usize) -> Result<Vec<String>, TargetError> {
        let column = column.clone();
        self.read(move |pool, brake| known_values::read(pool, &column, limit, brake)).await
    }

    async fn privileges(&self) -> Result<Privileges, TargetError> {
        self.read(privileges::read).await
    }

    async fn health(&self) -> Result<Text, TargetError> {
        self.checks.run(&self.threads, Arc::clone(&self.pool)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_connect_is_told_where_it_can_be() {
        for (connect, expected) in [
            ("//db:1521/crm", "//db:1521/crm?connect_timeout=10&transport_connect_timeout=10"),
            ("//db/crm?connect_timeout=3", "//db/crm?connect_timeout=3"),
            ("CRM", "CRM"),
            ("(DESCRIPTION=(ADDRESS=…))", "(DESCRIPTION=(ADDRESS=…))"),
        ] {
            assert_eq!(within(connect, Duration::from_secs(10)), expected);
        }
    }
}
