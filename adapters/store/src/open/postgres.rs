//! Opens a state database on a PostgreSQL server.

use std::str::FromStr as _;
use std::sync::Arc;

use pstral_core::ports::StoreError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgConnection};

use super::PATIENCE;
use crate::engine::Engine;
use crate::fault::fault;

/// Connections of one program at most: a server has some hundred, for all its guests.
const CONNECTIONS: u32 = 8;

/// A database to read and write.
pub(super) async fn open_writable(url: &str) -> Result<Engine, StoreError> {
    // Of what is lost on the way to the disk nobody may have been told that it is kept.
    connect(options(url)?.options([("synchronous_commit", "on")])).await
}

/// A database to look at.
pub(super) async fn open_read_only(url: &str) -> Result<Engine, StoreError> {
    connect(options(url)?.options([("default_transaction_read_only", "on")])).await
}

/// Opens a single session.
pub(super) async fn alone(url: &str) -> Result<PgConnection, StoreError> {
    let options = options(url)?;
    let slow = |_| StoreError::Unavailable("it does not answer".to_owned());
    tokio::time::timeout(PATIENCE, options.connect()).await.map_err(slow)?.map_err(fault)
}

/// Checks whether a URL can be parsed.
pub(super) fn is_address(url: &str) -> bool {
    PgConnectOptions::from_str(url).is_ok()
}

/// Formats a database's URL without the password, for errors.
pub(super) fn shown(url: &str) -> String {
    let Ok(options) = PgConnectOptions::from_str(url) else { return "postgres://…".to_owned() };
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    format!("postgres://{}:{}/{database}", options.get_host(), options.get_port())
}

/// Parses a URL. The parser's error is not passed on, as it may contain the password.
fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let unreadable = |_| StoreError::Unavailable("its address cannot be read".to_owned());
    let options = PgConnectOptions::from_str(url).map_err(unreadable)?.application_name("pstral");
    let milliseconds = PATIENCE.as_millis().to_string();
    // Nobody waits for ever, neither for another program nor for a server that is stuck.
    Ok(options.options([("lock_timeout", milliseconds.as_str()), ("idle_in_transaction_session_timeout", "60000")]))
}

async fn connect(options: PgConnectOptions) -> Result<Engine, StoreError> {
    let pool =
        PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE / 2).connect_with(options).await;
    Ok(Engine::Postgres { pool: pool.map_err(fault)?, lease: Arc::default() })
}
