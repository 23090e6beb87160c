//! The distinct values of a column.

use pstral_core::domain::ColumnPath;
use pstral_core::ports::TargetError;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::fault::fault;
use crate::session::{ask, quoted};

/// Characters of a value at most: longer ones are prose, which no question quotes.
const LONGEST: usize = 200;

/// At most `limit` values as text in their order, without nulls, bytes and long ones.
pub(crate) async fn read(
    connection: &mut PgConnection,
    at: &ColumnPath,
    limit: usize,
) -> Result<Vec<String>, TargetError> {
    let column = quoted(&at.column);
    let text = format!(
        "SELECT DISTINCT value FROM (SELECT CAST({column} AS text) AS value FROM {}.{} \
         WHERE pg_typeof({column}) <> 'bytea'::regtype) AS known \
         WHERE char_length(value) <= {LONGEST} ORDER BY 1 LIMIT {limit}",
        quoted(&at.schema),
        quoted(&at.relation)
    );
    let read = async {
        let rows = ask(&text).fetch_all(connection).await?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()
    };
    read.await.map_err(|error: sqlx::Error| fault(&error, false))
}
