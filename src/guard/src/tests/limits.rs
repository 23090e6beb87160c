//! No text is too much: large, deep and odd ones end in a verdict.

use super::*;

const ALL: [Dialect; 3] = [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite];

#[test]
fn large_and_deep_texts_are_refused() {
    let joins = |count: usize| format!("SELECT 1 FROM clients t0{}", " JOIN clients t ON 1 = 1".repeat(count));
    for dialect in ALL {
        for (sql, rule) in [
            (format!("SELECT '{}'", "x".repeat(17_000)), "too-long"),
            (format!("SELECT {}1{}", "(".repeat(65), ")".repeat(65)), "too-deep"),
            (joins(500), "too-many-joins"),
            (format!("SELECT 1 FROM clients{}", ", clients".repeat(40)), "too-many-joins"),
            (joins(33), "too-many-joins"),
            // The parser gives up by itself, and does not say why.
            (format!("SELECT {}1", "NOT ".repeat(2900)), "syntax"),
            (format!("SELECT 1{}", " + 1".repeat(1490)), "too-deep"),
            (format!("SELECT 1 WHERE 1 = 1{}", " OR a".repeat(1490)), "too-deep"),
            (format!("SELECT 1{}", " UNION SELECT 1".repeat(100)), "too-many-joins"),
            (format!("SELECT 1{}", ",1".repeat(4000)), "too-long"),
            ("SELECT \u{7}1".to_owned(), "control-character"),
            ("SELECT 'a\0b'".to_owned(), "control-character"),
        ] {
            assert_eq!(refused(dialect, &sql).rule.id(), rule, "{dialect:?} {}", &sql[..40.min(sql.len())]);
        }
    }
}

/// Each repeats what makes a parser recurse or try again; none may abort, hang or panic.
#[test]
fn every_kind_of_nesting_ends_in_a_verdict() {
    let repeated = [
        ("SELECT * FROM ", "(", "clients", ")"),
        ("SELECT * FROM ", "(SELECT * FROM ", "clients", ") x"),
        ("SELECT * FROM ", "(clients JOIN ", "clients", ")"),
        ("SELECT ", "(SELECT ", "1", ")"),
        ("SELECT ", "CASE WHEN ", "1", " THEN 1 END"),
        ("SELECT ", "- ", "1", ""),
        ("SELECT ", "lower(", "name", ") FROM clients"),
        ("SELECT ", "CAST(", "1", " AS INT)"),
        ("SELECT ", "1 IN (", "1", ")"),
        ("SELECT ", "EXISTS (SELECT ", "1", ")"),
        ("SELECT ", "INTERVAL ", "'1' DAY", ""),
        ("SELECT ", "a.", "b", ""),
        ("SELECT ", "x[", "1", "]"),
        ("SELECT ", "ARRAY[", "1", "]"),
        ("", "(", "SELECT 1", ")"),
        ("", "SELECT 1 UNION ", "SELECT 1", ""),
        ("", "(SELECT 1) UNION ALL ", "SELECT 1", ""),
        ("WITH a AS ", "(WITH b AS (SELECT 1) ", "SELECT 1", ") SELECT 1"),
        ("", "WITH a AS (", "SELECT 1", ")"),
        ("SELECT 1 FROM clients ", "MATCH_RECOGNIZE (PATTERN (", "A", "))"),
        ("SELECT 1 FROM clients WHERE id ", "BETWEEN 1 AND ", "1", ""),
        ("SELECT ", "{fn ", "x()", "}"),
        ("SELECT ", "'", "", ""),
        ("SELECT ", "\"", "", ""),
        ("SELECT ", "/*", "", ""),
        ("SELECT ", "$a$", "", ""),
        ("SELECT ", "CAST(1 AS STRUCT<", "INT", ">)"),
        ("SELECT ", "1::", "INT", "[]"),
        ("SELECT 1 FROM clients ", "PIVOT (SUM(id) FOR id IN (", "1", "))"),
        ("SELECT * FROM ", "LATERAL (", "SELECT 1", ")"),
        ("SELECT ", "PRIOR ", "id", " FROM clients CONNECT BY PRIOR id = id"),
        ("SELECT 1 ", ", (SELECT 1)", "", ""),
        ("SELECT sum(id) OVER ", "(PARTITION BY sum(id) OVER ", "()", ")"),
    ];
    for dialect in ALL {
        let guard = Guard::new(&catalog(dialect), &Policy::default());
        for (before, open, middle, close) in repeated {
            for times in [10, 20, 40, 60, 200, 1000, 4000] {
                let sql = format!("{before}{}{middle}{}", open.repeat(times), close.repeat(times));
                let _verdict = guard.check(&sql);
            }
        }
    }
}

#[test]
fn a_long_but_plain_statement_passes() {
    let list = (0..1400).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    for dialect in ALL {
        allowed(dialect, &format!("SELECT name FROM clients WHERE id IN ({list})"));
        let conditions = vec!["id = 1"; 300].join(" OR ");
        allowed(dialect, &format!("SELECT name FROM clients WHERE {conditions}"));
    }
}
