//! A refusal says where, what, and what to write instead.

use super::*;

#[test]
fn places_and_suggestions_are_exact() {
    for (dialect, sql, rule, place, found, instead) in [
        (Dialect::Sqlite, "SELECT nam FROM clients", "column-unknown", (1, 8), "nam", "name"),
        (Dialect::Sqlite, "SELECT c.nam\nFROM clients c", "column-unknown", (1, 8), "c.nam", "c.name"),
        (Dialect::Sqlite, "SELECT name\nFROM client", "relation-unknown", (2, 6), "client", "clients"),
        (Dialect::Sqlite, "SELECT lenght(name) FROM clients", "function-not-allowed", (1, 8), "LENGHT", "LENGTH"),
        (Dialect::Sqlite, "SELECT (name\n  FROM clients", "syntax", (2, 3), "FROM", ""),
        (
            Dialect::Oracle,
            "SELECT name FROM clients LIMIT 5",
            "unsupported",
            (1, 26),
            "LIMIT",
            "FETCH FIRST 10 ROWS ONLY",
        ),
        (Dialect::Oracle, "SELECT 1 FROM t@x", "remote-link", (1, 16), "@", ""),
        (Dialect::Sqlite, "SELECT 'é' || x FROM clients", "column-unknown", (1, 15), "x", ""),
        (Dialect::Sqlite, "SELECT 1;\nDROP TABLE clients", "several-statements", (2, 1), "DROP TABLE clients", ""),
    ] {
        let refusal = refused(dialect, sql);
        assert_eq!(refusal.rule.id(), rule, "{sql}");
        assert_eq!((refusal.line, refusal.column), place, "{sql}");
        assert_eq!((refusal.found.as_str(), refusal.instead.as_str()), (found, instead), "{sql}");
    }
}

#[test]
fn a_suggestion_is_of_the_same_database() {
    let days = "generate_series(DATE '2026-01-01', DATE '2026-12-31', INTERVAL '1 day')";
    for (dialect, sql, rule, found, instead) in [
        (
            Dialect::Postgres,
            "SELECT n FROM generate_series(1, (SELECT max(id) FROM clients)) AS n",
            "unbounded",
            "generate_series",
            "generate_series(1, 1000)",
        ),
        (
            Dialect::Postgres,
            "SELECT d FROM generate_series(now(), now() + interval '1 year', '1 second') AS d",
            "unbounded",
            "generate_series",
            days,
        ),
        (
            Dialect::Postgres,
            "SELECT unnest(ARRAY[1])",
            "function-not-allowed",
            "UNNEST",
            "SELECT x FROM unnest(…) AS x",
        ),
        (
            Dialect::Postgres,
            "SELECT id FROM clients WHERE jsonb_array_elements_text(doc) = 'a'",
            "function-not-allowed",
            "JSONB_ARRAY_ELEMENTS_TEXT",
            "SELECT x.value FROM jsonb_array_elements_text(…) AS x",
        ),
        (
            Dialect::Postgres,
            "SELECT jsonb_each(doc) FROM clients",
            "function-not-allowed",
            "JSONB_EACH",
            "SELECT x.key, x.value FROM jsonb_each(…) AS x",
        ),
        (
            Dialect::Sqlite,
            "SELECT json_each(doc) FROM clients",
            "function-not-allowed",
            "JSON_EACH",
            "SELECT x.key, x.value FROM json_each(…) AS x",
        ),
        (Dialect::Oracle, "SELECT XMLAGG(name) FROM clients", "function-not-allowed", "XMLAGG", ""),
        (
            Dialect::Oracle,
            "SELECT DBMS_LOB.SUBSTR(notes, 10, 1) FROM clients",
            "function-not-allowed",
            "DBMS_LOB.SUBSTR",
            "SUBSTR(x, 1, 4000)",
        ),
        (
            Dialect::Oracle,
            "SELECT DBMS_RANDOM.VALUE(1, 10) FROM clients",
            "function-not-allowed",
            "DBMS_RANDOM.VALUE",
            "DBMS_RANDOM.VALUE * (:high - :low) + :low",
        ),
        (Dialect::Postgres, "SELECT NVL(name, 'x') FROM clients", "function-not-allowed", "NVL", "COALESCE"),
        (Dialect::Oracle, "SELECT LEN(name) FROM clients", "function-not-allowed", "LEN", "LENGTH"),
        (
            Dialect::Postgres,
            "SELECT DECODE(status, 'a', 1) FROM contracts",
            "function-not-allowed",
            "DECODE",
            "CASE WHEN … THEN … ELSE … END",
        ),
        (Dialect::Sqlite, "SELECT getdate()", "function-not-allowed", "GETDATE", "CURRENT_TIMESTAMP"),
        (Dialect::Postgres, "SELECT ROW(1)", "function-not-allowed", "ROW", ""),
        (Dialect::Oracle, "SELECT EXTRACTVALUE(name, '/a') FROM clients", "function-not-allowed", "EXTRACTVALUE", ""),
        (Dialect::Sqlite, "SELECT likely(id) FROM clients", "function-not-allowed", "LIKELY", ""),
        (
            Dialect::Postgres,
            "SELECT regexp_matches(name, 'a') FROM clients",
            "function-not-allowed",
            "REGEXP_MATCHES",
            "REGEXP_MATCH",
        ),
    ] {
        let refusal = refused(dialect, sql);
        let said = (refusal.rule.id(), refusal.found.as_str(), refusal.instead.as_str());
        assert_eq!(said, (rule, found, instead), "{sql}");
    }
}

#[test]
fn words_of_other_databases_are_named_for_what_they_are() {
    for (dialect, sql, place, found, instead) in [
        (Dialect::Postgres, "SELECT UNIQUE name FROM clients", (1, 8), "UNIQUE", "DISTINCT"),
        (Dialect::Sqlite, "SELECT COUNT(UNIQUE name) FROM clients", (1, 14), "UNIQUE", "DISTINCT"),
        (Dialect::Oracle, "SELECT name FROM clients WHERE TRUE", (1, 32), "TRUE", "1 = 1"),
        (Dialect::Oracle, "SELECT name FROM clients WHERE id = 1 OR False", (1, 42), "False", "1 = 0"),
        (Dialect::Postgres, "SELECT id FROM ONLY clients", (1, 16), "ONLY", "clients"),
        (Dialect::Postgres, "SELECT c.id FROM ONLY clients c", (1, 18), "ONLY", "clients"),
        (
            Dialect::Postgres,
            "SELECT city FROM clients GROUP BY GROUPING SETS (ROLLUP (city, region), ())",
            (1, 50),
            "GROUPING SETS (ROLLUP (…))",
            "GROUPING SETS ((a, b), (a), ())",
        ),
        (
            Dialect::Sqlite,
            "SELECT city FROM clients GROUP BY CUBE(city)",
            (1, 35),
            "CUBE",
            "GROUP BY … UNION ALL SELECT …",
        ),
        (Dialect::Oracle, "SELECT id FROM clients WHERE id = &client", (1, 35), "&client", ":client"),
        (Dialect::Oracle, "SELECT id FROM clients WHERE id = &&1", (1, 35), "&1", ":p1"),
        (Dialect::Oracle, "SELECT id FROM clients\n/\n", (2, 1), "/", ""),
        (Dialect::Oracle, "SELECT id FROM clients AS OF TIMESTAMP SYSDATE", (1, 24), "AS OF", ""),
        (Dialect::Oracle, "SELECT id FROM clients VERSIONS BETWEEN SCN 1 AND 2", (1, 24), "VERSIONS", ""),
        (
            Dialect::Oracle,
            "WITH t (n) AS (SELECT 1 FROM dual)\nSEARCH DEPTH FIRST BY n SET o SELECT n FROM t",
            (2, 1),
            "SEARCH",
            "",
        ),
        (
            Dialect::Oracle,
            "WITH t (n) AS (SELECT 1 FROM dual)\nSEARCH DEPTH FIRST BY n + 1 SET o SELECT n FROM t",
            (2, 1),
            "SEARCH",
            "SEARCH DEPTH FIRST BY a, b SET c",
        ),
        (
            Dialect::Oracle,
            "SELECT id FROM (SELECT c.id FROM clients c PARTITION BY (c.id) RIGHT JOIN users u ON u.id = c.id)",
            (1, 44),
            "PARTITION BY … JOIN",
            "",
        ),
        (
            Dialect::Oracle,
            "SELECT * FROM clients PIVOT XML (COUNT(id) FOR city IN (ANY))",
            (1, 23),
            "PIVOT XML",
            "PIVOT (… FOR a IN ('x' AS x, 'y' AS y))",
        ),
        (
            Dialect::Oracle,
            "SELECT city, s FROM clients MODEL DIMENSION BY (id) MEASURES (0 AS s) RULES (s[1] = 2)",
            (1, 29),
            "MODEL",
            "",
        ),
        (
            Dialect::Postgres,
            "WITH RECURSIVE t AS (SELECT 1 AS n) CYCLE n SET c USING p SELECT n FROM t",
            (1, 37),
            "CYCLE",
            "",
        ),
        (
            Dialect::Postgres,
            "SELECT sum(id) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING EXCLUDE TIES) FROM clients",
            (1, 59),
            "EXCLUDE",
            "",
        ),
    ] {
        let refusal = refused(dialect, sql);
        assert_eq!(refusal.rule.id(), "unsupported", "{sql}");
        assert_eq!((refusal.line, refusal.column), place, "{sql}");
        assert_eq!((refusal.found.as_str(), refusal.instead.as_str()), (found, instead), "{sql}");
    }
    // As columns they are looked for as any other.
    assert_eq!(refused(Dialect::Oracle, "SELECT \"UNIQUE\" FROM clients").rule.id(), "column-unknown");
    allowed(Dialect::Postgres, "WITH only AS (SELECT 1 AS id) SELECT id FROM only");
}

#[test]
fn a_column_quoted_with_its_table_is_written_without_quotes() {
    for sql in [
        "SELECT id FROM clients WHERE \"clients.name\" >= city",
        "SELECT id FROM users WHERE name = \"clients.name\"",
        "SELECT COUNT(DISTINCT \"clients.name\") FROM clients",
    ] {
        let refusal = refused(Dialect::Sqlite, sql);
        assert_eq!((refusal.rule.id(), refusal.instead.as_str()), ("column-unknown", "clients.name"), "{sql}");
    }
    let refusal = refused(Dialect::Sqlite, "SELECT c.id FROM clients c WHERE c.city = \"c.Name\"");
    assert_eq!(refusal.instead, "c.Name");
}

#[test]
fn what_was_found_cannot_break_out_of_a_message() {
    let refusal = refused(Dialect::Sqlite, &format!("SELECT \"{}\n`x` @everyone\" FROM clients", "y".repeat(100)));
    assert!(refusal.found.chars().count() <= 80 && !refusal.found.contains(['`', '\n']), "{refusal:?}");
}

#[test]
fn a_name_that_folds_away_is_suggested_in_quotes() {
    let mut catalog = catalog(Dialect::Oracle);
    catalog.tables[0].name = "clients".to_owned();
    catalog.tables[0].columns[1].name = "name".to_owned();
    let guard = Guard::new(&catalog, &Policy::default());
    for (sql, instead) in [
        ("SELECT id FROM clients", "\"clients\""),
        ("SELECT name FROM \"clients\"", "\"name\""),
        ("SELECT c.name FROM \"clients\" c", "C.\"name\""),
    ] {
        let Verdict::Deny(refusal) = guard.check(sql) else { panic!("{sql} is allowed") };
        assert_eq!(refusal.instead, instead, "{sql}");
    }
    assert!(matches!(guard.check("SELECT c.\"name\" FROM \"clients\" c"), Verdict::Allow(_)));
}
