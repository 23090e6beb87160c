//! Recursion that ends, and recursion that may not.

use super::*;

/// `n` counted from 1 by `step` while `condition` holds.
fn counted(step: &str, condition: &str) -> String {
    format!("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT {step} FROM c WHERE {condition}) SELECT n FROM c")
}

#[test]
fn a_count_towards_its_limit_ends() {
    for (step, condition) in [
        ("n + 1", "n < 10"),
        ("1 + c.n", "10 > c.n"),
        ("(n + 2)", "(n + 2) <= 10"),
        ("n - 1", "n > -10"),
        ("n - 1", "n >= 0 AND 1 = 1"),
        ("n + 1", "n BETWEEN 0 AND 10"),
        ("CAST(n + 1 AS INTEGER)", "n < 10"),
        ("n + 1", "n < (SELECT MAX(id) FROM clients)"),
        ("n + 1", "n < :most"),
    ] {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            allowed(dialect, &counted(step, condition));
        }
    }
    for dates in [
        "WITH RECURSIVE d(d) AS (SELECT date('now') UNION ALL SELECT date(d, '-1 day') FROM d WHERE d > date('now', '-30 days')) SELECT d FROM d",
        "WITH RECURSIVE m(m) AS (SELECT date('now') UNION ALL SELECT date(m, '+1 month', 'start of month') FROM m WHERE date(m, '+1 month') < '2027-01-01') SELECT m FROM m",
        "WITH RECURSIVE m(m) AS (SELECT date('now') UNION ALL SELECT date(m, '+1 month') FROM m WHERE strftime('%Y-%m', m) < strftime('%Y-%m', 'now')) SELECT m FROM m",
        "WITH RECURSIVE d(d) AS (SELECT MIN(paid_on) FROM payments UNION ALL SELECT date(d, '+1 day') FROM d WHERE d < (SELECT MAX(paid_on) FROM payments)) SELECT d FROM d",
    ] {
        allowed(Dialect::Sqlite, dates);
    }
    for dates in [
        "WITH RECURSIVE d(d) AS (SELECT CURRENT_DATE UNION ALL SELECT (d + INTERVAL '1 day')::date FROM d WHERE d < CURRENT_DATE + 30) SELECT d FROM d",
        "WITH RECURSIVE d AS (SELECT DATE '2026-01-01' AS day UNION ALL SELECT day + 1 FROM d WHERE day < DATE '2026-12-31') SELECT day FROM d",
    ] {
        allowed(Dialect::Postgres, dates);
    }
    for oracle in [
        "WITH c(n) AS (SELECT 1 FROM dual UNION ALL SELECT n + 1 FROM c WHERE n < 12) SELECT n FROM c",
        "WITH c(d) AS (SELECT TRUNC(SYSDATE) FROM dual UNION ALL SELECT ADD_MONTHS(d, -1) FROM c WHERE d > ADD_MONTHS(SYSDATE, -12)) SELECT d FROM c",
    ] {
        allowed(Dialect::Oracle, oracle);
    }
}

#[test]
fn what_may_never_end_is_refused_with_what_to_write() {
    for (step, condition) in [
        ("n + 1", "n > 0"),
        ("n - 1", "n < 10"),
        ("n + 1", "length('a') < 10"),
        ("n * 1", "n < 10"),
        ("n + 0", "n < 10"),
        ("n - 0", "n > 0"),
        ("n + -1", "n < 10"),
        ("n", "n < 10"),
        ("1", "n < 10"),
        ("abs(n)", "n < 10"),
        ("n + 1", "abs(n) < 10"),
        ("-n", "n < 10"),
        ("n + n", "n < 10"),
        ("n + 0.0000001", "n < 10"),
        ("n + 1", "n < 10 OR 1 = 1"),
        ("n + 1", "NOT n > 10"),
        ("n + 1", "n <> 10"),
        ("n + 1", "n NOT BETWEEN 5 AND 10"),
        ("n + 1", "n < n + 1"),
        ("n + 1", "n < c.n + 10"),
        ("n + 1", "n < (SELECT c.n + 1)"),
        ("n + 1", "n < 10 + n"),
        ("n + 1", "n IS NOT NULL"),
        ("CASE WHEN n < 9 THEN n + 1 ELSE 1 END", "n < 10"),
        ("CAST(n + 1 AS NUMERIC(5, 2))", "n < 10"),
        ("n + 1", "n < 10 - random()"),
    ] {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let refusal = refused(dialect, &counted(step, condition));
            assert_eq!(refusal.rule.id(), "unbounded", "{step} / {condition}: {refusal}");
            assert_eq!(refusal.instead, "SELECT n + 1 FROM c WHERE n < 100");
        }
    }
}

#[test]
fn other_forms_without_an_end_are_refused() {
    let sqlite = [
        // Every number is less than every text.
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < '10') SELECT n FROM c",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < strftime('%Y', 'now')) SELECT n FROM c",
        // The step is lost in rounding.
        "WITH RECURSIVE c(n) AS (SELECT -1e300 UNION ALL SELECT n + 1 FROM c WHERE n < 10) SELECT n FROM c",
        "WITH RECURSIVE d(d) AS (SELECT date('now') UNION ALL SELECT date(d, '+1 hour') FROM d WHERE d < '2030-01-01') SELECT d FROM d",
        "WITH RECURSIVE d(d) AS (SELECT date('now') UNION ALL SELECT date(d, '+1 day', 'start of month') FROM d WHERE d < '2030-01-01') SELECT d FROM d",
        "WITH RECURSIVE d(d) AS (SELECT date('now') UNION ALL SELECT date(d, '+0 day') FROM d WHERE d < '2030-01-01') SELECT d FROM d",
        "WITH RECURSIVE d(d) AS (SELECT date('now') UNION ALL SELECT date(d, '-1 day') FROM d WHERE d < '2030-01-01') SELECT d FROM d",
        // The limited column is not the one that is counted.
        "WITH RECURSIVE c(n, m) AS (SELECT 1, 1 UNION ALL SELECT n + 1, m FROM c WHERE m < 10) SELECT n FROM c",
        "WITH RECURSIVE c(n, m) AS (SELECT 1, 1 UNION ALL SELECT m, n + 1 FROM c WHERE n < 10) SELECT n FROM c",
        "WITH RECURSIVE c(n, m) AS (SELECT 1, 1 UNION ALL SELECT n + 1, m + 1 FROM c WHERE n < m + 10) SELECT n FROM c",
        // Another relation that is not followed.
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT c.n FROM c JOIN users u ON u.id = c.n) SELECT n FROM c",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT u.id FROM c JOIN users u ON u.id = c.n) SELECT n FROM c",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT u.id FROM c JOIN users u ON u.id = u.manager_id) SELECT n FROM c",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT b.id FROM c JOIN users a ON a.id = c.n JOIN users b ON b.id = a.id) SELECT n FROM c",
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c JOIN users u ON u.id = u.manager_id) SELECT n FROM c",
        "WITH RECURSIVE e AS (SELECT 1 AS a, 1 AS b), c(n) AS (SELECT 1 UNION ALL SELECT e.b FROM c JOIN e ON e.a = c.n) SELECT n FROM c",
    ];
    check(Dialect::Sqlite, &Policy::default(), sqlite.into_iter().map(|sql| (sql, "unbounded")));
    let postgres = [
        "WITH RECURSIVE d AS (SELECT CURRENT_DATE AS d UNION ALL SELECT (d + INTERVAL '1 hour')::date FROM d WHERE d < CURRENT_DATE + 9) SELECT d FROM d",
        "WITH RECURSIVE d AS (SELECT CURRENT_DATE AS d UNION ALL SELECT d + INTERVAL '-1 day' FROM d WHERE d < CURRENT_DATE + 9) SELECT d FROM d",
    ];
    check(Dialect::Postgres, &Policy::default(), postgres.into_iter().map(|sql| (sql, "unbounded")));
}

#[test]
fn hierarchies_are_followed_either_way() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        for sql in [
            "WITH RECURSIVE t(id) AS (SELECT id FROM users WHERE manager_id IS NULL UNION SELECT u.id FROM users u JOIN t ON u.manager_id = t.id) SELECT id FROM t",
            "WITH RECURSIVE t AS (SELECT id, manager_id, 0 AS depth FROM users WHERE id = 7 UNION ALL SELECT u.id, u.manager_id, depth + 1 FROM users u, t WHERE u.id = t.manager_id) SELECT id, depth FROM t",
            "WITH RECURSIVE t(id) AS (SELECT 1 UNION ALL SELECT b.id FROM t JOIN users a ON a.id = t.id JOIN users b ON b.manager_id = a.id) SELECT id FROM t",
        ] {
            allowed(dialect, sql);
        }
    }
}

#[test]
fn limits_inside_limits_take_no_time() {
    let mut limit = "9".to_owned();
    for _ in 0..18 {
        limit = format!(
            "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {limit}) SELECT MAX(n) FROM c)"
        );
    }
    let begun = std::time::Instant::now();
    let refusal = refused(Dialect::Sqlite, &format!("SELECT {limit}"));
    assert_eq!(refusal.rule.id(), "unbounded");
    assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
}
