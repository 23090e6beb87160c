//! The interface to a driver: small enough that another driver, or a test double, can implement it.

use std::time::Duration;

use pstral_core::domain::Value;
use secrecy::SecretString;

use crate::bind_value::BindValue;
use crate::error::OracleError;
use crate::kind::Kind;

/// Opens sessions.
pub(crate) trait Driver: Send + Sync {
    /// Blocks until the session is there.
    fn open(&self, login: &Login) -> Result<Box<dyn Session>, OracleError>;
}

/// The account and the database of a login.
#[derive(Clone)]
pub(crate) struct Login {
    /// The connect string, as Oracle's network layer reads it.
    pub(crate) connect: String,
    /// The account whose password it is.
    pub(crate) user: String,
    /// The password, which is never shown.
    pub(crate) password: SecretString,
    /// The account that is entered through it.
    pub(crate) through: Option<String>,
}

/// Parameters by name.
pub(crate) type Parameters = [(String, BindValue)];

/// One connection to the database. Every call blocks, except for [`Session::call_timeout`], [`Session::identify`] and
/// [`Session::break_execution`].
pub(crate) trait Session: Send + Sync {
    /// Bounds each round trip from now on.
    fn call_timeout(&self, most: Duration) -> Result<(), OracleError>;

    /// Names the person to the database's audit and its row-level rules, or nobody if empty. It travels with the next
    /// round trip.
    fn identify(&self, person: &str) -> Result<(), OracleError>;

    /// Runs a text of our own that yields no rows.
    fn run(&self, text: &str) -> Result<(), OracleError>;

    /// Runs a query.
    fn query(&self, query: &Query<'_>) -> Result<Box<dyn Cursor>, OracleError>;

    /// Names the columns of a query without running it, with Oracle's number for the type of each.
    fn describe(&self, text: &str) -> Result<Vec<ColumnDescription>, OracleError>;

    /// Ends the transaction.
    fn rollback(&self) -> Result<(), OracleError>;

    /// Checks that the database still answers.
    fn ping(&self) -> Result<(), OracleError>;

    /// Ends the call another thread is waiting for; called at any time.
    fn break_execution(&self);
}

/// A query and how to read its rows.
pub(crate) struct Query<'q> {
    /// The statement.
    pub(crate) text: &'q str,
    /// The values of its parameters.
    pub(crate) parameters: &'q Parameters,
    /// Rows a round trip.
    pub(crate) rows: u32,
    /// Rows that come with the answer to the statement itself, where the driver can do so safely.
    pub(crate) ahead: u32,
    /// Its result may have large objects.
    #[cfg_attr(
        not(feature = "thin"),
        expect(dead_code, reason = "the client library reads no more than a cell shows")
    )]
    pub(crate) may_have_lobs: bool,
    /// Bytes read of a large object at most, where the driver can stop there.
    pub(crate) cell_bytes: usize,
}

/// A column that was described, not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnDescription {
    /// Its name.
    pub(crate) name: String,
    /// The type's number, as in `DBMS_SQL`.
    pub(crate) code: u32,
    /// The name of a type that somebody made.
    pub(crate) type_name: String,
    /// Its times lose their offset in the driver: they are read as text.
    pub(crate) as_text: bool,
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResultColumn {
    /// Its name; not necessarily unique.
    pub(crate) name: String,
    /// The way in which its values are read.
    pub(crate) kind: Kind,
}

/// A query that runs.
pub(crate) trait Cursor {
    /// Its columns, in order.
    fn columns(&self) -> &[ResultColumn];

    /// Returns the next row; most calls need no round trip.
    fn next(&mut self) -> Result<Option<Vec<Value>>, OracleError>;
}
