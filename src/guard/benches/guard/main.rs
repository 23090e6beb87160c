//! The speed of the guard: everyday statements a second, and the worst inputs of 16 KiB.

mod worst;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group};
use pstral_guard::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};
use pstral_guard::{Guard, Policy, Rules, Verdict};

/// Statements of the kinds that models write most.
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

fn catalog() -> Catalog {
    let column = |name: &str| CatalogColumn::new(name, "text");
    let relation = |name: &str, columns: &str| {
        Relation::new("main", name, RelationKind::Table, columns.split(',').map(column).collect())
    };
    let tables = vec![
        relation("clients", "id,name,city,region,created_at"),
        relation("contracts", "id,client_id,amount,status,signed_on"),
        relation("wide", &worst::numbered("w", 1_000)),
        relation("closed", &worst::numbered("w", 1_000)),
    ];
    Catalog::new(Dialect::Sqlite, "main", tables)
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

/// Times each of the largest inputs often enough for a 99th percentile, which criterion does not give.
#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn largest() {
    const TIMES: usize = 1_000;
    let guard = Guard::new(&catalog(), &Rules { allow: None, deny: vec!["closed.w0".to_owned()] }.into());
    let mut slowest = (Duration::ZERO, "");
    // As criterion takes it: `cargo bench --bench guard -- columns`.
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    for (name, sql) in worst::worst().into_iter().filter(|(name, _)| format!("guard-16-kib/{name}").contains(&wanted)) {
        let time = |_| {
            let start = Instant::now();
            black_box(guard.check(black_box(&sql)));
            start.elapsed()
        };
        let mut times: Vec<Duration> = (0..TIMES).map(time).collect();
        times.sort_unstable();
        let (middle, p99) = (times[TIMES / 2], times[TIMES * 99 / 100]);
        let rule = match guard.check(&sql) {
            Verdict::Allow(_) => "allowed",
            Verdict::Deny(refusal) => refusal.rule.id(),
        };
        println!("guard-16-kib/{name:15} {:5} bytes  median {middle:9.2?}  p99 {p99:9.2?}  {rule}", sql.len());
        slowest = slowest.max((p99, name));
    }
    println!("guard-16-kib: slowest at p99: {:.2?} ({})", slowest.0, slowest.1);
}

criterion_group!(benches, everyday);

fn main() {
    benches();
    largest();
    Criterion::default().configure_from_args().final_summary();
}
