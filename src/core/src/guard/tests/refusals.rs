//! A refusal says where, what, and what to write instead.

use super::*;
use crate::domain::Locale;

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
        (Dialect::Oracle, "SELECT 1 FROM t@x", "remote-link", (1, 16), "@\u{2060}", ""),
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
fn sentences_name_what_was_found() {
    let refusal = refused(Dialect::Sqlite, "SELECT nam FROM clients");
    for (locale, expected) in [
        (Locale::En, "“nam” is not a column of the tables in this part of the statement. Did you mean name?"),
        (
            Locale::Fr,
            "«\u{a0}nam\u{a0}» n’est pas une colonne des tables de cette partie de la requête. Vouliez-vous dire name\u{a0}?",
        ),
    ] {
        assert_eq!(refusal.text().render(locale), expected);
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
fn functions_and_forms_of_other_databases_are_written_as_here() {
    use Dialect::{Oracle, Postgres, Sqlite};
    const TOP: &str = "SELECT TOP 5 name FROM clients";
    const ILIKE: &str = "SELECT id FROM clients WHERE name NOT ILIKE 'a%'";
    const CASTS: &str = "SELECT id::text FROM clients";
    for (dialect, sql, found, instead) in [
        (Oracle, TOP, "TOP", "FETCH FIRST 5 ROWS ONLY"),
        (Oracle, "SELECT TOP (7) PERCENT name FROM clients", "TOP", "FETCH FIRST 7 PERCENT ROWS ONLY"),
        (Postgres, TOP, "TOP", "LIMIT 5"),
        (Sqlite, TOP, "TOP", "LIMIT 5"),
        (Oracle, ILIKE, "ILIKE", "UPPER(name) NOT LIKE UPPER('a%')"),
        (Sqlite, ILIKE, "ILIKE", "name NOT LIKE 'a%'"),
        (Oracle, CASTS, "::", "CAST(id AS TEXT)"),
        (Sqlite, CASTS, "::", "CAST(id AS TEXT)"),
        (Sqlite, "SELECT id FROM clients WHERE ROWNUM < 5", "ROWNUM", "LIMIT 10"),
        (Postgres, "SELECT SYSDATE FROM clients", "SYSDATE", "CURRENT_TIMESTAMP"),
    ] {
        let refusal = refused(dialect, sql);
        let said = (refusal.rule.id(), refusal.found.as_str(), refusal.instead.as_str());
        assert_eq!(said, ("unsupported", found, instead), "{dialect:?}: {sql}");
        let said = refusal.text().render(Locale::En);
        assert_eq!(said, format!("“{found}” is not allowed here. Write this instead: {instead}"), "{sql}");
    }
    for (call, oracle, postgres, sqlite) in [
        ("YEAR(x)", "EXTRACT(YEAR FROM x)", "EXTRACT(YEAR FROM x)", "strftime('%Y', x)"),
        ("MONTH(x)", "EXTRACT(MONTH FROM x)", "EXTRACT(MONTH FROM x)", "strftime('%m', x)"),
        ("DAY(x)", "EXTRACT(DAY FROM x)", "EXTRACT(DAY FROM x)", "strftime('%d', x)"),
        ("EXTRACT(YEAR FROM x)", "", "", "strftime('%Y', x)"),
        ("DATE_FORMAT(x, '%Y')", "TO_CHAR(x, 'YYYY-MM')", "TO_CHAR(x, 'YYYY-MM')", "strftime('%Y-%m', x)"),
        ("TO_CHAR(x, 'YYYY')", "", "", "strftime('%Y-%m', x)"),
        ("DATEDIFF(a, b)", "a - b", "a - b", "julianday(a) - julianday(b)"),
        ("DATEADD(day, 1, x)", "x + 1", "x + INTERVAL '1 day'", "date(x, '+1 day')"),
        ("DATE_TRUNC('month', x)", "TRUNC(x, 'MM')", "", "date(x, 'start of month')"),
        ("WM_CONCAT(x)", "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)", "string_agg(x, ',')", "group_concat(x, ',')"),
        ("GROUP_CONCAT(x)", "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)", "string_agg(x, ',')", ""),
        ("STRING_AGG(x, ',')", "LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)", "", ""),
        ("LISTAGG(x, ',')", "", "string_agg(x, ',')", "group_concat(x, ',')"),
        ("CHARINDEX('a', x)", "INSTR(x, 'a')", "strpos(x, 'a')", "INSTR(x, 'a')"),
    ] {
        for (dialect, instead) in [(Oracle, oracle), (Postgres, postgres), (Sqlite, sqlite)] {
            let sql = format!("SELECT {call} FROM (SELECT name AS x, id AS a, id AS b, id AS day FROM clients) c");
            let Verdict::Deny(refusal) = verdict(dialect, &Policy::default(), &sql) else {
                assert_eq!(instead, "", "{dialect:?}: {call}");
                continue;
            };
            let name = call.split('(').next().unwrap();
            let said = (refusal.rule.id(), refusal.found.as_str(), refusal.instead.as_str());
            assert_eq!(said, ("function-not-allowed", name, instead), "{dialect:?}: {call}");
            let said = refusal.text().render(Locale::En);
            let expected = format!("“{name}” is not available here. Write this instead: {instead}");
            assert_eq!(said, expected, "{dialect:?}: {call}");
        }
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
fn the_parser_s_own_words_are_not_shown() {
    for (dialect, sql, place, found, sentence) in [
        (Dialect::Oracle, "SELECT 1 << 2 FROM dual", (1, 10), "<<", "cannot be read near “<<”"),
        (Dialect::Postgres, "SELECT name FROM clients WHERE", (1, 31), "", "ends too early"),
        (Dialect::Postgres, "SELECT (1", (1, 10), "", "ends too early"),
        (
            Dialect::Postgres,
            "SELECT 'abc FROM clients",
            (1, 8),
            "'",
            "What “'” opens is not closed. Add the missing “'”",
        ),
        (Dialect::Oracle, "SELECT \"abc FROM clients", (1, 8), "\"", "is not closed"),
        (Dialect::Sqlite, "SELECT [abc FROM clients", (1, 8), "[", "Add the missing “]” where"),
        (Dialect::Postgres, "SELECT 'é' /* abc", (1, 12), "/*", "Add the missing “*/” where"),
    ] {
        let refusal = refused(dialect, sql);
        assert_eq!(refusal.rule.id(), "syntax", "{sql}");
        assert_eq!(((refusal.line, refusal.column), refusal.found.as_str()), (place, found), "{sql}");
        let said = refusal.text().render(Locale::En);
        assert!(said.contains(sentence), "{sql}: {said}");
        for locale in Locale::ALL {
            let said = refusal.text().render(locale);
            assert!(!["EOF", "token", "parser", "Unterminated"].iter().any(|word| said.contains(word)), "{said}");
        }
    }
}

#[test]
fn a_name_is_refused_for_its_signs_or_for_being_used_twice() {
    for (dialect, sql, instead, sentence) in [
        (Dialect::Sqlite, "SELECT 1 AS \"a\"\"b\"", "", "holds a quote or bracket"),
        (Dialect::Postgres, "SELECT d.id FROM (SELECT 1 AS id) AS \"d\"\"e\"", "", "holds a quote or bracket"),
        (Dialect::Postgres, "SELECT 1 AS \"\"", "", "is empty"),
        (Dialect::Sqlite, "SELECT 1 AS 'the \"total\"'", "", "holds a quote or bracket"),
        (Dialect::Sqlite, "SELECT c.id FROM clients c JOIN users c ON c.id = c.id", "", "is used twice"),
    ] {
        let refusal = refused(dialect, sql);
        assert_eq!((refusal.rule.id(), refusal.instead.as_str()), ("alias-not-allowed", instead), "{sql}");
        let said = refusal.text().render(Locale::En);
        assert!(said.contains(sentence), "{sql}: {said}");
    }
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
fn a_refusal_calls_nobody() {
    for sql in ["SELECT id FROM \"@everyone\"", "SELECT \"<@42>\" FROM clients", "SELECT c.\"@here\" FROM clients c"] {
        let refusal = refused(Dialect::Sqlite, sql);
        for locale in Locale::ALL {
            let sentence = refusal.text().render(locale);
            assert!(!["@everyone", "@42", "@here"].iter().any(|name| sentence.contains(name)), "{sentence}");
        }
    }
    let mut catalog = catalog(Dialect::Sqlite);
    catalog.tables[0].columns[1].name = "@everyone".to_owned();
    let Verdict::Deny(refusal) = Guard::new(&catalog, &Policy::default()).check("SELECT everyone FROM clients") else {
        panic!("allowed")
    };
    assert_eq!(refusal.instead, "\"@\u{2060}everyone\"");
}

#[test]
fn a_refusal_names_what_there_is() {
    let policy = Policy::from(Rules { allow: None, deny: vec!["users".to_owned(), "contracts.amount".to_owned()] });
    let deny = |sql: &str| match verdict(Dialect::Sqlite, &policy, sql) {
        Verdict::Deny(refusal) => (refusal.among.clone(), refusal.text().render(Locale::En)),
        Verdict::Allow(approved) => panic!("{}", approved.text()),
    };
    let (among, sentence) = deny("SELECT id FROM zzzzzz");
    assert_eq!(among, "\"Odd Name\", client_notes, clients, contracts, documents, oauth_email_accounts, payments");
    assert!(sentence.ends_with(&format!("The tables open to you: {among}")), "{sentence}");
    let (among, sentence) = deny("SELECT zzzzzz FROM contracts");
    assert_eq!(among, "id, client_id, status, signed_on");
    assert!(sentence.ends_with(&format!("There you can read: {among}")), "{sentence}");
    let (among, _) = deny("SELECT k.zzzzzz FROM contracts k");
    assert_eq!(among, "k.id, k.client_id, k.status, k.signed_on");
    let (among, _) = deny("SELECT zzzzzz FROM contracts k JOIN clients c ON c.id = k.client_id");
    assert_eq!(
        among,
        "k.id, k.client_id, k.status, k.signed_on, c.id, c.name, c.city, c.region, c.created_at, c.parent_id, \
         c.\"prénom\", c.notes, …"
    );

    let many = Policy::from(Rules { allow: None, deny: Vec::new() });
    let mut catalog = catalog(Dialect::Sqlite);
    catalog.tables.push(Relation { name: "zoo".to_owned(), ..catalog.tables[0].clone() });
    let Verdict::Deny(refusal) = Guard::new(&catalog, &many).check("SELECT 1 FROM qqqqqq") else { panic!("allowed") };
    assert!(refusal.among.ends_with("payments, users, …"), "{}", refusal.among);
    let nothing = Policy::from(Rules { allow: Some(Vec::new()), deny: Vec::new() });
    let Verdict::Deny(refusal) = Guard::new(&catalog, &nothing).check("SELECT 1 FROM clients") else {
        panic!("allowed")
    };
    assert_eq!(refusal.among, "");
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
