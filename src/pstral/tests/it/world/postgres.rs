//! A PostgreSQL as a target of the tests: read-only transactions with a time limit, every value as PostgreSQL writes it.

use async_trait::async_trait;
use futures::StreamExt as _;
use pstral_core::domain::{
    Catalog, CatalogColumn, Column, ColumnKind, ColumnRef, Dialect, Ending, LimitReached, Relation, RelationKind, Row,
    Value,
};
use pstral_core::guard::ApprovedStatement;
use pstral_core::ports::{Batch, Estimate, Privileges, QueryTarget, ResultStream, TargetError};
use pstral_core::text::Text;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _, SqlSafeStr as _, Statement as _, ValueRef as _,
};
use tokio_util::sync::CancellationToken;

/// Its tables' columns, in order.
const COLUMNS: &str = "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, ordinal_position";

/// What runs code when it is named.
const CALLABLES: &str = "SELECT c.relname FROM pg_class c WHERE c.relkind = 'S' UNION SELECT p.proname FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')";

/// A server's database.
pub(crate) struct PostgresTarget {
    address: PgConnectOptions,
}

impl PostgresTarget {
    pub(crate) fn new(address: PgConnectOptions) -> Self {
        Self { address }
    }

    async fn read(&self, sql: &str, seconds: u64) -> Result<(Vec<String>, Vec<Row>), TargetError> {
        let mut connection = self.address.connect().await.map_err(|error| fault(&error))?;
        let limits = format!("BEGIN READ ONLY; SET LOCAL statement_timeout = '{seconds}s'");
        sqlx::raw_sql(AssertSqlSafe(limits)).execute(&mut connection).await.map_err(|error| fault(&error))?;
        let statement = AssertSqlSafe(sql.to_owned()).into_sql_str();
        let prepared = connection.prepare(statement.clone()).await.map_err(|error| fault(&error))?;
        let names = prepared.columns().iter().map(|column| sqlx::Column::name(column).to_owned()).collect();
        // The simple protocol, for which every type is text.
        let rows = sqlx::raw_sql(statement).fetch_all(&mut connection).await.map_err(|error| fault(&error))?;
        Ok((names, rows.iter().map(cells).collect()))
    }

    async fn texts(&self, sql: &str) -> Result<Vec<Vec<String>>, TargetError> {
        let (_, rows) = self.read(sql, 10).await?;
        let text = |value| match value {
            Value::Text(text) => text,
            _ => String::new(),
        };
        Ok(rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect())
    }
}

fn cells(row: &PgRow) -> Row {
    let cell = |at| {
        let raw = row.try_get_raw(at).unwrap();
        if raw.is_null() { Value::Null } else { Value::Text(raw.as_str().unwrap().to_owned()) }
    };
    (0..row.len()).map(cell).collect()
}

fn fault(error: &sqlx::Error) -> TargetError {
    TargetError::Rejected(error.to_string())
}

#[async_trait]
impl QueryTarget for PostgresTarget {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        let mut tables: Vec<Relation> = Vec::new();
        for row in self.texts(COLUMNS).await? {
            let [schema, name, column, data_type] = row.try_into().expect("four columns");
            if tables.last().is_none_or(|last| (&last.schema, &last.name) != (&schema, &name)) {
                tables.push(Relation::new(&schema, &name, RelationKind::Table, Vec::new()));
            }
            let column = CatalogColumn::new(&column, &data_type);
            tables.last_mut().unwrap().columns.push(column);
        }
        let callables = self.texts(CALLABLES).await?.concat();
        Ok(Catalog { callables, ..Catalog::new(Dialect::Postgres, "public", tables) })
    }

    async fn explain(&self, statement: &ApprovedStatement) -> Result<Estimate, TargetError> {
        let plan = self.texts(&format!("EXPLAIN {}", statement.text())).await?.concat();
        Ok(Estimate { plan, ..Estimate::default() })
    }

    async fn execute(
        &self,
        statement: &ApprovedStatement,
        _person: &str,
        _cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        let limits = statement.limits();
        let (names, mut rows) = self.read(statement.text(), limits.time.as_secs()).await?;
        let columns = names.into_iter().map(|name| Column { name, kind: ColumnKind::Text }).collect();
        let most = usize::try_from(limits.rows).unwrap();
        let truncated = (rows.len() > most).then_some(LimitReached::Rows);
        rows.truncate(most);
        let mut batches = vec![Ok(Batch::End(Ending { truncated, cut_cells: 0 }))];
        if !rows.is_empty() {
            batches.insert(0, Ok(Batch::Rows(rows)));
        }
        Ok(ResultStream { columns, batches: futures::stream::iter(batches).boxed() })
    }

    async fn known_values(&self, _column: &ColumnRef, _limit: usize) -> Result<Vec<String>, TargetError> {
        // Nobody asks a question here.
        Ok(Vec::new())
    }

    async fn privileges(&self) -> Result<Privileges, TargetError> {
        Ok(Privileges::default())
    }

    async fn health(&self) -> Result<Text, TargetError> {
        Err(TargetError::Unavailable("nobody asks a test".to_owned()))
    }
}
