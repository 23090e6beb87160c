//! The contract of every target, run by the fake and by every adapter.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use crate::domain::{ColumnKind, ColumnPath, ColumnRef, Ending, LimitReached, Limits, Row, Value};
use crate::guard::{ApprovedStatement, Guard, Policy, Rules, Verdict};
use crate::ports::{Batch, QueryTarget, ResultStream, TargetError};

const WIDE: Limits = Limits { rows: 100_000, bytes: 1 << 30, cell_bytes: 1 << 20, time: Duration::from_mins(1) };
/// Whoever asks.
const PERSON: &str = "camille.durand";
const ITEMS: &str = "SELECT id, name, price, made_on FROM items ORDER BY id";
const MANY: &str = "SELECT a.id FROM items a JOIN items b ON a.id < b.id";

/// The statements that make what a target must hold for [`contract`], in SQL that SQLite and PostgreSQL share:
///
/// - `items(id, name, price, made_on)`: 1,000 rows with ids from 1; the name is `item <id>`, null for each tenth; the
///   price is the id plus a quarter, exact to two decimals; made on the day `2024-01-<1 + id % 28>`.
/// - `notes(id, item_id, title, body)`: `item_id` points at `items`; row 1 has an empty body (where the database can
///   tell it from null), row 2 a body of 10,000 `é`, row 3 the title `it's; -- "fine"`. A body need not be comparable.
pub fn fixture() -> String {
    let mut script = "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(40), price DECIMAL(10,2), made_on DATE);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES items(id), title VARCHAR(40), body TEXT);"
        .to_owned();
    for id in 1..=1000 {
        let name = if id % 10 == 0 { "NULL".to_owned() } else { format!("'item {id}'") };
        let day = 1 + id % 28;
        write!(script, "INSERT INTO items VALUES ({id}, {name}, {id}.25, '2024-01-{day:02}');")
            .expect("invariant: a string takes all text");
    }
    let long = "é".repeat(10_000);
    write!(
        script,
        "INSERT INTO notes VALUES (1, 1, NULL, ''), (2, 1, NULL, '{long}'), (3, 2, 'it''s; -- \"fine\"', 'short');"
    )
    .expect("invariant: a string takes all text");
    script
}

/// A statement that would run for minutes on [`fixture`], without a row until then.
pub fn slow() -> &'static str {
    "SELECT count(*) AS n FROM items a JOIN items b ON a.id < b.id JOIN items c ON b.id < c.id JOIN items d ON c.id < d.id"
}

/// Checks a target that holds [`fixture`]. It should run two statements at once and no more, so that one that does not
/// give its place back is found. Statements pass the real guard.
///
/// # Panics
/// Panics if the target does not keep the contract.
pub async fn contract(target: &dyn QueryTarget) {
    describes_itself(target).await;
    delivers_rows(target).await;
    keeps_limits(target).await;
    binds_parameters(target).await;
    explains(target).await;
    knows_values(target).await;
    stops_when_cancelled(target).await;
    stops_when_dropped(target).await;
    stops_at_the_time_limit(target).await;
    runs_two_at_once(target).await;
}

async fn describes_itself(target: &dyn QueryTarget) {
    let health = target.health().await.expect("it is up");
    assert!(!health.render(crate::domain::Locale::En).is_empty());
    let catalog = target.catalog().await.expect("it is up");
    assert_eq!(catalog.dialect, target.dialect());
    let relation = |name: &str| {
        let found = catalog.tables.iter().find(|relation| relation.name.eq_ignore_ascii_case(name));
        found.unwrap_or_else(|| panic!("{name} is in the catalog"))
    };
    let items = relation("items");
    assert_eq!(items.schema, catalog.default_schema);
    let names: Vec<String> = items.columns.iter().map(|column| column.name.to_lowercase()).collect();
    assert_eq!(names, ["id", "name", "price", "made_on"], "columns come in the database's order");
    let keys: Vec<bool> = items.columns.iter().map(|column| column.primary_key).collect();
    assert_eq!(keys, [true, false, false, false]);
    assert!(items.columns.iter().all(|column| !column.data_type.is_empty()));
    let key = relation("notes").foreign_keys.first().expect("notes point at items");
    assert_eq!((key.relation.to_lowercase().as_str(), key.columns.len(), key.references.len()), ("items", 1, 1));
}

async fn delivers_rows(target: &dyn QueryTarget) {
    let whole = run(target, ITEMS, WIDE).await.expect("it runs");
    let names: Vec<String> = whole.columns.iter().map(|(name, _)| name.to_lowercase()).collect();
    assert_eq!(names, ["id", "name", "price", "made_on"]);
    let kinds: Vec<ColumnKind> = whole.columns.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds[..3], [ColumnKind::Number, ColumnKind::Text, ColumnKind::Number]);
    assert!(matches!(kinds[3], ColumnKind::Date | ColumnKind::Timestamp), "{:?}", kinds[3]);
    assert_eq!((whole.rows.len(), whole.truncated), (1000, None));
    for (at, row) in whole.rows.iter().enumerate() {
        let id = at + 1;
        assert_eq!(number(&row[0]), id.to_string(), "in order");
        let name = if id % 10 == 0 { Value::Null } else { Value::Text(format!("item {id}")) };
        assert_eq!(row[1], name);
        assert_eq!(row[2], Value::Decimal(format!("{id}.25")), "exact");
        let (Value::Date(day) | Value::Timestamp(day)) = &row[3] else { panic!("{:?} is no date", row[3]) };
        assert!(day.starts_with(&format!("2024-01-{:02}", 1 + id % 28)), "{day}");
    }

    let none = run(target, "SELECT id FROM items WHERE id < 0", WIDE).await.expect("it runs");
    assert_eq!((none.columns.len(), none.rows.len(), none.truncated), (1, 0, None));

    let twice = run(target, "SELECT id, id FROM items WHERE id = 7", WIDE).await.expect("it runs");
    assert_eq!(twice.columns.len(), 2, "names need not be unique");
    assert_eq!(twice.rows[0].iter().map(number).collect::<Vec<_>>(), ["7", "7"]);
}

async fn keeps_limits(target: &dyn QueryTarget) {
    for (rows, expected, truncated) in
        [(1000, 1000, None), (999, 999, Some(LimitReached::Rows)), (1, 1, Some(LimitReached::Rows))]
    {
        let whole = run(target, ITEMS, Limits { rows, ..WIDE }).await.expect("it runs");
        assert_eq!((whole.rows.len(), whole.truncated), (expected, truncated), "at most {rows} rows");
    }
    let whole = run(target, ITEMS, Limits { bytes: 1000, ..WIDE }).await.expect("it runs");
    assert_eq!(whole.truncated, Some(LimitReached::Bytes));
    assert!((1..1000).contains(&whole.rows.len()), "{}", whole.rows.len());

    let note = "SELECT body FROM notes WHERE id = 2";
    let long = run(target, note, WIDE).await.expect("it runs");
    assert_eq!(long.rows, [[Value::Text("é".repeat(10_000))]]);
    let cut = run(target, note, Limits { cell_bytes: 100, ..WIDE }).await.expect("it runs");
    assert_eq!(cut.rows, [[Value::Text(format!("{}…", "é".repeat(48)))]], "whole characters, at most 100 bytes");
    assert_eq!((cut.truncated, cut.cut_cells), (None, 1), "a cut cell is not a missing row");
}

async fn binds_parameters(target: &dyn QueryTarget) {
    for (sql, name, value, expected) in [
        ("SELECT id FROM items WHERE id = :id", "id", Value::Integer(41), "41"),
        ("SELECT id FROM items WHERE name = :name", "name", Value::Text("item 42".to_owned()), "42"),
        ("SELECT id FROM items WHERE price = :price", "price", Value::Decimal("43.25".to_owned()), "43"),
        ("SELECT id FROM notes WHERE title = :title", "title", Value::Text("it's; -- \"fine\"".to_owned()), "3"),
    ] {
        let values = BTreeMap::from([(name.to_owned(), value)]);
        let bound = approved(target, sql, WIDE).await.bind(&values).expect("it has the one parameter");
        let stream = target.execute(&bound, PERSON, CancellationToken::new()).await.expect("it runs");
        let whole = drain(stream).await.expect("it runs");
        assert_eq!(whole.rows.iter().flatten().map(number).collect::<Vec<_>>(), [expected], "{sql}");
    }
}

async fn explains(target: &dyn QueryTarget) {
    let estimate = target.explain(&approved(target, slow(), WIDE).await, PERSON).await.expect("a plan costs no run");
    assert_eq!(estimate.cost.is_some_and(f64::is_finite), target.estimates(), "{:?}", estimate.cost);
    assert!(!estimate.plan.is_empty());
    let items = approved(target, ITEMS, WIDE).await;
    let many = futures::future::join_all((0..8).map(|_| target.explain(&items, PERSON))).await;
    assert!(many.iter().all(Result::is_ok), "more at once than run at once wait for their turn: {many:?}");
}

async fn knows_values(target: &dyn QueryTarget) {
    let catalog = target.catalog().await.expect("it is up");
    let column: ColumnRef = "items.name".parse().expect("invariant: of the form table.column");
    let path = catalog.resolve(&column).expect("it is in the catalog");
    let known = target.known_values(&path, 5).await.expect("it is there");
    assert_eq!(known.len(), 5);
    assert!(known.iter().all(|value| value.starts_with("item ")), "{known:?}");
    let unknown = target.known_values(&ColumnPath { column: "nothing".to_owned(), ..path }, 5).await;
    assert!(matches!(unknown, Err(TargetError::Rejected(_))), "{unknown:?}");
}

async fn stops_when_cancelled(target: &dyn QueryTarget) {
    let items = approved(target, ITEMS, WIDE).await;
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let never = target.execute(&items, PERSON, cancelled).await;
    assert_eq!(never.err(), Some(TargetError::Cancelled), "cancelled before it started");

    let slow = approved(target, slow(), WIDE).await;
    let cancel = CancellationToken::new();
    let (whole, ()) =
        futures::join!(async { drain(target.execute(&slow, PERSON, cancel.clone()).await?).await }, async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            cancel.cancel();
        });
    assert_eq!(whole.err(), Some(TargetError::Cancelled), "cancelled before its first row");

    let cancel = CancellationToken::new();
    let many = approved(target, MANY, WIDE).await;
    let mut stream = target.execute(&many, PERSON, cancel.clone()).await.expect("it runs");
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(rows))) if !rows.is_empty()));
    cancel.cancel();
    assert_eq!(drain(stream).await.err(), Some(TargetError::Cancelled), "cancelled between rows");
}

async fn stops_when_dropped(target: &dyn QueryTarget) {
    let many = approved(target, MANY, WIDE).await;
    for _ in 0..6 {
        let mut stream =
            target.execute(&many, PERSON, CancellationToken::new()).await.expect("its place is free again");
        assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))));
    }
    run(target, ITEMS, WIDE).await.expect("its place is free again");
}

async fn stops_at_the_time_limit(target: &dyn QueryTarget) {
    let short = Limits { time: Duration::from_millis(100), ..WIDE };
    for _ in 0..3 {
        let ended = run(target, slow(), short).await.err();
        assert_eq!(ended, Some(TargetError::Timeout { seconds: 1 }), "at least one second is named");
    }
    let many = approved(target, MANY, Limits { time: Duration::from_millis(500), rows: u64::MAX, ..WIDE }).await;
    let mut stream = target.execute(&many, PERSON, CancellationToken::new()).await.expect("it runs");
    assert!(matches!(stream.batches.next().await, Some(Ok(Batch::Rows(_)))));
    // A slow reader: the time is over while rows still come.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let begun = drain(stream).await.expect("rows that came before are worth having");
    assert_eq!(begun.truncated, Some(LimitReached::Time));
    run(target, ITEMS, WIDE).await.expect("its place is free again");
}

async fn runs_two_at_once(target: &dyn QueryTarget) {
    let many = approved(target, MANY, WIDE).await;
    let mut held = target.execute(&many, PERSON, CancellationToken::new()).await.expect("it runs");
    assert!(matches!(held.batches.next().await, Some(Ok(Batch::Rows(_)))));
    let beside = run(target, "SELECT id FROM items WHERE id = 7", WIDE).await.expect("it runs beside the other");
    assert_eq!(number(&beside.rows[0][0]), "7");
    assert!(matches!(held.batches.next().await, Some(Ok(Batch::Rows(_)))), "the other goes on");
}

struct Whole {
    columns: Vec<(String, ColumnKind)>,
    rows: Vec<Row>,
    truncated: Option<LimitReached>,
    cut_cells: u64,
}

async fn approved(target: &dyn QueryTarget, sql: &str, limits: Limits) -> ApprovedStatement {
    let catalog = target.catalog().await.expect("it is up");
    match Guard::new(&catalog, &Policy::new(Rules::default(), Vec::new(), limits)).check(sql) {
        Verdict::Allow(statement) => statement,
        Verdict::Deny(refusal) => panic!("the guard refuses {sql}: {refusal:?}"),
    }
}

async fn run(target: &dyn QueryTarget, sql: &str, limits: Limits) -> Result<Whole, TargetError> {
    let statement = approved(target, sql, limits).await;
    drain(target.execute(&statement, PERSON, CancellationToken::new()).await?).await
}

async fn drain(mut stream: ResultStream) -> Result<Whole, TargetError> {
    let columns = stream.columns.into_iter().map(|column| (column.name, column.kind)).collect();
    let mut rows = Vec::new();
    let ending = loop {
        match stream.batches.next().await {
            Some(Ok(Batch::Rows(more))) => {
                assert!(!more.is_empty(), "a batch has at least one row");
                rows.extend(more);
            }
            Some(Ok(Batch::End(ending))) => break Ok(ending),
            Some(Err(error)) => break Err(error),
            None => panic!("a stream ends with an end or an error"),
        }
    };
    assert!(stream.batches.next().await.is_none(), "nothing comes after the end");
    ending.map(|Ending { truncated, cut_cells }| Whole { columns, rows, truncated, cut_cells })
}

/// A whole number, whether the database calls it an integer or a decimal.
fn number(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.clone(),
        other => panic!("{other:?} is no number"),
    }
}
