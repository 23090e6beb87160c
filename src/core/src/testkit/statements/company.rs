//! The small company that statements ask about: its tables, its rows, and what is closed in it.

use std::fmt::Write as _;

use crate::domain::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};
use crate::guard::Rules;
use crate::testkit::dice::Dice;

/// The kind of a value, as far as operators and functions care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Decimal,
    Text,
    Date,
    Flag,
    Json,
}

/// A table: its name, its columns with their kinds, and how many rows it holds. The first column is its key.
pub(super) type Table = (&'static str, &'static [(&'static str, Kind)], usize);

pub(super) const TABLES: [Table; 5] = [
    (
        "clients",
        &[
            ("id", Kind::Int),
            ("name", Kind::Text),
            ("city", Kind::Text),
            ("prénom", Kind::Text),
            ("Note privée", Kind::Text),
            ("vip", Kind::Flag),
            ("credit", Kind::Decimal),
            ("created_on", Kind::Date),
            ("parent_id", Kind::Int),
        ],
        12,
    ),
    (
        "orders",
        &[
            ("id", Kind::Int),
            ("client_id", Kind::Int),
            ("ordered_on", Kind::Date),
            ("status", Kind::Text),
            ("total", Kind::Decimal),
            ("paid", Kind::Flag),
            ("doc", Kind::Json),
        ],
        25,
    ),
    (
        "order_lines",
        &[
            ("id", Kind::Int),
            ("order_id", Kind::Int),
            ("product", Kind::Text),
            ("qty", Kind::Int),
            ("price", Kind::Decimal),
        ],
        40,
    ),
    (
        "employees",
        &[
            ("id", Kind::Int),
            ("name", Kind::Text),
            ("salary", Kind::Decimal),
            ("manager_id", Kind::Int),
            ("team", Kind::Text),
            ("hired_on", Kind::Date),
        ],
        10,
    ),
    (
        "Odd Table",
        &[
            ("Row Id", Kind::Int),
            ("client_id", Kind::Int),
            ("Total €", Kind::Decimal),
            ("select", Kind::Text),
            ("Élan", Kind::Text),
            ("mixedCase", Kind::Date),
        ],
        8,
    ),
];

/// Columns that a policy closes; no statement names them, only `*` and what reads like it covers them.
const CLOSED: [(&str, &str); 2] = [("clients", "Note privée"), ("employees", "salary")];

/// The rules that close these columns.
pub fn closing_rules() -> Rules {
    let entry = |(table, column): &(&str, &str)| format!("{table}.\"{column}\"");
    Rules { allow: None, deny: CLOSED.iter().map(entry).collect() }
}

pub(super) fn is_closed(table: &str, column: &str) -> bool {
    CLOSED.contains(&(table, column))
}

/// The columns that the tables of a database have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// All of them.
    All,
    /// Those that [`closing_rules`] leaves open: what `*` stands for under these rules.
    Open,
}

/// A company's name as a dialect stores it: Oracle keeps in upper case what nobody put in quotes.
pub(super) fn stored(dialect: Dialect, name: &str) -> String {
    if dialect == Dialect::Oracle && is_plain(name) { name.to_uppercase() } else { name.to_owned() }
}

/// Checks whether a name needs no quotes.
pub(super) fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c == '_' || c.is_lowercase() || c.is_ascii_digit()) && name != "select"
}

/// The catalog of the company in a dialect.
pub fn catalog(dialect: Dialect) -> Catalog {
    let schema = match dialect {
        Dialect::Oracle => "CRM",
        Dialect::Postgres => "public",
        Dialect::Sqlite => "main",
    };
    let column = |(name, kind): &(&str, Kind)| CatalogColumn::new(&stored(dialect, name), data_type(dialect, *kind));
    let relation = |(name, columns, _): &Table| {
        let columns = columns.iter().map(column).collect();
        Relation::new(schema, &stored(dialect, name), RelationKind::Table, columns)
    };
    Catalog::new(dialect, schema, TABLES.iter().map(relation).collect())
}

fn data_type(dialect: Dialect, kind: Kind) -> &'static str {
    match (kind, dialect) {
        (Kind::Int, Dialect::Oracle) => "NUMBER",
        (Kind::Int, _) => "INTEGER",
        (Kind::Decimal, _) => "DECIMAL(10,2)",
        (Kind::Text, Dialect::Oracle) => "VARCHAR2(100)",
        (Kind::Text, _) | (Kind::Date | Kind::Json, Dialect::Sqlite) => "TEXT",
        (Kind::Date, _) => "DATE",
        (Kind::Flag, Dialect::Oracle) => "NUMBER(1)",
        (Kind::Flag, _) => "BOOLEAN",
        (Kind::Json, Dialect::Postgres) => "JSONB",
        (Kind::Json, Dialect::Oracle) => "JSON",
    }
}

/// The statements that make the company's tables, with the same rows every time, for PostgreSQL and SQLite.
pub fn script(dialect: Dialect, columns: Columns) -> String {
    let mut dice = Dice::new(7);
    let mut script = String::new();
    for (table, fields, rows) in TABLES {
        let shown = |field: &str| columns == Columns::All || !is_closed(table, field);
        let declared = fields.iter().enumerate().filter(|(_, (name, _))| shown(name)).map(|(at, (name, kind))| {
            format!("\"{name}\" {}{}", data_type(dialect, *kind), if at == 0 { " PRIMARY KEY" } else { "" })
        });
        let declared: Vec<String> = declared.collect();
        let _ = writeln!(script, "CREATE TABLE \"{table}\" ({});", declared.join(", "));
        for row in 1..=rows {
            let values: Vec<(&str, String)> =
                fields.iter().map(|(name, kind)| (*name, value(&mut dice, name, *kind, row))).collect();
            let values = values.into_iter().filter(|(name, _)| shown(name)).map(|(_, value)| value);
            let _ = writeln!(script, "INSERT INTO \"{table}\" VALUES ({});", values.collect::<Vec<_>>().join(", "));
        }
    }
    script
}

fn value(dice: &mut Dice, field: &str, kind: Kind, row: usize) -> String {
    if ["id", "Row Id"].contains(&field) {
        return row.to_string();
    }
    // Parents come before their children, so that no hierarchy has a loop.
    if ["parent_id", "manager_id"].contains(&field) {
        let parent = dice.below(row);
        return if parent == 0 { "NULL".to_owned() } else { parent.to_string() };
    }
    if field != "name" && dice.percent(12) {
        return "NULL".to_owned();
    }
    match kind {
        Kind::Int if field == "client_id" => (1 + dice.below(13)).to_string(),
        Kind::Int if field == "order_id" => (1 + dice.below(25)).to_string(),
        Kind::Int => dice.below(9).to_string(),
        // Quarters are exact in binary too.
        Kind::Decimal => format!("{}.{}", dice.below(400), dice.pick(&["00", "25", "50", "75"])),
        Kind::Flag => dice.pick(&["TRUE", "FALSE"]).to_owned(),
        Kind::Date => format!("'20{}-{:02}-{:02}'", 22 + dice.below(4), 1 + dice.below(12), 1 + dice.below(28)),
        Kind::Text => format!("'{}'", dice.pick(texts(field)).replace('\'', "''")),
        Kind::Json => dice
            .pick(&[
                r#"'{"a": 1, "b": {"c": "x y"}, "tags": ["red", "blue"]}'"#,
                r#"'{"a": 20, "b": {"c": null}, "tags": []}'"#,
                r#"'{"a": "O''Brien", "tags": ["50%", "\"q\""], "Odd Key": true}'"#,
                "'{}'",
            ])
            .to_owned(),
    }
}

fn texts(field: &str) -> &'static [&'static str] {
    match field {
        "city" => &["Lyon", "Paris", "Saint-Étienne", "L'Haÿ", "lyon"],
        "status" | "select" => &["open", "paid", "sent", "Cancelled", "100%"],
        "team" => &["Nord", "Sud", "R&D"],
        "product" => &["pen", "50% off", "back\\slash", "\"quoted\"", "naïve", "a_b", "x -- y", "/* z */"],
        _ => &["O'Brien", "Zoé", "a_b", "Dupont", " Ed ", "", "Lyon", "it''s", "Ångström"],
    }
}
