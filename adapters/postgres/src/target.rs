//! A PostgreSQL database behind the port.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::FutureExt as _;
use pstral_core::domain::{Catalog, ColumnPath, Dialect, Value};
use pstral_core::guard::ApprovedStatement;
use pstral_core::ports::{Estimate, Privileges, QueryTarget, ResultStream, TargetError};
use pstral_core::text::{Text, text};
use pstral_reading::{Brake, Outlet, follow};
use sqlx::Row as _;
use tokio_util::sync::CancellationToken;

use crate::config::{Identity, PostgresConfig};
use crate::fault::{fault, not_begun};
use crate::pool::{Pool, outcome};
use crate::session::{Session, Terms, ask};
use crate::statement::{self, Asked};
use crate::{address, catalog, known_values, plan, privileges};

/// A PostgreSQL database to be read. Needs a tokio runtime with time and I/O.
pub struct PostgresTarget {
    pool: Arc<Pool>,
    schema: String,
    read_time: Duration,
    identity: Identity,
    timezone: String,
    refuse_privileged: bool,
}

impl PostgresTarget {
    /// Connects to nothing yet.
    pub fn new(config: PostgresConfig) -> Result<Self, Text> {
        let options = address::options(&config.url)?;
        let pool = Arc::new(Pool::new(options, config.max_concurrent, config.connect_time));
        let PostgresConfig { schema, read_time, identity, timezone, refuse_privileged, .. } = config;
        Ok(Self { pool, schema, read_time, identity, timezone, refuse_privileged })
    }

    /// Runs a text that has not passed the guard: the layers below it must hold by themselves, and tests show it.
    pub(crate) async fn run(
        &self,
        asked: Asked,
        person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        let limits = asked.limits;
        let refuse_privileged = self.refuse_privileged;
        let terms = Terms { time: limits.time, refuse_privileged, ..self.terms_of(person)? };
        let turn = self.pool.turn(limits.time, &cancel).await?;
        let brake = Brake::new(limits.time, cancel.child_token());
        let (outlet, inlet) = Outlet::new(&brake, limits);
        let watched = brake.clone();
        let ending = self.pool.start(vec![turn], terms, brake.clone(), |connection| {
            Box::pin(async move { statement::run(connection, asked, &watched, outlet).await })
        });
        follow(brake, inlet, outcome(ending).boxed()).await
    }

    /// Returns the plan of a text that has not passed the guard, with the privileges and row policies that apply to the
    /// person.
    pub(crate) async fn plan(
        &self,
        text: String,
        values: BTreeMap<String, Value>,
        person: &str,
    ) -> Result<Estimate, TargetError> {
        let work = self.pool.plan(self.terms_of(person)?, |connection| {
            Box::pin(async move { plan::read(connection, &text, values).await })
        });
        work.await
    }

    fn role(&self, person: &str) -> Result<Option<String>, TargetError> {
        match &self.identity {
            Identity::Shared => Ok(None),
            Identity::Role(roles) => {
                // PostgreSQL takes `none` for the account itself: it is nobody's role.
                let role = roles.get(person).filter(|role| !role.is_empty() && *role != "none");
                role.cloned().map(Some).ok_or_else(|| TargetError::NoAccount { person: person.to_owned() })
            }
        }
    }

    fn terms_of(&self, person: &str) -> Result<Terms, TargetError> {
        Ok(Terms { person: person.to_owned(), role: self.role(person)?, ..self.terms() })
    }

    /// For what nobody in particular asks.
    fn terms(&self) -> Terms {
        Terms {
            time: self.read_time,
            person: String::new(),
            role: None,
            timezone: self.timezone.clone(),
            refuse_privileged: false,
        }
    }

    async fn check(&self) -> Result<Text, TargetError> {
        let started = Instant::now();
        let mut session = self.pool.connect().await?;
        let facts = facts(&mut session, &self.terms()).await;
        let _ = session.close().await;
        let (version, tables, views) = facts?;
        // Debian adds its own: `15.18 (Debian 15.18-0+deb12u1)`.
        let version = version.split(' ').next().unwrap_or_default();
        Ok(text("health-target")
            .with("engine", format!("PostgreSQL {version}"))
            .count("tables", tables)
            .count("views", views)
            .with("millis", started.elapsed().as_millis().to_string()))
    }
}

/// PostgreSQL's version, and how many tables and views may be read.
async fn facts(session: &mut Session, terms: &Terms) -> Result<(String, u64, u64), TargetError> {
    session.begin(terms).await.map_err(|error| not_begun(&error, terms))?;
    let read = async {
        let row = ask("SELECT current_setting('server_version')").fetch_one(&mut session.connection).await?;
        let (tables, views) = catalog::counts(&mut session.connection).await?;
        Ok((row.try_get(0)?, tables, views))
    };
    read.await.map_err(|error: sqlx::Error| fault(&error, false))
}

#[async_trait]
impl QueryTarget for PostgresTarget {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        let schema = self.schema.clone();
        let work = self
            .pool
            .read(self.terms(), move |connection| Box::pin(async move { catalog::read(connection, &schema).await }));
        work.await
    }

    async fn explain(&self, statement: &ApprovedStatement, person: &str) -> Result<Estimate, TargetError> {
        self.plan(statement.text().to_owned(), statement.values().clone(), person).await
    }

    async fn execute(
        &self,
        statement: &ApprovedStatement,
        person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        let (text, values) = (statement.text().to_owned(), statement.values().clone());
        self.run(Asked { text, values, limits: statement.limits() }, person, cancel).await
    }

    async fn known_values(&self, column: &ColumnPath, limit: usize) -> Result<Vec<String>, TargetError> {
        let column = column.clone();
        let work = self.pool.read(self.terms(), move |connection| {
            Box::pin(async move { known_values::read(connection, &column, limit).await })
        });
        work.await
    }

    async fn privileges(&self) -> Result<Privileges, TargetError> {
        self.pool.read(self.terms(), |connection| Box::pin(privileges::read(connection))).await
    }

    /// On a connection of its own: it answers while every other is taken.
    async fn health(&self) -> Result<Text, TargetError> {
        Brake::new(self.read_time, CancellationToken::new()).over(self.check()).await
    }
}
