//! A target on a database behind the double, and its dictionary.

use std::fmt::Write as _;

use futures::StreamExt as _;
use pstral_core::domain::{Ending, Limits, Row, Value};
use pstral_core::guard::{ApprovedStatement, Guard, Policy, Rules, Verdict};
use pstral_core::ports::{Batch, QueryTarget, ResultStream, TargetError};
use pstral_ocidouble::Oracle;
use pstral_oracle::{OracleConfig, OracleTarget};
use tokio_util::sync::CancellationToken;

/// Room for everything that a test reads.
pub(crate) const WIDE: Limits =
    Limits { rows: 200_000, bytes: 1 << 30, cell_bytes: 1 << 20, time: std::time::Duration::from_mins(1) };

/// The views of the dictionary, with the columns that Pstral reads or looks at.
const DICTIONARY: &str = "
    CREATE TABLE all_users (username VARCHAR2(128), oracle_maintained VARCHAR2(1));
    INSERT INTO all_users VALUES ('BOT', 'N'), ('SYS', 'Y');
    CREATE TABLE all_tables (owner VARCHAR2(128), table_name VARCHAR2(128), num_rows NUMBER, nested VARCHAR2(3) DEFAULT 'NO',
        secondary VARCHAR2(1) DEFAULT 'N', dropped VARCHAR2(3) DEFAULT 'NO', temporary VARCHAR2(1) DEFAULT 'N', iot_type VARCHAR2(12));
    CREATE TABLE all_external_tables (owner VARCHAR2(128), table_name VARCHAR2(128));
    CREATE TABLE all_views (owner VARCHAR2(128), view_name VARCHAR2(128));
    CREATE TABLE all_dependencies (owner VARCHAR2(128), name VARCHAR2(128), type VARCHAR2(19), referenced_owner VARCHAR2(128),
        referenced_name VARCHAR2(128), referenced_type VARCHAR2(19), referenced_link_name VARCHAR2(128));
    CREATE TABLE all_tab_columns (owner VARCHAR2(128), table_name VARCHAR2(128), column_id NUMBER, column_name VARCHAR2(128),
        data_type VARCHAR2(128), data_type_owner VARCHAR2(128), data_length NUMBER, data_precision NUMBER, data_scale NUMBER,
        char_length NUMBER, char_used VARCHAR2(1));
    CREATE TABLE all_tab_comments (owner VARCHAR2(128), table_name VARCHAR2(128), comments VARCHAR2(4000));
    CREATE TABLE all_col_comments (owner VARCHAR2(128), table_name VARCHAR2(128), column_name VARCHAR2(128), comments VARCHAR2(4000));
    CREATE TABLE all_constraints (owner VARCHAR2(128), constraint_name VARCHAR2(128), constraint_type VARCHAR2(1),
        table_name VARCHAR2(128), r_owner VARCHAR2(128), r_constraint_name VARCHAR2(128), status VARCHAR2(8) DEFAULT 'ENABLED');
    CREATE TABLE all_cons_columns (owner VARCHAR2(128), constraint_name VARCHAR2(128), position NUMBER, column_name VARCHAR2(4000));
    CREATE TABLE all_tab_col_statistics (owner VARCHAR2(128), table_name VARCHAR2(128), column_name VARCHAR2(128), num_distinct NUMBER);
    CREATE TABLE all_synonyms (owner VARCHAR2(128), synonym_name VARCHAR2(128), table_owner VARCHAR2(128), table_name VARCHAR2(128),
        db_link VARCHAR2(128));
    CREATE TABLE all_procedures (owner VARCHAR2(128), object_name VARCHAR2(128));
    CREATE TABLE all_sequences (sequence_owner VARCHAR2(128), sequence_name VARCHAR2(128));
    CREATE TABLE all_objects (owner VARCHAR2(128), object_name VARCHAR2(128), object_type VARCHAR2(23));
    CREATE TABLE product_component_version (product VARCHAR2(80), version VARCHAR2(80));
    INSERT INTO product_component_version VALUES ('Oracle Database 19c Enterprise Edition ', '19.0.0.0.0');
";

/// Columns of a table as `name TYPE, …`, the first of them its primary key, and what else is to be said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'t> {
    pub(crate) name: &'t str,
    pub(crate) columns: &'t str,
}

/// A database with these tables, in the dictionary too.
pub(crate) fn company(tables: &[Table<'_>], script: &str) -> Oracle {
    let mut all = DICTIONARY.to_owned();
    for Table { name, columns } in tables {
        let made: Vec<String> = columns.split(", ").map(made).collect();
        let made = made.join(", ");
        write!(
            all,
            "CREATE TABLE {name} ({made}); INSERT INTO all_tables (owner, table_name) VALUES ('BOT', '{name}');"
        )
        .unwrap();
        for (at, column) in columns.split(", ").enumerate() {
            let (column, declared) = column.split_once(' ').unwrap();
            let (data_type, precision, scale, length) = described(declared);
            write!(
                all,
                "INSERT INTO all_tab_columns (owner, table_name, column_id, column_name, data_type, data_precision, data_scale, char_length) \
                 VALUES ('BOT', '{name}', {at}, '{column}', '{data_type}', {precision}, {scale}, {length});"
            )
            .unwrap();
        }
        let key = columns.split(' ').next().unwrap();
        write!(
            all,
            "INSERT INTO all_constraints (owner, constraint_name, constraint_type, table_name) VALUES ('BOT', '{name}_PK', 'P', '{name}');
             INSERT INTO all_cons_columns VALUES ('BOT', '{name}_PK', 1, '{key}');"
        )
        .unwrap();
    }
    Oracle::new(&(all + script))
}

/// A column as SQLite takes it: a type that it does not read stands in quotes.
fn made(column: &str) -> String {
    match column.split_once(' ') {
        Some((name, declared)) if declared.contains(" TO ") || declared.contains(" WITH ") => {
            format!("{name} '{declared}'")
        }
        _ => column.to_owned(),
    }
}

/// A declared type as the dictionary has it: its name, precision, scale and length.
fn described(declared: &str) -> (&str, &str, &str, &str) {
    let declared = declared.trim_end_matches(" PRIMARY KEY");
    let Some((name, sizes)) = declared.split_once('(').map(|(name, sizes)| (name, sizes.trim_end_matches(')'))) else {
        return if declared == "INTEGER" {
            ("NUMBER", "NULL", "0", "NULL")
        } else {
            (declared, "NULL", "NULL", "NULL")
        };
    };
    match name {
        "NUMBER" => {
            let (precision, scale) = sizes.split_once(',').unwrap_or((sizes, "0"));
            (name, precision, scale, "NULL")
        }
        "VARCHAR2" | "NVARCHAR2" | "CHAR" | "NCHAR" => (name, "NULL", "NULL", sizes),
        // The dictionary keeps the digits of a second in the name.
        _ => (declared, "NULL", "NULL", "NULL"),
    }
}

pub(crate) fn config(oracle: &Oracle) -> OracleConfig {
    OracleConfig {
        max_concurrent: 2,
        client_folder: Some(pstral_ocidouble::client().to_owned()),
        ..OracleConfig::new(oracle.connect(), "bot", "secret".to_owned().into())
    }
}

pub(crate) fn target(oracle: &Oracle) -> OracleTarget {
    OracleTarget::new(config(oracle))
}

pub(crate) async fn approved(target: &OracleTarget, sql: &str, limits: Limits) -> ApprovedStatement {
    let catalog = target.catalog().await.unwrap();
    match Guard::new(&catalog, &Policy::new(Rules::default(), Vec::new(), limits)).check(sql) {
        Verdict::Allow(statement) => statement,
        Verdict::Deny(refusal) => panic!("the guard refuses {sql}: {refusal:?}"),
    }
}

/// A result that was read to its end.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) columns: Vec<pstral_core::domain::Column>,
    pub(crate) rows: Vec<Row>,
    pub(crate) ending: Ending,
}

pub(crate) async fn run(target: &OracleTarget, sql: &str) -> Result<Whole, TargetError> {
    let statement = approved(target, sql, WIDE).await;
    drain(target.execute(&statement, "camille.durand", CancellationToken::new()).await?).await
}

pub(crate) async fn drain(mut stream: ResultStream) -> Result<Whole, TargetError> {
    let mut rows = Vec::new();
    loop {
        match stream.batches.next().await.expect("it ends") {
            Ok(Batch::Rows(more)) => rows.extend(more),
            Ok(Batch::End(ending)) => return Ok(Whole { columns: stream.columns, rows, ending }),
            Err(error) => return Err(error),
        }
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
