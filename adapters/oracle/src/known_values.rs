//! The distinct values of a column.

use pstral_core::domain::ColumnPath;
use pstral_core::ports::TargetError;
use pstral_reading::Brake;

use crate::names::quoted;
use crate::pool::{Pool, Purpose};
use crate::statement::{begin_read_only, query_all};

/// Characters of a value at most: longer ones are prose, which no question quotes.
const LONGEST: usize = 200;

/// Reads at most `limit` distinct values as sorted text, without nulls and long ones.
pub(crate) fn read(pool: &Pool, at: &ColumnPath, limit: usize, brake: &Brake) -> Result<Vec<String>, TargetError> {
    pool.with(Purpose::Reading(None), brake, |bounded| {
        begin_read_only(bounded)?;
        let rows = query_all(bounded, &select(&at.schema, &at.relation, &at.column, limit), &[])?;
        Ok(rows.into_iter().filter_map(|row| row.into_iter().next()?.into_text()).collect())
    })
}

/// Builds the query: an inner one that is distinct and ordered, and an outer one that limits it, as Oracle before 12c
/// has no FETCH FIRST.
fn select(owner: &str, relation: &str, column: &str, limit: usize) -> String {
    let (owner, relation, column) = (quoted(owner), quoted(relation), quoted(column));
    format!(
        "SELECT v FROM (SELECT DISTINCT TO_CHAR({column}) AS v FROM {owner}.{relation} WHERE {column} IS NOT NULL \
         AND LENGTH(TO_CHAR({column})) <= {LONGEST} ORDER BY 1) WHERE ROWNUM <= {limit}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(
            select("CRM", "CLIENTS", "a\"b", 5),
            "SELECT v FROM (SELECT DISTINCT TO_CHAR(\"ab\") AS v FROM \"CRM\".\"CLIENTS\" WHERE \"ab\" IS NOT NULL \
             AND LENGTH(TO_CHAR(\"ab\")) <= 200 ORDER BY 1) WHERE ROWNUM <= 5"
        );
    }
}
