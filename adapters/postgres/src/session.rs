//! One connection, and what is said to it before and after a statement.

use std::time::Duration;

use pstral_core::ports::TargetError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::fault::fault;
use crate::{privileges, session_settings};

/// The oldest server that looks after a statement whose client is gone.
/// Source: <https://www.postgresql.org/docs/14/runtime-config-connection.html>.
const LOOKS_FOR_ITS_CLIENT: u32 = 140_000;

/// Longest wait for someone else's lock: readers meet one only where a table is being changed.
const LOCK_WAIT: &str = "2s";

/// Under which terms a transaction runs.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// The server's time limit for a single statement, below our own deadline.
    pub(crate) time: Duration,
    /// The local user's name; empty for what nobody asked for.
    pub(crate) person: String,
    /// The role to run as, if not the account itself.
    pub(crate) role: Option<String>,
    /// The time zone, which determines the start of days and months.
    pub(crate) timezone: String,
    /// True if nothing may run once the account is a superuser.
    pub(crate) refuse_privileged: bool,
}

/// A connection with its number, by which another connection can stop it.
pub(crate) struct Session {
    pub(crate) connection: PgConnection,
    pub(crate) number: i32,
}

impl Session {
    pub(crate) async fn open(options: &PgConnectOptions) -> Result<Self, TargetError> {
        let open = async {
            let mut connection = options.connect().await?;
            let row = ask("SELECT pg_catalog.pg_backend_pid()").fetch_one(&mut connection).await?;
            let number = row.try_get(0)?;
            Ok(Self { connection, number })
        };
        open.await.map_err(|error: sqlx::Error| fault(&error, false))
    }

    /// A fresh transaction that can only read. The settings that a statement's meaning depends on, and those that bound
    /// what it may take, are fixed here, whatever the defaults of the role or the database. Names without a schema are
    /// PostgreSQL's own and nothing else: were the company's schema looked through as well, its functions and operators
    /// would win wherever their types fit better (<https://www.postgresql.org/docs/15/typeconv-func.html>). The guard
    /// names the schema of every table. A backslash in a literal is a backslash.
    ///
    /// Returns the attribute for which nothing may run, if there is one. The account may have been given it since it was
    /// judged, and it holds at once, in every session.
    pub(crate) async fn begin(&mut self, terms: &Terms) -> Result<Option<String>, sqlx::Error> {
        let version = self.connection.server_version_num();
        let check = version.is_some_and(|version| version >= LOOKS_FOR_ITS_CLIENT);
        ask("BEGIN READ ONLY").execute(&mut self.connection).await?;
        let settings = [
            ("search_path", "pg_catalog, pg_temp".to_owned()),
            ("statement_timeout", millis(terms.time)),
            ("lock_timeout", LOCK_WAIT.to_owned()),
            ("idle_in_transaction_session_timeout", millis(terms.time.max(Duration::from_secs(10)))),
            ("standard_conforming_strings", "on".to_owned()),
            ("transform_null_equals", "off".to_owned()),
            ("DateStyle", "ISO, MDY".to_owned()),
            ("IntervalStyle", "postgres".to_owned()),
            ("TimeZone", terms.timezone.clone()),
            ("bytea_output", "hex".to_owned()),
            ("pstral.person", terms.person.clone()),
        ];
        let check = check.then(|| ("client_connection_check_interval", "2s".to_owned()));
        // The last one: the role may not be allowed to set the others.
        let role = terms.role.clone().map(|role| ("role", role));
        let settings: Vec<(&str, String)> = settings.into_iter().chain(check).chain(role).collect();
        let bound =
            (0..settings.len()).map(|at| format!("pg_catalog.set_config(${}, ${}, true)", 2 * at + 1, 2 * at + 2));
        let excess = if terms.refuse_privileged { privileges::SUPERUSER } else { "NULL::pg_catalog.text" };
        let columns = [excess.to_owned()].into_iter().chain(session_settings::calls(version)).chain(bound);
        let text = format!("SELECT {}", columns.collect::<Vec<_>>().join(", "));
        let mut set = ask(&text);
        for (name, value) in settings {
            set = set.bind(name).bind(value);
        }
        set.fetch_one(&mut self.connection).await?.try_get(0)
    }

    /// Leaves nothing behind: settings, locks, prepared statements, temporary tables, the role.
    pub(crate) async fn forget(&mut self) -> Result<(), sqlx::Error> {
        ask("ROLLBACK").execute(&mut self.connection).await?;
        self.connection.clear_cached_statements().await?;
        ask("DISCARD ALL").execute(&mut self.connection).await?;
        Ok(())
    }

    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}

/// A statement of our own, by the extended protocol, which takes only one.
pub(crate) fn ask(text: &str) -> sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments> {
    sqlx::query(sqlx::AssertSqlSafe(text.to_owned())).persistent(false)
}

/// An identifier, whatever it holds.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A setting of time: at least one, since zero is no limit, and as many as PostgreSQL takes.
fn millis(time: Duration) -> String {
    time.as_millis().clamp(1, i32::MAX as u128).to_string()
}
