//! Relations and columns that a person may not read stay out of reach, however they are asked for.

use super::*;

fn deny(entries: &[&str]) -> Policy {
    Rules { allow: None, deny: entries.iter().map(|one| (*one).to_owned()).collect() }.into()
}

#[test]
fn a_denied_column_is_out_of_reach() {
    let policy = deny(&["users.password_hash"]);
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        check(
            dialect,
            &policy,
            [
                ("SELECT id, name FROM users", "allow"),
                ("SELECT COUNT(*) FROM users", "allow"),
                ("SELECT password_hash FROM users", "column-denied"),
                ("SELECT PASSWORD_HASH FROM users", "column-denied"),
                ("SELECT u.password_hash FROM users u", "column-denied"),
                ("SELECT users.password_hash FROM users", "column-denied"),
                ("SELECT * FROM users", "allow"),
                ("SELECT*FROM users", "allow"),
                ("SELECT u.* FROM users u", "allow"),
                ("SELECT c.*, u.* FROM clients c JOIN users u ON u.id = c.id", "allow"),
                ("SELECT name FROM (SELECT * FROM users) x", "allow"),
                ("WITH x AS (SELECT * FROM users) SELECT name FROM x", "allow"),
                ("SELECT 1 FROM clients WHERE EXISTS (SELECT * FROM users)", "allow"),
                ("SELECT h FROM (SELECT password_hash AS h FROM users) x", "column-denied"),
                ("SELECT name FROM users WHERE password_hash LIKE 'a%'", "column-denied"),
                ("SELECT name FROM users ORDER BY password_hash", "column-denied"),
                ("SELECT COUNT(*) FROM users GROUP BY password_hash", "column-denied"),
                ("SELECT COUNT(*) FROM users GROUP BY id HAVING MAX(password_hash) > 'a'", "column-denied"),
                ("SELECT ROW_NUMBER() OVER (ORDER BY password_hash) FROM users", "column-denied"),
                ("SELECT a.id FROM users a JOIN users b ON a.password_hash = b.password_hash", "column-denied"),
                ("SELECT a.id FROM users a JOIN users b USING (password_hash)", "column-denied"),
                ("SELECT a.id FROM users a NATURAL JOIN users b", "column-denied"),
                ("SELECT name FROM clients UNION SELECT password_hash FROM users", "column-denied"),
                ("SELECT id FROM clients WHERE name IN (SELECT password_hash FROM users)", "column-denied"),
                ("SELECT (SELECT MAX(password_hash) FROM users) FROM clients", "column-denied"),
                ("SELECT CASE WHEN password_hash = 'x' THEN 1 ELSE 0 END FROM users", "column-denied"),
                ("SELECT COUNT(DISTINCT password_hash) FROM users", "column-denied"),
                (
                    "SELECT u.name FROM users u WHERE EXISTS (SELECT 1 FROM clients c WHERE c.name = u.password_hash)",
                    "column-denied",
                ),
                ("WITH u AS (SELECT id, name FROM users) SELECT * FROM u", "allow"),
            ]
            .into_iter(),
        );
    }
}

#[test]
fn postgres_rows_and_renamed_columns_hide_nothing() {
    check(
        Dialect::Postgres,
        &deny(&["users.password_hash"]),
        [
            ("SELECT u FROM users u", "whole-row"),
            ("SELECT u::text FROM users u", "whole-row"),
            ("SELECT count(u.*) FROM users u", "whole-row"),
            ("SELECT c FROM users AS u(a, b, c, d)", "unsupported"),
            ("SELECT (u).password_hash FROM users u", "whole-row"),
            ("SELECT x.h FROM users u, LATERAL (SELECT u.password_hash AS h) x", "column-denied"),
        ]
        .into_iter(),
    );
}

#[test]
fn a_star_over_named_columns_stays_those_columns() {
    let allow = ["users.id", "users.name", "users.password_hash", "users.manager_id"].map(str::to_owned);
    let policy = Policy::from(Rules { allow: Some(allow.to_vec()), deny: Vec::new() });
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        let Verdict::Allow(approved) = verdict(dialect, &policy, "SELECT * FROM users") else { panic!("refused") };
        assert!(!approved.text().contains('*') && approved.left_out().is_empty(), "{}", approved.text());
    }
}

#[test]
fn where_columns_are_counted_none_is_left_out() {
    let policy = deny(&["users.password_hash"]);
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        check(
            dialect,
            &policy,
            [
                // What was the third column would be the fourth.
                ("WITH x(a, b, c) AS (SELECT * FROM users) SELECT c FROM x", "star-denied"),
                ("SELECT * FROM users ORDER BY 3", "star-denied"),
                ("SELECT * FROM users ORDER BY name", "allow"),
                ("WITH x(a, b) AS (SELECT id, name FROM users) SELECT * FROM x ORDER BY 2", "allow"),
                ("SELECT a.id FROM users a NATURAL JOIN users b", "column-denied"),
            ]
            .into_iter(),
        );
        let Verdict::Deny(refusal) = verdict(dialect, &policy, "SELECT a.id FROM users a NATURAL JOIN users b") else {
            panic!("allowed")
        };
        assert_eq!(refusal.found, "NATURAL", "what nobody typed is not told");
    }
    let third = "SELECT c FROM (SELECT * FROM users) AS x(a, b, c)";
    check(Dialect::Postgres, &policy, [(third, "star-denied")].into_iter());
}

#[test]
fn a_star_over_merged_columns_gives_what_it_gave() {
    let policy = deny(&["users.password_hash"]);
    for (dialect, turned) in [(Dialect::Postgres, "allow"), (Dialect::Sqlite, "star-denied")] {
        check(
            dialect,
            &policy,
            [
                ("SELECT u.* FROM users u LEFT JOIN clients c USING (id)", "allow"),
                // SQLite's `u.*` has the merged column, `u.id` the one that may be empty.
                ("SELECT u.* FROM users u FULL JOIN clients c USING (id)", turned),
                (
                    "SELECT u.* FROM users u JOIN clients c USING (id) RIGHT JOIN contracts k ON k.client_id = c.id",
                    turned,
                ),
                ("SELECT u.* FROM users u RIGHT JOIN clients c ON c.id = u.id", "allow"),
                ("SELECT * FROM users u FULL JOIN clients c USING (id)", "allow"),
                ("SELECT * FROM users u JOIN clients c USING (id) JOIN contracts k USING (id)", "allow"),
                // The third `id` is a column of its own.
                (
                    "SELECT * FROM users u JOIN clients c USING (id) JOIN contracts k ON k.client_id = c.id",
                    "star-denied",
                ),
            ]
            .into_iter(),
        );
    }
    // It counts where columns are renamed: these are five, five and nine, and one of them is merged.
    let names: Vec<String> = (1..=18).map(|number| format!("c{number}")).collect();
    let renamed = format!(
        "WITH x({}) AS (SELECT * FROM payments p JOIN contracts k USING (id) JOIN clients c ON c.id = k.client_id)
        SELECT c18 FROM x",
        names.join(", ")
    );
    check(Dialect::Postgres, &Policy::default(), [(renamed.as_str(), "allow")].into_iter());
}

#[test]
fn oracle_clauses_hide_nothing() {
    check(
        Dialect::Oracle,
        &deny(&["users.password_hash", "feeds.body", "feeds.note"]),
        [
            ("SELECT UNIQUE password_hash FROM users", "column-denied"),
            ("SELECT COUNT(UNIQUE password_hash) FROM users", "column-denied"),
            ("SELECT LISTAGG(password_hash, ',' ON OVERFLOW TRUNCATE) FROM users", "column-denied"),
            ("SELECT JSON_OBJECT(KEY 'a' VALUE password_hash) FROM users", "column-denied"),
            ("SELECT JSON_OBJECT('a' : password_hash) FROM users", "column-denied"),
            ("SELECT JSON_OBJECT(u.password_hash : 1) FROM users u", "column-denied"),
            ("SELECT JSON_OBJECTAGG(KEY id VALUE password_hash FORMAT JSON) FROM users", "column-denied"),
            ("SELECT JSON_SERIALIZE(password_hash PRETTY) FROM users", "column-denied"),
            ("SELECT 1 FROM users WHERE password_hash IS JSON STRICT", "column-denied"),
            (
                "SELECT j.a FROM users u, JSON_TABLE(u.password_hash FORMAT JSON, '$' ERROR ON ERROR COLUMNS (a PATH '$')) j",
                "column-denied",
            ),
            (
                "SELECT x.a FROM feeds f, XMLTABLE('/a' PASSING f.body COLUMNS a VARCHAR2(9) PATH '.') x",
                "column-denied",
            ),
            (
                "SELECT XMLAGG(XMLELEMENT(e, password_hash)).EXTRACT('//text()').GETCLOBVAL() FROM users",
                "column-denied",
            ),
            (
                "SELECT XMLAGG(XMLELEMENT(password_hash, name)).EXTRACT('//text()').GETCLOBVAL() FROM users",
                "allow",
            ),
            ("SELECT DBMS_LOB.GETLENGTH(note) FROM feeds", "column-denied"),
            ("SELECT e.password_hash FROM users PARTITION (p) e", "column-denied"),
            ("SELECT NTH_VALUE(id, 2) FROM LAST OVER (ORDER BY password_hash) FROM users", "column-denied"),
            ("SELECT password_hash AS h, COUNT(*) FROM users GROUP BY h", "column-denied"),
            ("SELECT name AS password_hash, COUNT(*) FROM users GROUP BY password_hash", "column-denied"),
            ("SELECT id FROM users HAVING MAX(password_hash) > 'a' GROUP BY id", "column-denied"),
            ("SELECT id FROM users WHERE password_hash IN 'a'", "column-denied"),
            (
                "SELECT * FROM users u JOIN contracts k ON k.id = u.id PIVOT (COUNT(amount) FOR status IN ('a'))",
                "star-denied",
            ),
            ("SELECT ((SELECT password_hash FROM users) UNION (SELECT name FROM users)) FROM dual", "column-denied"),
            (
                "WITH r (id) AS (SELECT id FROM users WHERE id = 1 UNION ALL SELECT u.id FROM users u JOIN r ON \
                 u.manager_id = r.id) SEARCH DEPTH FIRST BY password_hash SET seq SELECT id FROM r",
                "column-unknown",
            ),
        ]
        .into_iter(),
    );
}

#[test]
fn names_of_oracle_give_way_to_names_of_the_catalog() {
    let lob = "SELECT DBMS_LOB.GETLENGTH(notes) FROM clients";
    let random = "SELECT name FROM clients ORDER BY DBMS_RANDOM.VALUE";
    let list = "SELECT COLUMN_VALUE FROM TABLE(SYS.ODCINUMBERLIST(1))";
    for (name, refused) in [("DBMS_LOB", lob), ("DBMS_RANDOM", random), ("SYS", list)] {
        let catalog = catalog(Dialect::Oracle);
        let callables = [vec![name.to_owned()], catalog.callables.clone()].concat();
        let callable = Catalog { callables, ..catalog.clone() };
        let mut table = catalog.clone();
        table.tables.push(Relation::new("CRM", name, RelationKind::Table, vec![CatalogColumn::new("ID", "number")]));
        let mut schema = catalog.clone();
        schema.tables.push(Relation::new(name, "T", RelationKind::Table, vec![CatalogColumn::new("ID", "number")]));
        // SYS is a schema, and Oracle's own.
        let schemas = if name == "SYS" { catalog.clone() } else { schema };
        let denied = |catalog: &Catalog, sql: &str| {
            matches!(Guard::new(catalog, &Policy::default()).check(sql), Verdict::Deny(_))
        };
        for sql in [lob, random, list] {
            assert!(!denied(&catalog, sql), "{sql}");
            assert_eq!(denied(&callable, sql), sql == refused, "{name}: {sql}");
            assert_eq!(denied(&table, sql), sql == refused, "{name}: {sql}");
            assert_eq!(denied(&schemas, sql), sql == refused && name != "SYS", "{name}: {sql}");
        }
    }
}

#[test]
fn oracle_pivots_hide_nothing() {
    check(
        Dialect::Oracle,
        &deny(&["users.password_hash"]),
        [
            ("SELECT * FROM users UNPIVOT (v FOR k IN (name, password_hash))", "star-denied"),
            ("SELECT * FROM users PIVOT (COUNT(id) FOR name IN ('a'))", "star-denied"),
            (
                "SELECT id FROM users START WITH id = 1 CONNECT BY PRIOR id = manager_id AND password_hash > 'a'",
                "column-denied",
            ),
        ]
        .into_iter(),
    );
}

#[test]
fn a_denied_relation_is_out_of_reach_and_others_are_not_told() {
    let policy = deny(&["users"]);
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        check(
            dialect,
            &policy,
            [
                ("SELECT id FROM users", "relation-denied"),
                ("SELECT 1 FROM clients WHERE id IN (SELECT id FROM users)", "relation-denied"),
                ("SELECT c.id FROM clients c JOIN users u ON u.id = c.id", "relation-denied"),
                ("SELECT name FROM clients UNION SELECT name FROM users", "relation-denied"),
                ("WITH x AS (SELECT id FROM users) SELECT * FROM x", "relation-denied"),
                ("SELECT id FROM clients", "allow"),
            ]
            .into_iter(),
        );
    }
    let Verdict::Deny(refusal) = verdict(Dialect::Sqlite, &policy, "SELECT id FROM user") else { panic!("allowed") };
    assert_eq!(
        (refusal.rule.id(), refusal.instead.as_str()),
        ("relation-unknown", ""),
        "a hidden name is not suggested"
    );
}

#[test]
fn an_allow_list_closes_everything_else() {
    let policy = Policy::from(Rules {
        allow: Some(vec!["clients".to_owned(), "contracts.id".to_owned(), "contracts.client_id".to_owned()]),
        deny: vec!["clients.notes".to_owned()],
    });
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        check(
            dialect,
            &policy,
            [
                ("SELECT name FROM clients", "allow"),
                ("SELECT notes FROM clients", "column-denied"),
                ("SELECT client_id FROM contracts", "allow"),
                ("SELECT amount FROM contracts", "column-denied"),
                ("SELECT * FROM contracts", "allow"),
                ("SELECT id FROM payments", "relation-denied"),
                ("SELECT id FROM users", "relation-denied"),
                ("SELECT k.id FROM clients c JOIN contracts k ON k.client_id = c.id", "allow"),
            ]
            .into_iter(),
        );
    }
}

/// The text that runs on one line, and what was left out, of a statement that may run.
fn spelled_out(dialect: Dialect, policy: &Policy, sql: &str) -> (String, Vec<String>) {
    match verdict(dialect, policy, sql) {
        Verdict::Allow(approved) => {
            let text = approved.text().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(approved.columns().iter().all(|column| !approved.left_out().contains(column)), "{approved:?}");
            (text.replace("( ", "(").replace(" )", ")"), approved.left_out().to_vec())
        }
        Verdict::Deny(refusal) => panic!("{sql}\n  refused: {refusal:?}"),
    }
}

#[test]
fn a_star_stands_for_the_columns_that_are_open() {
    let policy = deny(&["users.password_hash", "Odd Name.Total"]);
    for (sql, text) in [
        ("SELECT * FROM users", "SELECT users.id, users.name, users.manager_id FROM users"),
        ("SELECT u . /* all */ * FROM users u", "SELECT u.id, u.name, u.manager_id FROM users u"),
        ("SELECT main.users.* FROM users", "SELECT main.users.id, main.users.name, main.users.manager_id FROM users"),
        (
            "SELECT * FROM users AS \"My Users\"",
            "SELECT \"my users\".id, \"my users\".name, \"my users\".manager_id FROM users AS \"My Users\"",
        ),
        (
            "SELECT 'é', * FROM contracts k\nJOIN users u ON u.id = k.client_id",
            "SELECT 'é', k.*, u.id, u.name, u.manager_id FROM contracts k JOIN users u ON u.id = k.client_id",
        ),
        (
            "SELECT * FROM users JOIN contracts USING (id)",
            "SELECT id, users.name, users.manager_id, contracts.client_id, contracts.amount, contracts.status, \
             contracts.signed_on FROM users JOIN contracts USING(id)",
        ),
        (
            "WITH x AS (SELECT * FROM users) SELECT * FROM x",
            "WITH x AS (SELECT users.id, users.name, users.manager_id FROM users) SELECT * FROM x",
        ),
        (
            "SELECT * FROM users u JOIN (SELECT COUNT(*) AS n FROM users) c ON c.n > u.id",
            "SELECT u.id, u.name, u.manager_id, c.* FROM users u JOIN (SELECT COUNT(*) AS n FROM users) c ON c.n > u.id",
        ),
        (
            "SELECT (SELECT MAX(x.id) FROM (SELECT * FROM users) x) AS m, '*' FROM users u",
            "SELECT (SELECT MAX(x.id) FROM (SELECT users.id, users.name, users.manager_id FROM users) x) AS m, '*' FROM users u",
        ),
    ] {
        assert_eq!(
            spelled_out(Dialect::Sqlite, &policy, sql),
            (text.to_owned(), vec!["users.password_hash".to_owned()])
        );
    }
    assert_eq!(
        spelled_out(Dialect::Sqlite, &policy, "SELECT * FROM \"Odd Name\""),
        ("SELECT \"odd name\".\"Row Id\" FROM \"Odd Name\"".to_owned(), vec!["Odd Name.Total".to_owned()])
    );
    assert_eq!(
        spelled_out(Dialect::Oracle, &policy, "SELECT u.* FROM users u"),
        ("SELECT u.ID, u.NAME, u.MANAGER_ID FROM users u".to_owned(), vec!["USERS.PASSWORD_HASH".to_owned()])
    );
    assert_eq!(
        spelled_out(Dialect::Postgres, &policy, "SELECT * FROM contracts JOIN users USING (id)").0,
        "SELECT id, contracts.client_id, contracts.amount, contracts.status, contracts.signed_on, users.name, \
         users.manager_id FROM public.contracts JOIN public.users USING(id)"
    );
    let untouched = spelled_out(Dialect::Sqlite, &policy, "SELECT c.*, COUNT(*) FROM clients c");
    assert_eq!(untouched, ("SELECT c.*, COUNT(*) FROM clients c".to_owned(), Vec::new()));
}

#[test]
fn a_star_hides_what_it_leaves_out() {
    let policy = deny(&["users.password_hash"]);
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        check(
            dialect,
            &policy,
            [
                ("SELECT password_hash FROM (SELECT * FROM users) x", "column-unknown"),
                ("SELECT x.password_hash FROM (SELECT u.* FROM users u) x", "column-unknown"),
                ("WITH x AS (SELECT * FROM users) SELECT password_hash FROM x", "column-unknown"),
                ("SELECT * FROM users WHERE password_hash = 'x'", "column-denied"),
                ("SELECT * FROM users ORDER BY password_hash", "column-denied"),
            ]
            .into_iter(),
        );
    }
    check(
        Dialect::Postgres,
        &policy,
        [
            ("SELECT * FROM users a JOIN users b USING (id, name)", "star-denied"),
            ("SELECT count(u.*) FROM users u", "whole-row"),
        ]
        .into_iter(),
    );
    check(Dialect::Oracle, &policy, [("SELECT u.* FROM users u JOIN clients c USING (id)", "star-denied")].into_iter());
    // A table without a name cannot be asked for its columns.
    let nameless = "SELECT * FROM users u JOIN (SELECT 1 AS n) ON n = u.id";
    check(Dialect::Sqlite, &policy, [(nameless, "star-denied")].into_iter());
    let Verdict::Deny(refusal) = verdict(Dialect::Sqlite, &policy, nameless) else { panic!("allowed") };
    assert_eq!(refusal.instead, "u.id, u.name, u.manager_id, n");
    // What names the columns is too long to be understood.
    let long = format!("SELECT {} FROM users u", vec!["u.*"; 700].join(", "));
    check(Dialect::Sqlite, &policy, [(long.as_str(), "star-denied")].into_iter());
}

#[test]
fn the_name_of_a_closed_column_is_no_text() {
    let rows = [
        ("SELECT id FROM clients WHERE name = \"password_hash\"", "column-unknown"),
        ("SELECT id FROM clients WHERE name = \"Salaries\"", "allow"),
        ("SELECT id FROM users WHERE name = \"PASSWORD_HASH\"", "column-denied"),
        ("SELECT id FROM clients WHERE name = \"users.password_hash\"", "allow"),
        ("SELECT id FROM users WHERE name = \"users.password_hash\"", "allow"),
        ("SELECT id FROM clients WHERE name = \"contracts\"", "column-unknown"),
        ("SELECT id FROM clients WHERE name = \"amount\"", "column-unknown"),
    ];
    check(Dialect::Sqlite, &deny(&["users.password_hash", "contracts"]), rows.into_iter());
}

#[test]
fn an_alias_in_single_quotes_opens_nothing() {
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        let rows = [
            ("SELECT password_hash AS 'name' FROM users", "column-denied"),
            ("SELECT x.\"h h\" FROM (SELECT password_hash AS 'h h' FROM users) x", "column-denied"),
            ("SELECT x.\"h h\" FROM (SELECT name AS 'h h' FROM users) x", "allow"),
        ];
        check(dialect, &deny(&["users.password_hash"]), rows.into_iter());
    }
}

#[test]
fn the_limit_of_a_recursion_hides_nothing() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let counted = |limit: &str| {
            format!(
                "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10 {limit}) SELECT n FROM r"
            )
        };
        let rows = [
            ("LIMIT (SELECT MAX(password_hash) FROM users)", "column-denied"),
            ("LIMIT 5 OFFSET (SELECT MAX(password_hash) FROM users)", "column-denied"),
            ("LIMIT (SELECT COUNT(*) FROM contracts)", "relation-denied"),
            ("LIMIT (SELECT COUNT(*) FROM users)", "allow"),
        ];
        let rows: Vec<_> = rows.into_iter().map(|(limit, rule)| (counted(limit), rule)).collect();
        let policy = deny(&["users.password_hash", "contracts"]);
        check(dialect, &policy, rows.iter().map(|(sql, rule)| (sql.as_str(), *rule)));
    }
}

#[test]
fn a_table_further_on_in_from_hides_nothing() {
    let rows = [
        ("SELECT c.id FROM clients c JOIN contracts k ON k.id = u.manager_id JOIN users u ON u.id = c.id", "allow"),
        (
            "SELECT c.id FROM clients c JOIN contracts k ON k.id = u.password_hash JOIN users u ON u.id = c.id",
            "column-denied",
        ),
        (
            "SELECT c.id FROM clients c JOIN contracts k ON k.id = password_hash JOIN users u ON u.id = c.id",
            "column-denied",
        ),
        (
            "SELECT c.id FROM clients c JOIN contracts k ON k.id = \"password_hash\" JOIN users u ON u.id = c.id",
            "column-denied",
        ),
    ];
    check(Dialect::Sqlite, &deny(&["users.password_hash"]), rows.into_iter());
}

#[test]
fn the_number_of_a_row_is_of_open_tables_alone() {
    let rows = [
        ("SELECT rowid FROM clients", "allow"),
        ("SELECT rowid FROM users", "column-unknown"),
        ("SELECT u.rowid FROM users u", "column-unknown"),
        ("SELECT id FROM users WHERE rowid = 1", "column-unknown"),
        (
            "SELECT id FROM clients WHERE (SELECT COUNT(*) FROM users u WHERE u.rowid = clients.id) > 0",
            "column-unknown",
        ),
        ("SELECT id FROM clients WHERE (SELECT MAX(rowid) FROM users) > 0", "column-unknown"),
        ("WITH t AS (VALUES ((SELECT MAX(password_hash) FROM users))) SELECT column1 FROM t", "column-denied"),
        ("SELECT id FROM clients WHERE id IN (VALUES ((SELECT MAX(password_hash) FROM users)))", "column-denied"),
        ("SELECT ~password_hash, 1 << password_hash FROM users", "column-denied"),
    ];
    check(Dialect::Sqlite, &deny(&["users.password_hash"]), rows.into_iter());
    let named = ["users.id", "users.name", "users.password_hash", "users.manager_id"].map(str::to_owned);
    let named = Policy::from(Rules { allow: Some(named.to_vec()), deny: Vec::new() });
    check(Dialect::Sqlite, &named, [("SELECT rowid FROM users", "column-unknown")].into_iter());
}

#[test]
fn what_postgres_has_alone_hides_nothing() {
    let rows = [
        ("SELECT unnest(ARRAY[password_hash]) AS x FROM users", "column-denied"),
        ("SELECT generate_series(1, length(password_hash)) AS x FROM users", "column-denied"),
        ("SELECT ARRAY(SELECT password_hash FROM users)", "column-denied"),
        ("SELECT ARRAY(SELECT amount FROM contracts)", "relation-denied"),
        ("SELECT id FROM users WHERE to_tsvector(password_hash) @@ to_tsquery('a')", "column-denied"),
        ("SELECT id FROM users WHERE password_hash ? 'a'", "column-denied"),
        ("SELECT id FROM users WHERE name ?| ARRAY[password_hash]", "column-denied"),
        ("SELECT id FROM users WHERE password_hash SIMILAR TO 'a%'", "column-denied"),
        ("SELECT x.n FROM users u, unnest(ARRAY[u.password_hash]) WITH ORDINALITY AS x(v, n)", "column-denied"),
        ("SELECT DATE(password_hash) FROM users", "column-denied"),
    ];
    check(Dialect::Postgres, &deny(&["users.password_hash", "contracts"]), rows.into_iter());
}
