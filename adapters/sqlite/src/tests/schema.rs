//! The catalog, plans and known values.

use pstral_core::domain::{ColumnPath, Dialect, RelationKind};
use pstral_core::ports::{QueryTarget as _, TargetError};

use super::{Place, run};

const SHOP: &str = "PRAGMA foreign_keys = OFF;
    CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, -- who
        city VARCHAR(40), upper_name TEXT GENERATED ALWAYS AS (upper(name)));
    CREATE TABLE orders(customer INTEGER REFERENCES customers, line INTEGER, amount DECIMAL(10,2),
        PRIMARY KEY (customer, line)) WITHOUT ROWID;
    CREATE TABLE parcels(id INTEGER PRIMARY KEY, customer INTEGER, line INTEGER, \"odd \"\"name\"\"\" TEXT,
        FOREIGN KEY (customer, line) REFERENCES orders(customer, line), FOREIGN KEY (customer) REFERENCES customers(id), FOREIGN KEY (line) REFERENCES absent);
    CREATE VIEW cities AS SELECT DISTINCT city /* no doubles */ FROM customers;
    CREATE TABLE gone(id); CREATE VIEW broken AS SELECT id FROM gone; DROP TABLE gone;
    CREATE VIRTUAL TABLE prose USING fts5(body);
    INSERT INTO customers(name, city) VALUES ('Ada', 'Lyon'), ('Bob', 'Paris'), ('Cléo', 'Lyon'), ('Dan', NULL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) INSERT INTO parcels(id) SELECT i FROM n;
";

#[tokio::test]
async fn the_catalog_holds_what_may_be_read() {
    let place = Place::with(SHOP);
    let catalog = place.target().catalog().await.unwrap();
    assert_eq!((catalog.dialect, catalog.default_schema.as_str()), (Dialect::Sqlite, "main"));
    let seen: Vec<String> = catalog
        .tables
        .iter()
        .map(|table| {
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|column| {
                    format!("{} {}{}", column.name, column.data_type, if column.primary_key { "!" } else { "" })
                })
                .collect();
            let kind = if table.kind == RelationKind::View { "view" } else { "table" };
            format!("{kind} {}: {}", table.name, columns.join(", "))
        })
        .collect();
    assert_eq!(
        seen,
        [
            "view cities: city VARCHAR(40)",
            "table customers: id INTEGER!, name TEXT, city VARCHAR(40), upper_name TEXT",
            "table orders: customer INTEGER!, line INTEGER!, amount DECIMAL(10,2)",
            "table parcels: id INTEGER!, customer INTEGER, line INTEGER, odd \"name\" TEXT",
        ]
    );
    let keys = |name: &str| {
        let table = catalog.tables.iter().find(|table| table.name == name).unwrap();
        let line = |key: &pstral_core::domain::ForeignKey| {
            format!("{} -> {}({})", key.columns.join(","), key.relation, key.references.join(","))
        };
        table.foreign_keys.iter().map(line).collect::<Vec<_>>()
    };
    assert!(catalog.tables.iter().all(|table| table.rows.is_none()), "nobody counted");
    assert_eq!(keys("orders"), ["customer -> customers(id)"]);
    assert_eq!(keys("parcels"), ["customer,line -> orders(customer,line)", "customer -> customers(id)"]);
}

#[tokio::test]
async fn counts_and_unique_keys_are_told_where_they_are_known() {
    let place = Place::with(SHOP);
    let script =
        "CREATE UNIQUE INDEX u ON customers(name, city); CREATE UNIQUE INDEX part ON customers(name) WHERE id > 1;
        CREATE UNIQUE INDEX upper_case ON customers(upper(name)); CREATE INDEX by_city ON customers(city); ANALYZE;
        INSERT INTO sqlite_stat1 VALUES ('parcels', NULL, 'not a number'), ('nothing', 'nothing', '9 9');";
    place.writer().execute_batch(script).unwrap();
    let catalog = place.target().catalog().await.unwrap();
    let customers = catalog.tables.iter().find(|table| table.name == "customers").unwrap();
    assert_eq!(customers.rows, Some(4));
    assert_eq!(customers.unique_keys, [["name", "city"]]);
    let distinct: Vec<_> = customers.columns.iter().map(|column| column.distinct).collect();
    assert_eq!(distinct, [Some(4), Some(4), Some(2), None]);
}

#[tokio::test]
async fn a_long_schema_is_read() {
    let columns: Vec<String> =
        (0..1500).map(|n| format!("column_with_a_rather_long_name_to_fill_the_text_{n} TEXT")).collect();
    let place = Place::with(&format!("CREATE TABLE wide({})", columns.join(", ")));
    assert_eq!(place.target().catalog().await.unwrap().tables[0].columns.len(), 1500);
    assert_eq!(run(&place.target(), "SELECT * FROM wide").await.unwrap().columns.len(), 1500);
}

#[tokio::test]
async fn a_plan_is_told_step_by_step() {
    let place = Place::with(SHOP);
    let sql = "SELECT * FROM customers WHERE id = :id UNION SELECT * FROM customers";
    let estimate = place.target().plan(sql.to_owned()).await.unwrap();
    assert_eq!((estimate.cost, estimate.rows), (None, None));
    assert!(
        estimate.plan.iter().any(|line| line.trim_start().starts_with("SEARCH customers USING INTEGER PRIMARY KEY"))
    );
    assert!(estimate.plan.iter().any(|line| line.starts_with("  ")), "{:?}", estimate.plan);
    for sql in ["DELETE FROM customers", "PRAGMA user_version", "SELECT 1; SELECT 2", "SELECT name FROM sqlite_master"]
    {
        assert!(matches!(place.target().plan(sql.to_owned()).await, Err(TargetError::Rejected(_))), "{sql}");
    }
}

fn path(column: &str) -> ColumnPath {
    let (relation, column) = column.split_once('.').unwrap();
    let [schema, relation, column] = ["main", relation, column].map(str::to_owned);
    ColumnPath { schema, relation, column }
}

#[tokio::test]
async fn known_values_are_distinct_and_few() {
    let place = Place::with(SHOP);
    place
        .writer()
        .execute_batch("INSERT INTO customers(name, city) VALUES (printf('%.*c', 300, 'x'), x'00'), ('', 42)")
        .unwrap();
    let target = place.target();
    for (column, limit, expected) in [
        ("customers.city", 10, vec!["42", "Lyon", "Paris"]),
        ("customers.city", 1, vec!["42"]),
        ("customers.name", 10, vec!["", "Ada", "Bob", "Cléo", "Dan"]),
        ("customers.upper_name", 2, vec!["", "ADA"]),
        ("cities.city", 10, vec!["42", "Lyon", "Paris"]),
        ("parcels.odd \"name\"", 10, vec![]),
        ("customers.city", 0, vec![]),
    ] {
        assert_eq!(target.known_values(&path(column), limit).await.unwrap(), expected, "{column}");
    }
    for column in ["customers.nope", "nope.city", "sqlite_master.name", "prose.body", "customers.city\" FROM x"] {
        let refused = target.known_values(&path(column), 10).await;
        assert!(matches!(refused, Err(TargetError::Rejected(_))), "{column}: {refused:?}");
    }
}
