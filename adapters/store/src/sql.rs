//! One SQL text for both databases, with its parameters, the place where it runs, and its rows.
//!
//! Only constructs that both treat alike are used: `$1` for values, `RETURNING`, `ON CONFLICT`; whole numbers of 64
//! bits and texts, and 0 or 1 for what is true or not.

use std::borrow::Cow;

use futures::TryStreamExt as _;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, ColumnIndex, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection, TypeInfo as _,
    ValueRef as _,
};

use crate::Store;
use crate::engine::{Engine, StateTransaction};
use crate::failpoints::failpoint;
use crate::nul;

/// A statement with its values.
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement that stands in the program as it is.
pub(crate) fn sql(text: &'static str) -> Sql {
    Sql { text: Cow::Borrowed(text), values: Vec::new() }
}

/// A statement put together of such pieces; what people or models write only comes in as values.
pub(crate) fn dynamic_sql(text: String) -> Sql {
    Sql { text: Cow::Owned(text), values: Vec::new() }
}

/// Builds placeholders of rows such as `($1, $2), ($3, $4)`.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let row = |first: usize| {
        let row: Vec<String> = (first + 1..=first + columns).map(|at| format!("${at}")).collect();
        format!("({})", row.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(|at| row(at * columns)).collect();
    rows.join(", ")
}

/// A value as both databases take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A whole number, or none.
    Number(Option<i64>),
    /// A text, or none.
    Text(Option<String>),
}

/// The place where a statement runs.
pub(crate) enum Executor<'a> {
    /// Outside a transaction: a read beside the writer, or a single change.
    Store(&'a Engine),
    /// Inside a transaction.
    Transaction(&'a mut StateTransaction),
}

impl<'a> From<&'a Store> for Executor<'a> {
    fn from(store: &'a Store) -> Self {
        Self::Store(&store.engine)
    }
}

impl<'a> From<&'a Engine> for Executor<'a> {
    fn from(engine: &'a Engine) -> Self {
        Self::Store(engine)
    }
}

impl<'a> From<&'a mut StateTransaction> for Executor<'a> {
    fn from(writing: &'a mut StateTransaction) -> Self {
        Self::Transaction(writing)
    }
}

impl Sql {
    /// Gives the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Fetches all rows. A statement that changes something belongs in a transaction.
    pub(crate) async fn fetch_all(self, on: impl Into<Executor<'_>>) -> Result<Vec<Row>, sqlx::Error> {
        failpoint(&self.text);
        match on.into() {
            Executor::Store(Engine::Sqlite { readers, .. }) => self.on_sqlite(readers).await,
            Executor::Store(Engine::Postgres { pool, .. }) => self.on_postgres(pool).await,
            Executor::Transaction(StateTransaction::Sqlite(writing)) => {
                self.on_sqlite::<&mut SqliteConnection>(&mut *writing).await
            }
            Executor::Transaction(StateTransaction::Postgres(writing)) => {
                self.on_postgres::<&mut PgConnection>(&mut *writing).await
            }
        }
    }

    /// The first row, if any: of statements that yield one at most.
    pub(crate) async fn fetch_optional(self, on: impl Into<Executor<'_>>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(on).await?.into_iter().next())
    }

    /// The one row there must be.
    pub(crate) async fn fetch_one(self, on: impl Into<Executor<'_>>) -> Result<Row, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// Hands over each row as it comes, so that memory does not grow with them; ends with the first error.
    pub(crate) async fn for_each<E: From<sqlx::Error>>(
        self,
        on: &mut StateTransaction,
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        match on {
            StateTransaction::Sqlite(on) => {
                let mut rows = self.sqlite().fetch(&mut **on);
                while let Some(row) = rows.try_next().await? {
                    each(Row::Sqlite(row))?;
                }
            }
            StateTransaction::Postgres(on) => {
                let mut rows = self.postgres().fetch(&mut **on);
                while let Some(row) = rows.try_next().await? {
                    each(Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// The rows it changes.
    pub(crate) async fn execute(self, on: impl Into<Executor<'_>>) -> Result<u64, sqlx::Error> {
        failpoint(&self.text);
        let on = on.into();
        if let Executor::Store(engine) = &on {
            engine.check().map_err(|lost| sqlx::Error::Io(std::io::Error::other(lost.to_string())))?;
        }
        match on {
            Executor::Store(Engine::Sqlite { writer, .. }) => Ok(self.sqlite().execute(writer).await?.rows_affected()),
            Executor::Store(Engine::Postgres { pool, .. }) => Ok(self.postgres().execute(pool).await?.rows_affected()),
            Executor::Transaction(StateTransaction::Sqlite(writing)) => {
                Ok(self.sqlite().execute(&mut **writing).await?.rows_affected())
            }
            Executor::Transaction(StateTransaction::Postgres(writing)) => {
                Ok(self.postgres().execute(&mut **writing).await?.rows_affected())
            }
        }
    }

    async fn on_sqlite<'c, E: sqlx::Executor<'c, Database = Sqlite>>(self, on: E) -> Result<Vec<Row>, sqlx::Error> {
        Ok(self.sqlite().fetch_all(on).await?.into_iter().map(Row::Sqlite).collect())
    }

    async fn on_postgres<'c, E: sqlx::Executor<'c, Database = Postgres>>(self, on: E) -> Result<Vec<Row>, sqlx::Error> {
        Ok(self.postgres().fetch_all(on).await?.into_iter().map(Row::Postgres).collect())
    }

    fn sqlite(self) -> Query<'static, Sqlite, SqliteArguments> {
        self.values.into_iter().fold(sqlx::query(AssertSqlSafe(self.text)), |query, value| match value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
        })
    }

    fn postgres(self) -> Query<'static, Postgres, PgArguments> {
        self.values.into_iter().fold(sqlx::query(AssertSqlSafe(self.text)), |query, value| match value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text.map(nul::escape)),
        })
    }
}

/// A row of either database.
pub(crate) enum Row {
    /// A row of SQLite.
    Sqlite(SqliteRow),
    /// A row of PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The names of its columns.
    pub(crate) fn columns(&self) -> Vec<String> {
        match self {
            Self::Sqlite(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
            Self::Postgres(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
        }
    }

    /// Finds the index of a column, searching from `from` and then before it.
    pub(crate) fn place_of(&self, column: &str, from: usize) -> Option<usize> {
        match self {
            Self::Sqlite(row) => (from..row.len()).chain(0..from).find(|at| row.column(*at).name() == column),
            Self::Postgres(row) => (from..row.len()).chain(0..from).find(|at| row.column(*at).name() == column),
        }
    }

    /// The text at a place as it is held there.
    pub(crate) fn text_at(&self, at: usize) -> Result<Option<Cow<'_, str>>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get::<Option<&str>, _>(at)?.map(Cow::Borrowed)),
            Self::Postgres(row) => Ok(row.try_get::<Option<&str>, _>(at)?.map(nul::unescape_borrowed)),
        }
    }

    /// Returns all its values unchanged: integers, texts and nulls.
    pub(crate) fn values(&self) -> Result<Vec<Value>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => (0..row.len())
                .map(|at| match row.try_get_raw(at)?.type_info().name() {
                    "INTEGER" => row.try_get(at).map(Value::Number),
                    _ => row.try_get(at).map(Value::Text),
                })
                .collect(),
            Self::Postgres(row) => (0..row.len())
                .map(|at| match row.column(at).type_info().name() {
                    "INT8" => row.try_get(at).map(Value::Number),
                    _ => row.try_get(at).map(|text: Option<String>| Value::Text(text.map(nul::unescape))),
                })
                .collect(),
        }
    }
}

/// A type that a column can be read as.
pub(crate) trait FromColumn: Sized {
    /// Reads the column of a row, by its name or its place.
    fn from_column<C>(row: &Row, column: C) -> Result<Self, sqlx::Error>
    where
        C: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>;
}

macro_rules! from_column {
    ($($type:ty => $of_postgres:expr,)+) => {$(
        impl FromColumn for $type {
            fn from_column<C>(row: &Row, column: C) -> Result<Self, sqlx::Error>
            where
                C: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
            {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column).map($of_postgres),
                }
            }
        }
    )+};
}

from_column! {
    i64 => |number| number,
    Option<i64> => |number| number,
    String => nul::unescape,
    Option<String> => |text: Option<String>| text.map(nul::unescape),
}

impl FromColumn for bool {
    fn from_column<C>(row: &Row, column: C) -> Result<Self, sqlx::Error>
    where
        C: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        i64::from_column(row, column).map(|number| number != 0)
    }
}

macro_rules! values {
    ($($type:ty => $variant:ident($given:ident) $value:expr,)+) => {$(
        impl From<$type> for Value {
            fn from($given: $type) -> Self {
                Self::$variant($value)
            }
        }
    )+};
}

values! {
    i64 => Number(number) Some(number),
    Option<i64> => Number(number) number,
    u32 => Number(number) Some(i64::from(number)),
    bool => Number(is) Some(i64::from(is)),
    &str => Text(text) Some(text.to_owned()),
    &String => Text(text) Some(text.clone()),
    String => Text(text) Some(text),
    Option<&str> => Text(text) text.map(str::to_owned),
    Option<String> => Text(text) text,
    &Option<String> => Text(text) text.clone(),
}
