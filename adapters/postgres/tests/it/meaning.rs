//! The guard's rendering of a statement means what its text means, on a real server.

use pstral_core::domain::Dialect;
use pstral_core::guard::{Guard, Policy, Verdict};
use pstral_core::testkit::statements::{Columns, Given, Table, Tally, catalog, closing_rules, script, statements};
use pstral_pgserver::Server;
use secrecy::ExposeSecret as _;
use sqlx::postgres::{PgColumn, PgConnection, PgRow};
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _, Statement as _,
    TypeInfo as _, ValueRef as _,
};

const SEED: u64 = 1;
const STATEMENTS: u64 = 1_600;
/// The search path of a text: all tables, or those without the closed columns.
const ALL: &str = "public";
const OPEN: &str = "open_columns";
/// The search path that the adapter sets for a rendering: PostgreSQL's own schemas, and nothing else.
const OWN: &str = "pg_catalog, pg_temp";

#[tokio::test(flavor = "multi_thread")]
async fn a_rendering_gives_what_its_text_gives() {
    let Some(server) = Server::start() else { return };
    server.batch(&script(Dialect::Postgres, Columns::All)).await;
    let open = script(Dialect::Postgres, Columns::Open);
    server.batch(&format!("CREATE SCHEMA {OPEN}; SET search_path = {OPEN}; {open}; ANALYZE")).await;
    let mut connection = PgConnection::connect(server.url("postgres").expose_secret()).await.unwrap();
    // One moment and one state of the data for both.
    say(
        &mut connection,
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '5s'; SAVEPOINT before",
    )
    .await;
    let guard = Guard::new(&catalog(Dialect::Postgres), &Policy::default());
    let closing = Guard::new(&catalog(Dialect::Postgres), &closing_rules().into());
    let (mut all, mut closed) = (Tally::default(), Tally::default());
    for statement in statements(Dialect::Postgres, SEED, STATEMENTS) {
        let approved = match guard.check(&statement.sql) {
            Verdict::Allow(approved) => approved,
            Verdict::Deny(refusal) => {
                all.refused(&refusal);
                continue;
            }
        };
        let original = given(&mut connection, ALL, &statement.sql).await;
        let rendered = given(&mut connection, OWN, approved.text()).await;
        all.compare(&statement, approved.text(), original, rendered);
        // A text that names the schema itself would not find the tables without the closed columns.
        if !approved.text().contains('*') || statement.sql.to_lowercase().contains("public.") {
            continue;
        }
        match closing.check(&statement.sql) {
            Verdict::Allow(same) if same.text() == approved.text() => {}
            Verdict::Allow(other) => {
                // Where columns are closed, `*` stands for the others: the text means what it gives where there are only
                // these.
                let original = given(&mut connection, OPEN, &statement.sql).await;
                let rendered = given(&mut connection, OWN, other.text()).await;
                closed.compare(&statement, other.text(), original, rendered);
            }
            Verdict::Deny(refusal) => closed.refused(&refusal),
        }
    }
    println!("meaning on PostgreSQL: {all}; with columns closed: {closed}");
    all.check(1_200);
    all.check_reach();
    closed.check(50);
}

async fn say(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}

/// Returns the result of a text on this search path. An error undoes nothing but itself.
async fn given(connection: &mut PgConnection, path: &str, sql: &str) -> Given {
    say(connection, &format!("ROLLBACK TO before; SET LOCAL search_path = {path}")).await;
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *connection).await;
    let columns: Vec<PgColumn> = match &rows {
        Ok(rows) if rows.is_empty() => described(connection, sql).await,
        Ok(rows) => rows[0].columns().to_vec(),
        Err(_) => Vec::new(),
    };
    let rows = rows.map_err(|error| error.to_string())?;
    Ok(Table { headings: columns.iter().map(heading).collect(), rows: rows.iter().map(values).collect() })
}

/// The columns of what gives no row.
async fn described(connection: &mut PgConnection, sql: &str) -> Vec<PgColumn> {
    let prepared = (&mut *connection).prepare(AssertSqlSafe(sql.to_owned()).into_sql_str()).await.unwrap();
    let columns = prepared.columns().to_vec();
    // A text is prepared once for each path.
    connection.clear_cached_statements().await.unwrap();
    columns
}

/// A column's name and its type.
fn heading(column: &PgColumn) -> String {
    format!("{} {}", column.name(), column.type_info().name())
}

fn values(row: &PgRow) -> Vec<Option<String>> {
    let value = |at| row.try_get_raw(at).unwrap();
    (0..row.len()).map(|at| (!value(at).is_null()).then(|| value(at).as_str().unwrap().to_owned())).collect()
}
