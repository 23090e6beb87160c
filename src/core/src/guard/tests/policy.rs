//! Relations and columns that a person may not read stay out of reach, however they are asked for.

use super::*;

fn deny(entries: &[&str]) -> Policy {
    Policy { allow: None, deny: entries.iter().map(|one| (*one).to_owned()).collect() }
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
                ("SELECT * FROM users", "star-denied"),
                ("SELECT u.* FROM users u", "star-denied"),
                ("SELECT c.*, u.* FROM clients c JOIN users u ON u.id = c.id", "star-denied"),
                ("SELECT name FROM (SELECT * FROM users) x", "star-denied"),
                ("WITH x AS (SELECT * FROM users) SELECT name FROM x", "star-denied"),
                ("SELECT 1 FROM clients WHERE EXISTS (SELECT * FROM users)", "star-denied"),
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
    let policy = Policy {
        allow: Some(vec!["clients".to_owned(), "contracts.id".to_owned(), "contracts.client_id".to_owned()]),
        deny: vec!["clients.notes".to_owned()],
    };
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        check(
            dialect,
            &policy,
            [
                ("SELECT name FROM clients", "allow"),
                ("SELECT notes FROM clients", "column-denied"),
                ("SELECT client_id FROM contracts", "allow"),
                ("SELECT amount FROM contracts", "column-denied"),
                ("SELECT * FROM contracts", "star-denied"),
                ("SELECT id FROM payments", "relation-denied"),
                ("SELECT id FROM users", "relation-denied"),
                ("SELECT k.id FROM clients c JOIN contracts k ON k.client_id = c.id", "allow"),
            ]
            .into_iter(),
        );
    }
}

#[test]
fn the_columns_to_write_instead_of_a_star_are_named() {
    let policy = deny(&["users.password_hash"]);
    let Verdict::Deny(refusal) = verdict(Dialect::Sqlite, &policy, "SELECT u.* FROM users u") else {
        panic!("allowed")
    };
    assert_eq!(refusal.instead, "u.id, u.name, u.manager_id");
}
