//! A connection of the driver as a session.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oracledb::{Connection, ToDbValue};

use super::bind::typed;
use super::cursor::{Rows, comes_whole, named};
use crate::error::{Code, OracleError};
use crate::kind::unreadable;
use crate::session::{ColumnDescription, Cursor, Parameters, Query, Session};

/// Time for the server to show that it still answers before a session is closed.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(1);

/// Rows a round trip where large objects come, each of them whole: there is no limit that the driver could be told. It
/// could read a part through a locator, but where the server leaves out one that repeats that of the row before, it
/// takes those of other rows and panics (`finalize_rows` in its `response/mod.rs`).
const FEW: u32 = 4;

/// A connection; closed when it is dropped.
pub(super) struct Connected {
    connection: Connection,
    /// The statement whose result could not be read, with its columns.
    refused: Mutex<Option<(String, Vec<ColumnDescription>)>>,
}

impl Connected {
    /// The driver commits nothing by itself.
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, refused: Mutex::default() }
    }

    /// Runs a query. No row comes with the answer to the statement itself, though that costs a round trip: a panic over
    /// a value is caught where rows are read (`cursor.rs`), and columns are looked at before. No cursor is kept for the
    /// next time: it would still have the columns of today.
    fn open(&self, query: &Query<'_>, large: bool) -> Result<oracledb::Cursor, OracleError> {
        let most = if large { FEW } else { u32::MAX };
        let values: Vec<Box<dyn ToDbValue>> =
            query.parameters.iter().map(|(_, value)| typed(value)).collect::<Result<_, _>>()?;
        let statement = self
            .connection
            .statement(query.text)?
            .fetch_array_size(query.rows.min(most))
            .prefetch_rows(0)
            .exclude_from_cache()
            .build()?;
        Ok(statement.query_named(&pairs(query.parameters, &values))?)
    }

    fn refused(&self) -> MutexGuard<'_, Option<(String, Vec<ColumnDescription>)>> {
        // Nothing panics while it is held.
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pairs<'v>(parameters: &'v Parameters, values: &'v [Box<dyn ToDbValue>]) -> Vec<(&'v str, &'v dyn ToDbValue)> {
    parameters.iter().zip(values).map(|((name, _), value)| (name.as_str(), &**value)).collect()
}

impl Session for Connected {
    fn call_timeout(&self, most: Duration) -> Result<(), OracleError> {
        Ok(self.connection.set_call_timeout(Some(most))?)
    }

    fn identify(&self, person: &str) -> Result<(), OracleError> {
        Ok(self.connection.set_client_identifier(person)?)
    }

    fn run(&self, text: &str) -> Result<(), OracleError> {
        let mut statement = self.connection.statement(text)?.exclude_from_cache().build()?;
        // A statement that is explained may have parameters; the driver wants a value for each.
        let names = statement.bind_names().to_vec();
        let nulls: Vec<(&str, &dyn ToDbValue)> =
            names.iter().map(|name| (name.as_str(), &None::<String> as &dyn ToDbValue)).collect();
        statement.execute_named(&nulls)?;
        Ok(())
    }

    fn query(&self, query: &Query<'_>) -> Result<Box<dyn Cursor>, OracleError> {
        let mut cursor = self.open(query, query.may_have_lobs)?;
        if !query.may_have_lobs && cursor.columns().iter().any(comes_whole) {
            cursor = self.open(query, true)?;
        }
        let columns = named(cursor.columns());
        match columns.iter().find(|column| column.as_text || unreadable(column.code, &column.type_name).is_some()) {
            None => Ok(Box::new(Rows::new(cursor))),
            Some(column) => {
                let type_name = column.type_name.clone();
                *self.refused() = Some((query.text.to_owned(), columns));
                Err(OracleError::new(Code::Unreadable, type_name))
            }
        }
    }

    fn describe(&self, text: &str) -> Result<Vec<ColumnDescription>, OracleError> {
        match self.refused().take() {
            Some((refused, columns)) if refused == text => Ok(columns),
            _ => Err(OracleError::new(Code::Other, "the statement was not refused for its columns")),
        }
    }

    fn rollback(&self) -> Result<(), OracleError> {
        Ok(self.connection.rollback()?)
    }

    fn ping(&self) -> Result<(), OracleError> {
        Ok(self.connection.ping()?)
    }

    /// The driver has no way: the call ends in its time.
    fn break_execution(&self) {
        tracing::debug!("this driver cannot interrupt a call; it runs until its time limit");
    }
}

impl Drop for Connected {
    /// The driver takes leave without a time limit: a server that answers nothing would keep the thread. It gives such a
    /// connection up here.
    fn drop(&mut self) {
        let bounded = self.connection.set_call_timeout(Some(CLEANUP_TIMEOUT));
        let _ = bounded.and_then(|()| self.connection.ping());
    }
}
