//! A connection of the driver as a session.

use std::time::Duration;

use oracle::{Connection, Statement};

use super::bind::Typed;
use super::cursor::{Rows, kind, whole};
use super::describe;
use crate::error::{Code, OracleError};
use crate::session::{ColumnDescription, Cursor, Parameters, Query, Session};

/// A connection; closed when it is dropped.
pub(super) struct Connected {
    connection: Connection,
}

impl Connected {
    /// Autocommit is off, as it is by default.
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

fn bind(statement: &mut Statement, parameters: &Parameters) -> oracle::Result<()> {
    for (name, value) in parameters {
        Typed::of(value)?.with(|value| statement.bind(name.as_str(), value))?;
    }
    Ok(())
}

impl Session for Connected {
    fn call_timeout(&self, most: Duration) -> Result<(), OracleError> {
        // The driver counts milliseconds in 32 bits.
        let most = most.clamp(Duration::from_millis(1), Duration::from_hours(24 * 40));
        Ok(self.connection.set_call_timeout(Some(most))?)
    }

    fn identify(&self, person: &str) -> Result<(), OracleError> {
        Ok(self.connection.set_client_identifier(person)?)
    }

    fn run(&self, text: &str) -> Result<(), OracleError> {
        Ok(self.connection.statement(text).build()?.execute(&[])?)
    }

    fn query(&self, query: &Query<'_>) -> Result<Box<dyn Cursor>, OracleError> {
        let mut statement = self
            .connection
            .statement(query.text)
            .fetch_array_size(query.rows)
            .prefetch_rows(query.ahead)
            .lob_locator()
            .build()?;
        bind(&mut statement, query.parameters)?;
        let rows = statement.into_result_set::<oracle::Row>(&[])?;
        let kinds = rows.column_info().iter().map(|column| kind(column.oracle_type())).collect();
        match rows.column_info().iter().find(|column| whole(column.oracle_type())) {
            Some(column) => Err(OracleError::new(Code::Unreadable, column.oracle_type().to_string())),
            None => Ok(Box::new(Rows::new(rows, kinds, query.cell_bytes))),
        }
    }

    fn describe(&self, text: &str) -> Result<Vec<ColumnDescription>, OracleError> {
        Ok(describe::read(&self.connection, text)?)
    }

    fn rollback(&self) -> Result<(), OracleError> {
        Ok(self.connection.rollback()?)
    }

    fn ping(&self) -> Result<(), OracleError> {
        Ok(self.connection.ping()?)
    }

    fn break_execution(&self) {
        if let Err(error) = self.connection.break_execution() {
            tracing::debug!(%error, "a call could not be interrupted");
        }
    }
}
