//! The fake target keeps the contract, and does what tests ask of it.

use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::domain::{
    Catalog, CatalogColumn, ColumnKind, Dialect, ForeignKey, Limits, Relation, RelationKind, Row, Value,
};
use pstral_core::guard::{ApprovedStatement, Guard, Policy, Rules, Verdict};
use pstral_core::ports::{Batch, QueryTarget as _, TargetError};
use pstral_core::testkit::query_target::{FakeTarget, Reply, contract, slow};
use tokio_util::sync::CancellationToken;
fn relation(name: &str, columns: &[(&str, &str)]) -> Relation {
    let column = |(at, (name, data_type)): (usize, &(&str, &str))| CatalogColumn {
        primary_key: at == 0,
        ..CatalogColumn::new(name, data_type)
    };
    Relation::new("main", name, RelationKind::Table, columns.iter().enumerate().map(column).collect())
}

fn catalog() -> Catalog {
    let items =
        relation("items", &[("id", "INTEGER"), ("name", "TEXT"), ("price", "DECIMAL(10,2)"), ("made_on", "DATE")]);
    let mut notes =
        relation("notes", &[("id", "INTEGER"), ("item_id", "INTEGER"), ("title", "TEXT"), ("body", "TEXT")]);
    notes.foreign_keys = vec![ForeignKey {
        columns: vec!["item_id".to_owned()],
        relation: "items".to_owned(),
        references: vec!["id".to_owned()],
    }];
    Catalog::new(Dialect::Sqlite, "main", vec![items, notes])
}

fn items() -> Vec<Row> {
    let name = |id: i64| if id % 10 == 0 { Value::Null } else { Value::Text(format!("item {id}")) };
    (1..=1000)
        .map(|id| {
            let day = format!("2024-01-{:02}", 1 + id % 28);
            vec![Value::Integer(id), name(id), Value::Decimal(format!("{id}.25")), Value::Date(day)]
        })
        .collect()
}

/// A fake that answers every statement of the contract.
fn scripted() -> FakeTarget {
    let names = (1..=9).map(|id| format!("item {id}")).collect();
    let target = FakeTarget::new(catalog())
        .with_values("items.name".parse().expect("invariant: of the form table.column"), names);
    let id = [("id", ColumnKind::Number)];
    let one = |number: i64| vec![vec![Value::Integer(number)]];
    let columns = [
        ("id", ColumnKind::Number),
        ("name", ColumnKind::Text),
        ("price", ColumnKind::Number),
        ("made_on", ColumnKind::Date),
    ];
    let many = (0..100_000).map(|n| vec![Value::Integer(n % 1000)]).collect();
    for (sql, reply) in [
        ("SELECT id, name, price, made_on FROM items ORDER BY id", Reply::rows(&columns, items())),
        ("SELECT id FROM items WHERE id < 0", Reply::rows(&id, Vec::new())),
        (
            "SELECT id, id FROM items WHERE id = 7",
            Reply::rows(&[id[0], id[0]], vec![vec![Value::Integer(7), Value::Integer(7)]]),
        ),
        (
            "SELECT body FROM notes WHERE id = 2",
            Reply::rows(&[("body", ColumnKind::Text)], vec![vec![Value::Text("é".repeat(10_000))]]),
        ),
        ("SELECT id FROM items WHERE id = :id", Reply::rows(&id, one(41))),
        ("SELECT id FROM items WHERE name = :name", Reply::rows(&id, one(42))),
        ("SELECT id FROM items WHERE price = :price", Reply::rows(&id, one(43))),
        ("SELECT id FROM notes WHERE title = :title", Reply::rows(&id, one(3))),
        ("SELECT id FROM items WHERE id = 7", Reply::rows(&id, one(7))),
        ("SELECT a.id FROM items a JOIN items b ON a.id < b.id", Reply::rows(&id, many)),
        (slow(), Reply::rows(&id, one(0)).after(Duration::from_mins(10))),
    ] {
        target.answer(sql, reply);
    }
    target
}

#[tokio::test(start_paused = true)]
async fn the_fake_keeps_the_contract() {
    let target = scripted();
    contract(&target).await;
    assert_eq!(target.stopped(), 1 + 1 + 6 + 3 + 1 + 1, "cancelled, cancelled, dropped, timed out, dropped");
    assert!(target.take_ran().iter().any(|statement| statement.values().contains_key("price")));
}

fn approved(sql: &str, limits: Limits) -> ApprovedStatement {
    match Guard::new(&catalog(), &Policy::new(Rules::default(), Vec::new(), limits)).check(sql) {
        Verdict::Allow(statement) => statement,
        Verdict::Deny(refusal) => panic!("the guard refuses {sql}: {refusal:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_fake_fails_as_it_is_told() {
    const SQL: &str = "SELECT id FROM items";
    let wide = Limits { rows: 100, bytes: 10_000, cell_bytes: 100, time: Duration::from_secs(10) };
    let (target, statement) = (FakeTarget::new(catalog()), approved(SQL, wide));
    let execute = || target.execute(&statement, "camille.durand", CancellationToken::new());
    assert!(matches!(execute().await.err(), Some(TargetError::Rejected(_))), "nothing is known yet");

    let failed = TargetError::Failed("the disk".to_owned());
    target.answer("select ID\n from  items", Reply::error(failed.clone()).after(Duration::from_secs(9)));
    assert_eq!(execute().await.err(), Some(failed.clone()), "text is compared whatever its spaces and case");
    let rows = vec![vec![Value::Integer(1)]];
    target.answer(SQL, Reply::rows(&[("id", ColumnKind::Number)], rows.clone()).then(failed.clone()));
    let batches: Vec<_> = execute().await.unwrap().batches.collect().await;
    assert_eq!(batches, [Ok(Batch::Rows(rows)), Err(failed)]);
    assert_eq!((target.take_ran().len(), target.stopped()), (2, 0), "it failed by itself");

    let down = TargetError::Unavailable("gone".to_owned());
    target.set_down(Some(down.clone()));
    assert_eq!((execute().await.err(), target.health().await.err()), (Some(down.clone()), Some(down)));
    target.set_down(None);
    assert!(target.health().await.is_ok());
}
