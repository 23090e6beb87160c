//! The distinct values of a column.

use pstral_core::domain::ColumnRef;
use pstral_core::ports::TargetError;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::fault::fault;
use crate::session::{ask, quoted};

/// Characters of a value at most: longer ones are prose, which no question quotes.
const LONGEST: usize = 200;

/// The names as the database has them, the ones that are written so first; whether it holds bytes.
const FIND: &str = "SELECT c.relname::text, a.attname::text, a.atttypid = 'bytea'::regtype
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = $1 AND lower(c.relname) = lower($2) AND lower(a.attname) = lower($3)
    AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname = $2 DESC, a.attname = $3 DESC, 1, 2 LIMIT 1";

/// At most `limit` values as text in their order, without nulls, bytes and long ones.
pub(crate) async fn read(
    connection: &mut PgConnection,
    schema: &str,
    column: &ColumnRef,
    limit: usize,
) -> Result<Vec<String>, TargetError> {
    let read = async {
        let names = ask(FIND).bind(schema).bind(&column.relation).bind(&column.column);
        let Some(row) = names.fetch_optional(&mut *connection).await? else { return Ok(None) };
        let (relation, name, bytes): (String, String, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if bytes {
            return Ok(Some(Vec::new()));
        }
        let text = format!(
            "SELECT DISTINCT value FROM (SELECT CAST({} AS text) AS value FROM {}.{}) AS known \
             WHERE char_length(value) <= {LONGEST} ORDER BY 1 LIMIT {limit}",
            quoted(&name),
            quoted(schema),
            quoted(&relation)
        );
        let rows = ask(&text).fetch_all(connection).await?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>().map(Some)
    };
    let known: Option<Vec<String>> = read.await.map_err(|error: sqlx::Error| fault(&error, false))?;
    known.ok_or_else(|| TargetError::Rejected(format!("there is no column {column}")))
}
