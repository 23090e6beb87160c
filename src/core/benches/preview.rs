//! How long the preview of a result takes, within the 2,000 characters of a message: of a usual table, and of what is
//! hardest to draw.

use criterion::{Criterion, criterion_group, criterion_main};
use pstral_core::domain::{Column, ColumnKind, Length, Locale, Row, Value};
use pstral_core::results::{Preview, TableFormat};

const FORMAT: TableFormat =
    TableFormat { length: Length::characters(2_000), columns: None, max_rows: 20, locale: Locale::Fr };

fn columns(count: usize) -> Vec<Column> {
    let kinds = [ColumnKind::Text, ColumnKind::Number, ColumnKind::Date];
    (0..count).map(|at| Column { name: format!("column_{at}"), kind: kinds[at % 3] }).collect()
}

fn usual(columns: usize) -> Vec<Row> {
    let cell = |row: usize, at: usize| match at % 3 {
        0 => Value::Text(format!("Établissements Müller {row}")),
        1 => Value::Decimal(format!("{row}234.5{at}")),
        _ => Value::Date("2026-11-21".to_owned()),
    };
    (0..20).map(|row| (0..columns).map(|at| cell(row, at)).collect()).collect()
}

fn alike(columns: usize, value: &Value) -> Vec<Row> {
    vec![vec![value.clone(); columns]; 20]
}

fn preview(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a preview");
    let family = Value::Text("👨‍👩‍👧‍👦".repeat(40_000));
    let stacked = Value::Text(format!("e{}", "\u{301}".repeat(500_000)));
    for (name, columns, rows) in [
        ("5 columns", columns(5), usual(5)),
        ("12 columns", columns(12), usual(12)),
        ("2,000 columns", columns(2_000), usual(2_000)),
        ("cells of 1 MB", columns(5), alike(5, &Value::Text("x".repeat(1 << 20)))),
        ("cells of 1 MB of emoji", columns(5), alike(5, &family)),
        ("cells of 1 MB of accents", columns(5), alike(5, &stacked)),
        ("floats", columns(12), alike(12, &Value::Real(0.1 + 0.2))),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| Preview::draw(&columns, &rows, FORMAT)));
    }
    group.finish();
}

criterion_group!(benches, preview);
criterion_main!(benches);
