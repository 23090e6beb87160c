//! Fills an empty state from a stream: all of it, or nothing.

use std::io::BufRead;
use std::time::{Duration, Instant};

use pstral_core::domain::hex;
use ring::digest::{Context, SHA256};
use serde_json::Value as Json;

use super::{FORMAT_VERSION, Line, NOT_KEPT, TABLES, TransferError};
use crate::Location;
use crate::engine::{Engine, StateTransaction};
use crate::fault::fault;
use crate::migrations::{latest_version, migrate_to, newer};
use crate::open;
use crate::rows::get;
use crate::sql::{Sql, Value, dynamic_sql, placeholders, sql};

/// Rows inserted by one statement.
const AT_ONCE: usize = 64;

const IS_HELD: &str = "SELECT count(*) AS held FROM (SELECT 1) AS one
    WHERE EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM audit_events)";
const OTHERS: &str = "SELECT count(*) AS others FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'pstral' AND pid <> pg_backend_pid()";
const LOOK_AGAIN: &str = "SELECT pg_stat_clear_snapshot()";
/// Time for the server to notice that a program has just ended.
const DISCONNECT_GRACE: Duration = Duration::from_secs(2);
const NUMBERS: &str = "SELECT column_name::text AS name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1 AND data_type = 'bigint'";
const COUNTERS: &str = "SELECT table_name::text AS name, column_name::text AS number FROM information_schema.columns
    WHERE table_schema = current_schema() AND is_identity = 'YES'";

/// The result of loading a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The number of rows in all tables together.
    pub rows: u64,
    /// The time at which the stream was written, UTC, as stated in it.
    pub at: String,
}

/// The table whose rows are being read.
struct Table {
    name: String,
    columns: Vec<String>,
    /// For each column, true if the database requires an integer there.
    numbers: Vec<bool>,
}

impl Location {
    /// Fills the state database that is there from a stream, with tables as they were when it was written, which are then
    /// brought up to date. With `force`, what it holds is lost. What is wrong with the stream is seen before anything is
    /// kept.
    pub async fn load(&self, stream: &mut (dyn BufRead + Send), force: bool) -> Result<Loaded, TransferError> {
        let engine = open::open_writable(self).await?;
        let loaded = load(&engine, stream, force).await;
        engine.close().await;
        loaded
    }
}

async fn load(engine: &Engine, stream: &mut (dyn BufRead + Send), force: bool) -> Result<Loaded, TransferError> {
    let mut reader = Reader { stream, hash: Context::new(&SHA256) };
    let Some(Line::Pstral { form: FORMAT_VERSION, migration, at }) =
        reader.line()?.and_then(|line| parse_header(&line))
    else {
        return Err(TransferError::NotOurs("it does not begin as a backup of Pstral does".to_owned()));
    };
    if migration > latest_version() {
        return Err(newer(migration).into());
    }
    let mut writing = engine.begin().await?;
    if matches!(engine, Engine::Postgres { .. }) && is_in_use(&mut writing).await? {
        return Err(TransferError::InUse);
    }
    prepare(&mut writing, migration, force).await?;
    let rows = fill(&mut writing, &mut reader).await?;
    migrate_to(&mut writing, None).await?;
    advance_sequences(&mut writing).await?;
    writing.commit().await?;
    Ok(Loaded { rows, at })
}

/// Checks whether another program is connected. This program's pool has no other connection yet.
async fn is_in_use(writing: &mut StateTransaction) -> Result<bool, TransferError> {
    let begun = Instant::now();
    loop {
        // Within a transaction the server would show what it showed before.
        sql(LOOK_AGAIN).execute(&mut *writing).await?;
        let others = sql(OTHERS).fetch_one(&mut *writing).await?;
        if get::<i64>(&others, "others")? == 0 {
            return Ok(false);
        }
        if begun.elapsed() > DISCONNECT_GRACE {
            return Ok(true);
        }
        tokio::time::sleep(DISCONNECT_GRACE / 20).await;
    }
}

/// Tables of that very form, without a row. Those that are there are made anew even where nobody's state is in them: they
/// may be of a later form, and hold what a program that was merely started put there.
async fn prepare(writing: &mut StateTransaction, migration: i64, force: bool) -> Result<(), TransferError> {
    if !force {
        migrate_to(writing, None).await?;
        let held = sql(IS_HELD).fetch_one(&mut *writing).await?;
        if get::<bool>(&held, "held")? {
            return Err(TransferError::NotEmpty);
        }
    }
    // Those that are not kept refer to others, and nothing to them.
    for table in NOT_KEPT.into_iter().chain(TABLES.iter().rev().copied()).chain(["_sqlx_migrations"]) {
        dynamic_sql(format!("DROP TABLE IF EXISTS {table}")).execute(&mut *writing).await?;
    }
    migrate_to(writing, Some(migration)).await?;
    Ok(())
}

async fn fill(writing: &mut StateTransaction, reader: &mut Reader<'_>) -> Result<u64, TransferError> {
    let truncated = || TransferError::NotOurs("it is not whole: its end is missing".to_owned());
    let (mut table, mut values, mut rows): (Option<Table>, Vec<Value>, u64) = (None, Vec::new(), 0);
    loop {
        let so_far = hex(reader.hash.clone().finish().as_ref());
        let line = reader.line()?.ok_or_else(truncated)?;
        if line.first() == Some(&b'[') {
            let open = table.as_ref().ok_or_else(|| TransferError::NotOurs("a row of no table".to_owned()))?;
            values.extend(open.values(&line)?);
            rows += 1;
            if values.len() == AT_ONCE * open.columns.len() {
                insert(writing, open, std::mem::take(&mut values)).await?;
            }
            continue;
        }
        if let Some(ended) = table.take() {
            insert(writing, &ended, std::mem::take(&mut values)).await?;
        }
        match parse_header(&line) {
            Some(Line::Table { name, columns }) => table = Some(Table::of(writing, name, columns).await?),
            Some(Line::End { rows: said, sha256 }) if said == rows && sha256 == so_far && reader.is_over()? => {
                return Ok(rows);
            }
            Some(Line::End { .. }) => {
                return Err(TransferError::NotOurs("it was changed: its checksum is another".to_owned()));
            }
            Some(Line::Pstral { .. }) | None => {
                return Err(TransferError::NotOurs("it has an unknown line".to_owned()));
            }
        }
    }
}

impl Table {
    /// Creates a table's statement, into which only known names of tables and columns are put.
    async fn of(writing: &mut StateTransaction, name: String, columns: Vec<String>) -> Result<Self, TransferError> {
        let is_name = |word: &String| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !TABLES.contains(&name.as_str()) || columns.is_empty() || !columns.iter().all(is_name) {
            return Err(TransferError::NotOurs(format!("it holds a table that means nothing ({name:?})")));
        }
        let numbers = match writing {
            StateTransaction::Sqlite(_) => vec![false; columns.len()],
            StateTransaction::Postgres(_) => {
                let rows = sql(NUMBERS).bind(&name).fetch_all(&mut *writing).await?;
                let numbers: Vec<String> = rows.iter().map(|row| get(row, "name")).collect::<Result<_, _>>()?;
                columns.iter().map(|column| numbers.contains(column)).collect()
            }
        };
        Ok(Self { name, columns, numbers })
    }

    fn values(&self, line: &[u8]) -> Result<Vec<Value>, TransferError> {
        let malformed = || TransferError::NotOurs(format!("a row of {} is not what it should be", self.name));
        let row: Vec<Json> = serde_json::from_slice(line).map_err(|_| malformed())?;
        if row.len() != self.columns.len() {
            return Err(malformed());
        }
        let value = |(value, is_number): (Json, &bool)| match value {
            Json::Null if *is_number => Ok(Value::Number(None)),
            Json::Null => Ok(Value::Text(None)),
            Json::String(text) => Ok(Value::Text(Some(text))),
            Json::Number(number) => number.as_i64().map(|number| Value::Number(Some(number))).ok_or_else(malformed),
            Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(malformed()),
        };
        row.into_iter().zip(&self.numbers).map(value).collect()
    }
}

async fn insert(writing: &mut StateTransaction, table: &Table, values: Vec<Value>) -> Result<(), TransferError> {
    if values.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let rows = placeholders(values.len() / width, width);
    let text = format!("INSERT INTO {} ({}) VALUES {rows}", table.name, table.columns.join(", "));
    values.into_iter().fold(dynamic_sql(text), Sql::bind).execute(writing).await?;
    Ok(())
}

/// Numbers given from now on are above those that were brought; SQLite sees to that by itself.
async fn advance_sequences(writing: &mut StateTransaction) -> Result<(), TransferError> {
    let StateTransaction::Postgres(_) = writing else { return Ok(()) };
    for row in sql(COUNTERS).fetch_all(&mut *writing).await? {
        let (table, number): (String, String) = (get(&row, "name")?, get(&row, "number")?);
        if TABLES.contains(&table.as_str()) {
            let next = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{number}'), coalesce(max({number}), 0) + 1, false)
                    FROM {table}"
            );
            dynamic_sql(next).fetch_all(&mut *writing).await.map_err(fault)?;
        }
    }
    Ok(())
}

fn parse_header(line: &[u8]) -> Option<Line> {
    serde_json::from_slice(line).ok()
}

/// Reads and hashes lines.
struct Reader<'a> {
    stream: &'a mut (dyn BufRead + Send),
    hash: Context,
}

impl Reader<'_> {
    fn line(&mut self) -> Result<Option<Vec<u8>>, TransferError> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        self.hash.update(&line);
        Ok(Some(line))
    }

    fn is_over(&mut self) -> std::io::Result<bool> {
        Ok(self.stream.fill_buf()?.is_empty())
    }
}
