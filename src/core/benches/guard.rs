//! How fast the guard decides: everyday statements a second, and the worst inputs of 16 KiB.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group};
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
        ("calls", fill("SELECT 1", ",abs(id)", " FROM clients")),
        ("nested-calls", fill("SELECT 1", &format!(",{}id{}", "abs(".repeat(60), ")".repeat(60)), " FROM clients")),
        ("sums", fill("SELECT count(*)", ",sum(amount)", " FROM contracts")),
        ("windows", fill("SELECT id", ",sum(id) OVER (PARTITION BY id)", " FROM contracts")),
        ("casts", fill("SELECT 1", ",CAST(id AS INT)", " FROM clients")),
        ("two-part-names", fill("SELECT c.id", ",c.id", " FROM clients c")),
        ("groups", format!("SELECT {0} FROM clients GROUP BY {0} ORDER BY {0}", ["region"; 700].join(","))),
        ("aliases", format!("SELECT {} FROM clients ORDER BY {}", numbered("id AS a", 800), numbered("a", 800))),
        ("joins", fill(&joins(32), " AND c0.id=c31.id", "")),
        ("usings", format!("SELECT * FROM clients c0{}", (1..32).map(|n| format!(" JOIN clients c{n} USING (id,name,city,region,created_at)")).collect::<String>())),
        ("chained-ctes", format!("WITH {} SELECT * FROM q59", chained(60, "SELECT * FROM clients"))),
        ("wide-ctes", format!("WITH {} SELECT * FROM q59", chained(60, "SELECT * FROM wide"))),
        ("wide-joins", format!("SELECT * FROM wide c0{}", (1..32).map(|n| format!(" JOIN wide c{n} USING (w1)")).collect::<String>())),
        ("wide-unions", format!("SELECT * FROM wide{}", " UNION ALL SELECT * FROM wide".repeat(60))),
        ("wide-nested", format!("SELECT * FROM ({}", "SELECT * FROM (".repeat(58)) + "SELECT * FROM wide" + &") x".repeat(59)),
        ("closed-stars", format!("SELECT * FROM closed{}", " UNION ALL SELECT * FROM closed".repeat(60))),
        ("likes", fill("SELECT id FROM clients WHERE name LIKE 'a'", " OR name LIKE '%a%b%c%'", "")),
        ("subqueries", fill("SELECT id FROM clients WHERE id IN (SELECT client_id FROM contracts)", &" AND id IN (SELECT client_id FROM contracts WHERE contracts.id=clients.id)".repeat(60), "")),
    ]
}

/// `part0,part1,…`
fn numbered(part: &str, times: usize) -> String {
    (0..times).map(|n| format!("{part}{n}")).collect::<Vec<_>>().join(",")
}

fn joins(times: usize) -> String {
    let others = (1..times).map(|n| format!(" JOIN clients c{n} ON c{n}.id=c0.id"));
    format!("SELECT c0.id FROM clients c0{} WHERE c0.id=1", others.collect::<String>())
}

/// Common table expressions that each read the one before.
fn chained(times: usize, first: &str) -> String {
    let others = (1..times).map(|n| format!(",q{n} AS (SELECT * FROM q{})", n - 1));
    format!("q0 AS ({first}){}", others.collect::<String>())
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
            relation("wide", &numbered("w", 1_000)),
            relation("closed", &numbered("w", 1_000)),
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

/// Times each of the largest inputs often enough for a 99th percentile, which criterion does not give.
fn largest() {
    const TIMES: usize = 1_000;
    let guard = Guard::new(&catalog(), &Policy { allow: None, deny: vec!["closed.w0".to_owned()] });
    let mut slowest = (Duration::ZERO, "");
    for (name, sql) in worst() {
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

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    benches();
    largest();
    Criterion::default().configure_from_args().final_summary();
}
