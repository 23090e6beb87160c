//! The relations of a database that may be read.

use rusqlite::Connection;

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) view: bool,
}

/// Ordinary tables and views of the main database in the order of their names. Left out are SQLite's own tables and
/// virtual tables with the tables that back them: reading one runs its module's code.
///
/// Fails with a conversion error where the schema is not UTF-8, so that later reads of names cannot.
pub(crate) fn relations(connection: &Connection) -> rusqlite::Result<Vec<Named>> {
    let mut statement = connection.prepare(
        "SELECT name, type = 'view', coalesce(sql, '') FROM main.sqlite_schema \
         WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let rows = statement.query_map([], |row| {
        let (name, view, sql): (String, bool, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // SQLite stores these words in this form whatever was written.
        Ok((Named { name, view }, sql.starts_with("CREATE VIRTUAL TABLE")))
    })?;
    let all = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let backing: Vec<String> =
        all.iter().filter(|(_, hosted)| *hosted).map(|(virtual_table, _)| format!("{}_", virtual_table.name)).collect();
    let ordinary = all.into_iter().filter(|(named, hosted)| {
        !hosted && !backing.iter().any(|prefix| !named.view && named.name.starts_with(prefix.as_str()))
    });
    Ok(ordinary.map(|(named, _)| named).collect())
}

/// The table functions of SQLite itself that only take JSON apart, <https://www.sqlite.org/json1.html#jeach>. One that
/// shares its name with anything in the schema, such as a virtual table of another module, is left out.
pub(crate) fn table_functions(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT column1 FROM (VALUES ('json_each'), ('json_tree')) \
         WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE lower(name) = column1)",
    )?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

/// A name as an SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
