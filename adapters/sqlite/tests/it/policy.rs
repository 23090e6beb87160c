//! Whatever query is made up, the database itself says that no denied column is read by what the guard allows.

use std::cell::Cell;
use std::sync::mpsc::channel;

use proptest::prelude::*;
use proptest::sample::select;
use pstral_core::domain::{Catalog, CatalogColumn, Dialect, Relation, RelationKind};
use pstral_core::guard::{Guard, Rules, Verdict};
use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

const TABLES: [(&str, &[&str]); 4] = [
    ("clients", &["id", "name", "city"]),
    ("users", &["id", "name", "secret", "manager_id"]),
    ("contracts", &["id", "client_id", "amount", "status"]),
    ("vault", &["id", "name", "secret"]),
];
/// `vault` is denied whole.
const DENIED: &[(&str, &str)] =
    &[("users", "secret"), ("contracts", "amount"), ("vault", "id"), ("vault", "name"), ("vault", "secret")];
/// As people write them; `id` is in every table, or few queries would pass.
const COLUMNS: [(u32, &str); 13] = [
    (20, "id"),
    (3, "name"),
    (1, "city"),
    (1, "secret"),
    (1, "amount"),
    (1, "manager_id"),
    (1, "client_id"),
    (1, "status"),
    (1, "\"secret\""),
    (1, "[Amount]"),
    (1, "`SECRET`"),
    (1, "rowid"),
    (1, "x"),
];

/// Queries over the tables, `a` and `b`, right and wrong, denied and open.
fn queries() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "SELECT * FROM users",
        "SELECT id, name FROM users",
        "SELECT id, name FROM users",
        "SELECT id, name AS x FROM clients",
        "SELECT id, id AS x FROM contracts",
        "SELECT secret AS x FROM users",
        "SELECT * FROM contracts",
        "SELECT * FROM clients",
        "SELECT id FROM vault",
        "SELECT count(*) AS x FROM contracts",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 48, 3, |inner| {
        (from(inner.clone()), items(inner.clone()), tail(inner.clone()), inner, 0..8_u8).prop_map(
            |((before, from), items, tail, other, form)| {
                let query = format!("{before}SELECT {items} FROM {from}{tail}");
                match form {
                    0 => format!("{query} UNION ALL {other}"),
                    1 => format!("{query} EXCEPT {other}"),
                    2 => format!("SELECT * FROM ({query}) AS a"),
                    3 if before.is_empty() => format!("WITH q(x, y) AS ({query}) SELECT x FROM q"),
                    _ => query,
                }
            },
        )
    })
}

/// Generates the text before SELECT, and one or two sources named `a` and `b`.
fn from(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = (String, String)> {
    let table = select(vec!["users", "contracts", "clients", "clients", "vault", "main.users", "\"users\""]);
    let source = prop_oneof![
        3 => table.prop_map(|name| (String::new(), name.to_owned())),
        1 => inner.clone().prop_map(|query| (String::new(), format!("({query})"))),
        1 => inner.prop_map(|query| (format!("WITH users AS ({query}) "), "users".to_owned())),
    ];
    let join = select(vec![
        "",
        "",
        "",
        "",
        "",
        "",
        " JOIN clients b ON a.id = b.id",
        " JOIN users b ON a.id = b.id",
        " JOIN users b ON a.id = b.id AND b.secret > 'k'",
        " LEFT JOIN contracts b USING (id)",
        " JOIN users b USING (id, secret)",
        " NATURAL JOIN users b",
        " NATURAL JOIN clients b",
        ", contracts b WHERE a.id = b.client_id",
        " JOIN vault b ON a.id = b.id",
    ]);
    (source, join).prop_map(|((before, source), join)| (before, format!("{source} AS a{join}")))
}

fn column() -> impl Strategy<Value = String> {
    let names = COLUMNS.map(|(weight, name)| (weight, Just(name)));
    let names = proptest::strategy::Union::new_weighted(names.to_vec());
    (select(vec!["", "a.", "a.", "a.", "a.", "a.", "b.", "users."]), names)
        .prop_map(|(table, name)| format!("{table}{name}"))
}

fn items(inner: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    let item = prop_oneof![
        2 => select(vec!["*", "a.*", "b.*", "a.id AS x, a.*"]).prop_map(str::to_owned),
        3 => column(),
        2 => column().prop_map(|column| format!("{column} AS x, 1 AS y")),
        1 => (column(), column()).prop_map(|(one, other)| format!("CASE WHEN {one} = 1 THEN {other} END AS x")),
        1 => column().prop_map(|column| format!("max({column}) AS x")),
        1 => column().prop_map(|column| format!("rank() OVER (ORDER BY {column}) AS x")),
        1 => column().prop_map(|column| format!("count(*) FILTER (WHERE {column} > 1) AS x")),
        1 => inner.prop_map(|query| format!("(SELECT count(*) FROM ({query})) AS x")),
    ];
    prop::collection::vec(item, 1..3).prop_map(|items| items.join(", "))
}

fn tail(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    prop_oneof![
        9 => Just(String::new()),
        1 => column().prop_map(|column| format!(" GROUP BY {column}")),
        1 => column().prop_map(|column| format!(" GROUP BY 1 HAVING max({column}) > 1")),
        2 => column().prop_map(|column| format!(" ORDER BY {column}")),
        1 => Just(" ORDER BY 1, 2".to_owned()),
        1 => inner.clone().prop_map(|query| format!(" GROUP BY 1 HAVING EXISTS ({query})")),
        1 => (column(), inner).prop_map(|(column, query)| format!(" ORDER BY {column} IN ({query})")),
    ]
}

/// Returns the columns that the database reads for a statement, as `table` and `column` in lower case.
fn reads(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let (note, seen) = channel();
    let authorizer = move |context: AuthContext<'_>| {
        if let AuthAction::Read { table_name, column_name } = context.action {
            note.send((table_name.to_lowercase(), column_name.to_lowercase())).expect("somebody listens");
        }
        Authorization::Allow
    };
    connection.authorizer(Some(authorizer));
    let prepared = connection.prepare(sql).map(drop);
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>);
    prepared.map(|()| seen.try_iter().collect())
}

thread_local! {
    static COMPARED: Cell<u32> = const { Cell::new(0) };
}

#[test]
fn the_database_reads_nothing_that_is_denied() {
    let connection = Connection::open_in_memory().unwrap();
    for (table, columns) in TABLES {
        connection.execute_batch(&format!("CREATE TABLE {table}({})", columns.join(", "))).unwrap();
    }
    let deny = ["users.secret", "contracts.amount", "vault"].map(str::to_owned).into();
    let guard = Guard::new(&catalog(), &Rules { allow: None, deny }.into());
    let config = ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(sql in queries())| {
        let Verdict::Allow(approved) = guard.check(&sql) else { return Ok(()) };
        // What SQLite refuses (two lists of unequal length, say) reads nothing.
        let Ok(read) = reads(&connection, approved.text()) else { return Ok(()) };
        COMPARED.set(COMPARED.get() + 1);
        for (table, column) in read {
            prop_assert!(!DENIED.contains(&(&table, &column)), "{table}.{column} is read by\n{}\nasked as\n{sql}", approved.text());
            let told = column.is_empty() || column == "rowid"
                || approved.columns().iter().any(|one| one.eq_ignore_ascii_case(&format!("{table}.{column}")));
            // A common table expression that hides a table goes by its name here.
            let stored = connection.prepare(&format!("SELECT {column} FROM {table}")).is_ok();
            prop_assert!(told || !stored, "{table}.{column} is read, but not told, by\n{}\nasked as\n{sql}", approved.text());
        }
    });
    assert!(COMPARED.get() > 150, "only {} of the queries ran", COMPARED.get());
}

fn catalog() -> Catalog {
    let column = |name: &&str| CatalogColumn::new(name, "TEXT");
    let relation = |(name, columns): (&str, &[&str])| {
        Relation::new("main", name, RelationKind::Table, columns.iter().map(column).collect())
    };
    Catalog::new(Dialect::Sqlite, "main", TABLES.map(relation).into())
}
