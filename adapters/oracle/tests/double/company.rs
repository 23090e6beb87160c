//! A target on a database behind the double.

use futures::StreamExt as _;
use pstral_core::domain::{Ending, Limits, Row, Value};
use pstral_core::guard::{ApprovedStatement, Guard, Policy, Rules, Verdict};
use pstral_core::ports::{Batch, QueryTarget, ResultStream, TargetError};
use pstral_core::testkit::query_target::fixture;
use pstral_ocidouble::Oracle;
pub(crate) use pstral_ocidouble::{Table, company};
use pstral_oracle::{OracleConfig, OracleTarget};
use tokio_util::sync::CancellationToken;

/// Room for everything that a test reads.
pub(crate) const WIDE: Limits =
    Limits { rows: 200_000, bytes: 1 << 30, cell_bytes: 1 << 20, time: std::time::Duration::from_mins(1) };

/// The tables and rows that the contract of every target wants.
pub(crate) fn of_the_contract() -> Oracle {
    let tables = [
        Table { name: "ITEMS", columns: "ID INTEGER PRIMARY KEY, NAME VARCHAR2(40), PRICE NUMBER(10,2), MADE_ON DATE" },
        Table { name: "NOTES", columns: "ID INTEGER PRIMARY KEY, ITEM_ID INTEGER, TITLE VARCHAR2(40), BODY CLOB" },
    ];
    let rows: String = fixture().split_once("INSERT").map(|(_, rows)| format!("INSERT{rows}")).unwrap();
    let key =
        "INSERT INTO all_constraints (owner, constraint_name, constraint_type, table_name, r_owner, r_constraint_name)
            VALUES ('BOT', 'NOTES_FK', 'R', 'NOTES', 'BOT', 'ITEMS_PK');
        INSERT INTO all_cons_columns VALUES ('BOT', 'NOTES_FK', 1, 'ITEM_ID');";
    company(&tables, &format!("{rows}{key}"))
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
