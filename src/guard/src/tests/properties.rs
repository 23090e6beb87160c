//! Properties of every text: no panic, a rendering that is a fixed point, and denied names that never get through.

use proptest::prelude::*;

use super::*;

const WORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "clients",
    "contracts",
    "users",
    "c",
    "k",
    "id",
    "name",
    "password_hash",
    "amount",
    "*",
    "(",
    ")",
    ",",
    ".",
    "=",
    "<",
    "||",
    "+",
    "-",
    "AND",
    "OR",
    "NOT",
    "IN",
    "EXISTS",
    "UNION",
    "ALL",
    "WITH",
    "AS",
    "x",
    "JOIN",
    "LEFT",
    "ON",
    "USING",
    "NATURAL",
    "LATERAL",
    "GROUP BY",
    "ORDER BY",
    "HAVING",
    "LIMIT",
    "1",
    "'a'",
    ":p",
    "COUNT(*)",
    "SUM",
    "OVER",
    "PARTITION BY",
    "CASE WHEN",
    "THEN",
    "END",
    "CAST",
    "INTERVAL",
    "'1' DAY",
    "DISTINCT",
    "dual",
    "LEVEL",
    "CONNECT BY",
    "PRIOR",
    "KEEP (DENSE_RANK FIRST ORDER BY",
    "DEFAULT",
    "ON CONVERSION ERROR",
    "^=",
    "::",
    "\"name\"",
    "[1]",
    "--",
    "/*",
    "*/",
    ";",
    "q'[x]'",
    "$$",
    "@",
    "PIVOT",
    "FOR",
    "UNPIVOT",
    "FETCH FIRST 1 ROW ONLY",
    "VALUES",
    "TABLE",
    "~",
];

fn dialects() -> impl Strategy<Value = Dialect> {
    prop::sample::select(vec![Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite])
}

/// Expressions over `clients c` and `contracts k`, in text.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["c.id", "c.name", "k.amount", "1", "'x'", ":p", "NULL", "2.5"]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/", "||"]), inner.clone())
                .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("COALESCE({a}, 0)")),
            inner.clone().prop_map(|a| format!("UPPER({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("CASE WHEN {a} = {b} THEN {a} ELSE {b} END")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(SELECT MAX({a}) FROM users WHERE id < {b})")),
            inner.prop_map(|a| format!("CAST({a} AS INT)")),
        ]
    })
}

fn wrapped(layers: &[u8], core: &str) -> String {
    layers.iter().fold(core.to_owned(), |query, layer| match layer % 6 {
        0 => format!("SELECT * FROM ({query}) q"),
        1 => format!("WITH q AS ({query}) SELECT * FROM q"),
        2 => format!("SELECT 1 AS v FROM clients WHERE EXISTS ({query})"),
        3 => format!("SELECT id AS v FROM clients UNION ALL SELECT v FROM ({query}) q"),
        4 => format!("SELECT (SELECT COUNT(*) FROM ({query}) q) AS v FROM clients"),
        _ => format!("SELECT q.v FROM ({query}) q WHERE q.v IS NOT NULL"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "\\PC{0,200}", dialect in dialects()) {
        verdict(dialect, &Policy::default(), &text);
    }

    #[test]
    fn no_heap_of_words_panics(words in prop::collection::vec(prop::sample::select(WORDS), 1..60), dialect in dialects()) {
        verdict(dialect, &Policy::default(), &words.join(" "));
    }

    #[test]
    fn a_rendering_is_a_fixed_point(expression in expressions(), dialect in dialects()) {
        let sql = format!("SELECT {expression} AS v FROM clients c JOIN contracts k ON k.client_id = c.id");
        let approved = allowed(dialect, &sql);
        let again = allowed(dialect, approved.text());
        prop_assert_eq!(approved, again);
    }

    #[test]
    fn a_denied_column_never_gets_through(
        layers in prop::collection::vec(any::<u8>(), 0..5),
        core in prop::sample::select(vec![
            "SELECT password_hash AS v FROM users",
            "SELECT u.password_hash AS v FROM users u",
            "SELECT MAX(password_hash) AS v FROM users",
            "SELECT id AS v FROM users ORDER BY password_hash",
            "SELECT a.id AS v FROM users a JOIN users b USING (password_hash)",
            "SELECT a.id AS v FROM users a NATURAL JOIN users b",
        ]),
        dialect in dialects(),
    ) {
        let sql = wrapped(&layers, core);
        let open = Policy::default();
        let closed = Policy::from(Rules { allow: None, deny: vec!["users.password_hash".to_owned()] });
        prop_assert!(!matches!(verdict(dialect, &closed, &sql), Verdict::Allow(_)), "{}", sql);
        if let Verdict::Allow(approved) = verdict(dialect, &open, &sql) {
            prop_assert!(approved.columns().iter().any(|column| column.eq_ignore_ascii_case("users.password_hash")), "{}", sql);
        }
    }

    #[test]
    fn an_allowed_statement_says_every_relation_it_reads(layers in prop::collection::vec(any::<u8>(), 0..5), dialect in dialects()) {
        let sql = wrapped(&layers, "SELECT manager_id AS v FROM users");
        let closed = Policy::from(Rules { allow: None, deny: vec!["users".to_owned()] });
        prop_assert!(!matches!(verdict(dialect, &closed, &sql), Verdict::Allow(_)), "{}", sql);
        let approved = allowed(dialect, &sql);
        prop_assert!(approved.relations().iter().any(|relation| relation.eq_ignore_ascii_case("users")), "{}", sql);
    }
}
