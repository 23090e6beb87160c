//! The columns of a query without running it: the driver gives up on some types before it says which.

use oracle::sql_type::OracleType;
use oracle::{Connection, Result};

use crate::session::ColumnDescription;

/// Parses the query on the server and lists its columns; a parsed query has not run. Between the parts of a column and
/// between columns stand characters that no name has.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/arpls/DBMS_SQL.html>
const DESCRIBE: &str = "DECLARE c INTEGER := DBMS_SQL.OPEN_CURSOR; n INTEGER; d DBMS_SQL.DESC_TAB3; \
     BEGIN DBMS_SQL.PARSE(c, :query, DBMS_SQL.NATIVE); DBMS_SQL.DESCRIBE_COLUMNS3(c, n, d); \
     FOR i IN 1 .. n LOOP :columns := :columns || d(i).col_type || CHR(31) || d(i).col_type_name || CHR(31) \
     || d(i).col_name || CHR(30); END LOOP; DBMS_SQL.CLOSE_CURSOR(c); \
     EXCEPTION WHEN OTHERS THEN IF DBMS_SQL.IS_OPEN(c) THEN DBMS_SQL.CLOSE_CURSOR(c); END IF; RAISE; END;";

/// The buffer size in bytes for a list of columns, the maximum of PL/SQL.
const ROOM: u32 = 32_767;

/// The columns in order.
pub(super) fn read(connection: &Connection, query: &str) -> Result<Vec<ColumnDescription>> {
    let mut statement = connection.statement(DESCRIBE).build()?;
    let length = u32::try_from(query.len()).unwrap_or(u32::MAX).max(1);
    statement.bind("query", &(&query, &OracleType::Varchar2(length)))?;
    statement.bind("columns", &OracleType::Varchar2(ROOM))?;
    statement.execute(&[])?;
    Ok(columns(&statement.bind_value::<_, Option<String>>("columns")?.unwrap_or_default()))
}

fn columns(list: &str) -> Vec<ColumnDescription> {
    let column = |one: &str| {
        let mut parts = one.splitn(3, '\u{1f}');
        let (code, type_name, name) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        Some(ColumnDescription { name: name.to_owned(), code, type_name: type_name.to_owned(), as_text: false })
    };
    list.split('\u{1e}').filter_map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_columns_is_read_back() {
        let named = |name: &str, code, type_name: &str| ColumnDescription {
            name: name.to_owned(),
            code,
            type_name: type_name.to_owned(),
            as_text: false,
        };
        let list = "2\u{1f}\u{1f}ID\u{1e}109\u{1f}XMLTYPE\u{1f}a b\u{1e}119\u{1f}\u{1f}DOC\u{1e}";
        assert_eq!(columns(list), [named("ID", 2, ""), named("a b", 109, "XMLTYPE"), named("DOC", 119, "")]);
        assert_eq!(columns(""), []);
    }
}
