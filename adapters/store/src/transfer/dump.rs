//! Writes the whole state as one stream, as it stands at one moment.

use std::io::Write;

use jiff::Timestamp;
use pstral_core::domain::hex;
use ring::digest::{Context, SHA256};
use serde_json::Value as Json;

use super::{FORMAT_VERSION, Line, TABLES, TransferError};
use crate::Store;
use crate::engine::StateTransaction;
use crate::migrations::{check_version, latest_version};
use crate::sql::{Row, Value, dynamic_sql};

/// Counts and hashes what is written.
struct Stream<'a> {
    out: &'a mut (dyn Write + Send),
    hash: Context,
    rows: u64,
}

impl Stream<'_> {
    fn line(&mut self, line: &impl serde::Serialize) -> Result<(), TransferError> {
        let mut line = serde_json::to_vec(line).map_err(std::io::Error::from)?;
        line.push(b'\n');
        self.hash.update(&line);
        Ok(self.out.write_all(&line)?)
    }

    fn row(&mut self, row: &Row) -> Result<(), TransferError> {
        let values = row.values()?.into_iter().map(|value| match value {
            Value::Number(number) => Json::from(number),
            Value::Text(text) => Json::from(text),
        });
        self.rows += 1;
        self.line(&values.collect::<Vec<Json>>())
    }
}

impl Store {
    /// Writes the whole state while others keep working; returns the number of rows. Memory does not grow with it.
    pub async fn dump(&self, at: Timestamp, out: &mut (dyn Write + Send)) -> Result<u64, TransferError> {
        let migration = check_version(&self.engine).await?;
        // Whoever only reads has not brought it up to date.
        if migration < latest_version() {
            return Err(TransferError::Older(migration));
        }
        let mut stream = Stream { out, hash: Context::new(&SHA256), rows: 0 };
        stream.line(&Line::Pstral { form: FORMAT_VERSION, migration, at: at.to_string() })?;
        let mut reading = self.engine.snapshot().await?;
        for table in TABLES {
            dump_table(&mut reading, table, &mut stream).await?;
        }
        let (rows, sha256) = (stream.rows, hex(stream.hash.clone().finish().as_ref()));
        stream.line(&Line::End { rows, sha256 })?;
        stream.out.flush()?;
        Ok(rows)
    }
}

async fn dump_table(reading: &mut StateTransaction, table: &str, stream: &mut Stream<'_>) -> Result<(), TransferError> {
    // By the first column: a stream of the same state is the same whenever it is written.
    let all = dynamic_sql(format!("SELECT * FROM {table} ORDER BY 1, 2"));
    let mut is_first = true;
    all.for_each(reading, |row| {
        if std::mem::take(&mut is_first) {
            stream.line(&Line::Table { name: table.to_owned(), columns: row.columns() })?;
        }
        stream.row(&row)
    })
    .await
}
