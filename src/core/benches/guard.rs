//! How fast the guard decides: everyday statements a second, and the worst inputs of 16 KiB.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pstral_core::domain::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};
use pstral_core::guard::{Guard, Policy, Verdict};

/// What models write most.
const EVERYDAY: &[&str] = &[
    "SELECT COUNT(*) FROM clients",
    "SELECT name, city FROM clients WHERE region = 'Nord' ORDER BY name LIMIT 20",
    "SELECT region, COUNT(*) AS n FROM clients GROUP BY region HAVING COUNT(*) > 1 ORDER BY n DESC",
    "SELECT c.name, SUM(k.amount) AS total FROM clients c JOIN contracts k ON k.client_id = c.id WHERE k.status = 'signed' GROUP BY c.id, c.name ORDER BY total DESC LIMIT 10",
    "SELECT name FROM clients WHERE id IN (SELECT client_id FROM contracts WHERE amount > 1000)",
    "SELECT c.name FROM clients c LEFT JOIN contracts k ON k.client_id = c.id WHERE k.id IS NULL",
    "WITH m AS (SELECT client_id, SUM(amount) AS total FROM contracts GROUP BY client_id) SELECT c.name, m.total FROM clients c JOIN m ON m.client_id = c.id ORDER BY m.total DESC",
    "SELECT CASE WHEN amount > 1000 THEN 'big' ELSE 'small' END AS size, COUNT(*) FROM contracts GROUP BY size",
];

/// Texts of about 16 KiB that cost the most of their kind.
fn worst() -> Vec<(&'static str, String)> {
    let fill = |before: &str, part: &str, after: &str| {
        let times = (16 * 1024 - before.len() - after.len()) / part.len();
        format!("{before}{}{after}", part.repeat(times))
    };
    let nested = |open: &str, times: usize, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let wide = format!("SELECT 11111{}", ",11111".repeat(40));
    vec![
        ("list", fill("SELECT name FROM clients WHERE id IN (1", ",11111", ")")),
        ("chain", fill("SELECT 1", "+11111", "")),
        ("conditions", fill("SELECT name FROM clients WHERE id=1", " OR id=1111111", "")),
        ("columns", fill("SELECT id", ",region", " FROM clients")),
        ("unknown-names", fill("SELECT id", ",regionn", " FROM clients")),
        ("unions", format!("{wide}{}", format!(" UNION {wide}").repeat(60))),
        ("selects", format!("SELECT 1{}", format!(",({wide})").repeat(60))),
        ("cases", fill("SELECT CASE", " WHEN id=111 THEN 111", " END FROM clients")),
        ("brackets", fill("SELECT (((((((((((((((((((((((((((((((1", "+11111", ")))))))))))))))))))))))))))))))")),
        ("nested-from", format!("SELECT * FROM {}", nested("(", 60, "clients", ")"))),
        ("nested-queries", nested("SELECT * FROM (", 60, "SELECT 1", ") x")),
        ("commas", fill("SELECT 1 FROM clients", ",clients", "")),
        ("signs", fill("", "(", "")),
        ("quotes", fill("SELECT '", "''", "'")),
    ]
}

fn catalog() -> Catalog {
    let column = |name: &str| CatalogColumn {
        name: name.to_owned(),
        data_type: "text".to_owned(),
        comment: String::new(),
        primary_key: false,
    };
    let relation = |name: &str, columns: &str| Relation {
        schema: "main".to_owned(),
        name: name.to_owned(),
        kind: RelationKind::Table,
        columns: columns.split(',').map(column).collect(),
        comment: String::new(),
        foreign_keys: Vec::new(),
    };
    Catalog {
        dialect: Dialect::Sqlite,
        default_schema: "main".to_owned(),
        tables: vec![
            relation("clients", "id,name,city,region,created_at"),
            relation("contracts", "id,client_id,amount,status,signed_on"),
        ],
        callables: Vec::new(),
    }
}

fn everyday(criterion: &mut Criterion) {
    let guard = Guard::new(&catalog(), &Policy::default());
    assert!(
        EVERYDAY.iter().all(|sql| matches!(guard.check(sql), Verdict::Allow(_))),
        "everyday statements are allowed"
    );
    let mut group = criterion.benchmark_group("guard");
    group.throughput(Throughput::Elements(EVERYDAY.len() as u64));
    group.bench_function("everyday", |bench| {
        bench.iter(|| EVERYDAY.iter().for_each(|sql| drop(black_box(guard.check(black_box(sql))))));
    });
    group.finish();
}

fn largest(criterion: &mut Criterion) {
    let guard = Guard::new(&catalog(), &Policy::default());
    let mut group = criterion.benchmark_group("guard-16-kib");
    for (name, sql) in worst() {
        group.bench_function(name, |bench| bench.iter(|| black_box(guard.check(black_box(&sql)))));
    }
    group.finish();
}

criterion_group!(benches, everyday, largest);
criterion_main!(benches);
