//! The distinct values of a column.

use pstral_core::domain::{ColumnRef, Row, Value};
use pstral_core::ports::TargetError;
use pstral_reading::Brake;

use crate::bound::Bound;
use crate::names::quoted;
use crate::pool::{Pool, Purpose};
use crate::statement::{all, begin};

/// Characters of a value at most: longer ones are prose, which no question quotes.
const LONGEST: usize = 200;

/// The column under its stored name, of a relation in our schema or one that a synonym there stands for.
const FIND: &str = "SELECT owner, table_name, column_name FROM all_tab_columns WHERE UPPER(column_name) = UPPER(:name) \
     AND (data_type LIKE '%CHAR%' OR data_type IN ('NUMBER', 'FLOAT', 'DATE') OR data_type LIKE 'TIMESTAMP%') \
     AND ((owner = :schema AND UPPER(table_name) = UPPER(:relation)) OR (owner, table_name) IN \
     (SELECT table_owner, table_name FROM all_synonyms WHERE UPPER(synonym_name) = UPPER(:relation) \
     AND owner IN (:schema, 'PUBLIC') AND db_link IS NULL)) ORDER BY DECODE(owner, :schema, 0, 1), owner";

/// At most `limit` values as text in their order, without nulls and long ones.
pub(crate) fn read(pool: &Pool, column: &ColumnRef, limit: usize, brake: &Brake) -> Result<Vec<String>, TargetError> {
    let text = |text: &str| Bound::Text(text.to_owned());
    let parameters = [
        ("name".to_owned(), text(&column.column)),
        ("schema".to_owned(), text(pool.schema())),
        ("relation".to_owned(), text(&column.relation)),
    ];
    pool.with(Purpose::Reading(None), brake, |trips| {
        begin(trips)?;
        let found = all(trips, FIND, &parameters)?;
        let Some([Value::Text(owner), Value::Text(relation), Value::Text(name)]) = found.first().map(Vec::as_slice)
        else {
            return Err(TargetError::Rejected(format!("there is no column {}.{}", column.relation, column.column)));
        };
        let rows = all(trips, &select(owner, relation, name, limit), &[])?;
        Ok(rows.into_iter().filter_map(shown).collect())
    })
}

/// Distinct and in order within, limited without: Oracle before 12c knows no FETCH FIRST.
fn select(owner: &str, relation: &str, column: &str, limit: usize) -> String {
    let (owner, relation, column) = (quoted(owner), quoted(relation), quoted(column));
    format!(
        "SELECT v FROM (SELECT DISTINCT TO_CHAR({column}) AS v FROM {owner}.{relation} WHERE {column} IS NOT NULL \
         AND LENGTH(TO_CHAR({column})) <= {LONGEST} ORDER BY 1) WHERE ROWNUM <= {limit}"
    )
}

fn shown(row: Row) -> Option<String> {
    match row.into_iter().next() {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
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
