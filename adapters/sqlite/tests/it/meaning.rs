//! The guard's rendering of a statement means what its text means, on real databases.

use pstral_core::domain::Dialect;
use pstral_core::guard::{Guard, Policy, Verdict};
use pstral_core::testkit::statements::{Columns, Given, Table, Tally, catalog, closing_rules, script, statements};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;

const SEED: u64 = 1;
const STATEMENTS: u64 = 1_600;
/// Instructions of SQLite's machine after which a statement is stopped: a time-out that no machine changes.
const INSTRUCTIONS: i32 = 20_000_000;

#[test]
fn a_rendering_gives_what_its_text_gives() {
    let guard = Guard::new(&catalog(Dialect::Sqlite), &Policy::default());
    let closing = Guard::new(&catalog(Dialect::Sqlite), &closing_rules().into());
    // The text runs as SQLite reads it by default, where a name in double quotes may be a text; the rendering as the
    // adapter has it, where it may not.
    let (original, rendered) = (company(Columns::All, true), company(Columns::All, false));
    // Where columns are closed, `*` stands for the others: the text means what it gives where there are only these.
    let open = company(Columns::Open, true);
    let (mut all, mut closed) = (Tally::default(), Tally::default());
    for statement in statements(Dialect::Sqlite, SEED, STATEMENTS) {
        let approved = match guard.check(&statement.sql) {
            Verdict::Allow(approved) => approved,
            Verdict::Deny(refusal) => {
                all.refused(&refusal);
                continue;
            }
        };
        all.compare(&statement, approved.text(), given(&original, &statement.sql), given(&rendered, approved.text()));
        if !approved.text().contains('*') {
            continue;
        }
        match closing.check(&statement.sql) {
            Verdict::Allow(same) if same.text() == approved.text() => {}
            Verdict::Allow(other) => {
                let (original, rendered) = (given(&open, &statement.sql), given(&rendered, other.text()));
                closed.compare(&statement, other.text(), original.map(headed), rendered.map(headed));
            }
            Verdict::Deny(refusal) => closed.refused(&refusal),
        }
    }
    println!("meaning on SQLite: {all}; with columns closed: {closed}");
    all.check(1_200);
    all.check_reach();
    closed.check(50);
}

/// The company in memory. `lenient` takes a name in double quotes that is no column for a text.
fn company(columns: Columns, lenient: bool) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&script(Dialect::Sqlite, columns)).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, lenient).unwrap();
    connection
}

fn given(connection: &Connection, sql: &str) -> Given {
    connection.progress_handler(INSTRUCTIONS, Some(|| true));
    let table = || -> rusqlite::Result<Table> {
        let mut statement = connection.prepare(sql)?;
        let headings: Vec<String> = statement.column_names().into_iter().map(heading).collect();
        let (mut rows, mut table) = (statement.query([])?, Vec::new());
        while let Some(row) = rows.next()? {
            table.push((0..headings.len()).map(|at| row.get_ref(at).map(value)).collect::<Result<_, _>>()?);
        }
        Ok(Table { headings, rows: table })
    };
    table().map_err(|error| error.to_string())
}

/// A result without the text of queries in its headings, which say `*` in one of them and names in the other.
fn headed(table: Table) -> Table {
    let short =
        |heading: String| heading.split_once("(select").map_or(heading.clone(), |(before, _)| before.to_owned());
    Table { headings: table.headings.into_iter().map(short).collect(), ..table }
}

/// A value with its type: 1 is not 1.0, nor '1'.
fn value(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(format!("{number}")),
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(text) => Some(format!("'{}'", String::from_utf8_lossy(text))),
        ValueRef::Blob(bytes) => Some(format!("{bytes:?}")),
    }
}

/// A heading as it is compared. SQLite heads a value without an alias with the very text of it, which the rendering
/// writes its own way: left out are comments, white space, quotes, the case of letters outside them, the words AS and
/// OUTER, and that `!=`, `==` and NOTNULL are written `<>`, `=` and IS NOT NULL.
fn heading(name: &str) -> String {
    let mut plain = String::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            '\'' | '"' | '`' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
            _ if first.is_alphanumeric() => rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        match first {
            '\'' | '"' | '`' => plain.extend(part.chars().filter(|c| !matches!(c, '\'' | '"' | '`'))),
            _ if part.len() > 1 && (part.starts_with("--") || part.starts_with("/*")) => {}
            _ if ["AS", "OUTER"].iter().any(|word| part.eq_ignore_ascii_case(word)) => {}
            _ if part.eq_ignore_ascii_case("NOTNULL") => plain.push_str("isnotnull"),
            _ => plain.extend(part.to_lowercase().split_whitespace()),
        }
        rest = after;
    }
    plain.replace("!=", "<>").replace("==", "=")
}
