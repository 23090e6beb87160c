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
