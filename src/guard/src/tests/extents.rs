//! Statements that become large: what is everyday passes, what multiplies does not, and nobody's function hides behind a
//! built-in's name.

use super::*;

/// `SELECT expression AS c FROM (SELECT expression AS c FROM (… FROM contracts))`, so many levels of it.
fn levels(expression: &str, levels: usize) -> String {
    let begin = "(SELECT amount AS c FROM contracts) q".to_owned();
    let from = (0..levels).fold(begin, |inner, _| format!("(SELECT {expression} AS c FROM {inner}) q"));
    format!("SELECT c FROM {from}")
}

#[test]
fn what_multiplies_is_refused_and_what_adds_up_is_not() {
    for (expression, depth, allowed) in [
        ("c + 1", 20, true),
        ("CASE WHEN c > 0 THEN c ELSE 0 END", 6, true),
        ("CASE WHEN c > 0 THEN c ELSE 0 END", 16, false),
        ("c + c", 10, true),
        ("c + c", 16, false),
        // A condition on an aggregate may be copied into the query that computes it.
        ("SUM(c + c)", 10, true),
        ("SUM(c + c)", 16, false),
        ("MAX(c) OVER (PARTITION BY c)", 16, false),
    ] {
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            let sql = levels(expression, depth);
            let verdict = verdict(dialect, &Policy::default(), &sql);
            let rule = if let Verdict::Deny(refusal) = &verdict { refusal.rule.id() } else { "allow" };
            assert_eq!(rule, if allowed { "allow" } else { "expansion" }, "{dialect:?} {sql}");
        }
    }
}

#[test]
fn a_long_report_in_steps_passes() {
    let columns = |prefix: &str| {
        let column = |at: usize| {
            format!(
                "SUM(CASE WHEN {prefix}amount > {at} AND {prefix}status = 's{at}' THEN {prefix}amount ELSE 0 END) AS m{at}"
            )
        };
        (0..20).map(column).collect::<Vec<_>>().join(", ")
    };
    let totals =
        (0..20).map(|at| format!("ROUND(m{at} * 100.0 / NULLIF(m0, 0), 2) AS p{at}")).collect::<Vec<_>>().join(", ");
    let all = (0..20).map(|at| format!("a.p{at} - b.p{at} AS d{at}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "WITH m AS (SELECT client_id, {} FROM contracts GROUP BY client_id), p AS (SELECT client_id, {totals} FROM m) \
         SELECT c.name || ' (' || c.city || ', ' || c.region || ')' AS client, {all} \
         FROM p a JOIN p b ON b.client_id = a.client_id JOIN clients c ON c.id = a.client_id",
        columns("")
    );
    for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
        allowed(dialect, &sql);
    }
}

#[test]
fn values_that_are_gathered_count_by_the_rows_that_are_made() {
    for (dialect, sql, rule) in [
        (
            Dialect::Sqlite,
            "SELECT c.id, group_concat(j.value) FROM clients c, json_each(c.doc) j GROUP BY c.id",
            "allow",
        ),
        (
            Dialect::Sqlite,
            "WITH RECURSIVE t AS (SELECT id, name FROM clients WHERE parent_id IS NULL UNION ALL SELECT c.id, t.name || ' / ' || c.name FROM clients c JOIN t ON c.parent_id = t.id) SELECT group_concat(name) FROM t",
            "allow",
        ),
        (
            Dialect::Sqlite,
            "WITH RECURSIVE d(d) AS (SELECT date('now', '-30 days') UNION ALL SELECT date(d, '+1 day') FROM d WHERE d < date('now')) SELECT json_group_array(json_object('day', d, 'clients', (SELECT COUNT(*) FROM clients WHERE created_at = d))) FROM d",
            "allow",
        ),
        (
            Dialect::Postgres,
            "SELECT c.id, string_agg(p.part, ', ') FROM clients c, unnest(string_to_array(c.notes, ',')) AS p(part) GROUP BY c.id",
            "allow",
        ),
        (
            Dialect::Postgres,
            "SELECT string_agg(m.m::date::text, ',') FROM generate_series(DATE '2026-01-01', DATE '2026-12-01', INTERVAL '1 month') AS m(m)",
            "allow",
        ),
        (
            Dialect::Oracle,
            "SELECT LISTAGG(name, ', ') WITHIN GROUP (ORDER BY name) FROM clients START WITH parent_id IS NULL CONNECT BY NOCYCLE PRIOR id = parent_id",
            "allow",
        ),
        (
            Dialect::Oracle,
            "SELECT JSON_ARRAYAGG(JSON_OBJECT('n' VALUE LEVEL)) FROM dual CONNECT BY LEVEL <= 31",
            "allow",
        ),
        (
            Dialect::Oracle,
            "SELECT JSON_ARRAYAGG(RPAD('x', 4000) RETURNING CLOB) FROM dual CONNECT BY LEVEL <= 100000",
            "value-size",
        ),
        (
            Dialect::Postgres,
            "SELECT array_agg(repeat('x', 1000)) FROM (SELECT generate_series(1, 100000) AS n) q",
            "value-size",
        ),
    ] {
        let verdict = verdict(dialect, &Policy::default(), sql);
        let said = if let Verdict::Deny(refusal) = &verdict { refusal.rule.id() } else { "allow" };
        assert_eq!(said, rule, "{dialect:?} {sql}: {verdict:?}");
    }
}

#[test]
fn a_built_in_that_the_company_has_too_is_refused_on_oracle() {
    let catalog = |dialect| Catalog {
        callables: ["CHECKSUM", "ANY_VALUE", "lower", "SYSDATE", "TRIM", "CAST"].map(str::to_owned).to_vec(),
        ..catalog(dialect)
    };
    for (dialect, sql, rule) in [
        (Dialect::Oracle, "SELECT CHECKSUM(id) FROM clients", "function-shadowed"),
        (Dialect::Oracle, "SELECT any_value(name) FROM clients", "function-shadowed"),
        (Dialect::Oracle, "SELECT lower(name) FROM clients", "function-shadowed"),
        (Dialect::Oracle, "SELECT TRIM(name) FROM clients", "function-shadowed"),
        (Dialect::Oracle, "SELECT CAST(id AS NUMBER) FROM clients", "function-shadowed"),
        (Dialect::Oracle, "SELECT CAST(id AS NUMBER DEFAULT 0 ON CONVERSION ERROR) FROM clients", "function-shadowed"),
        (Dialect::Oracle, "SELECT SYSDATE FROM dual", "function-shadowed"),
        (Dialect::Oracle, "SELECT UPPER(name) FROM clients", "allow"),
        // PostgreSQL looks in its own schema alone.
        (Dialect::Postgres, "SELECT lower(name) FROM clients", "allow"),
    ] {
        let verdict = Guard::new(&catalog(dialect), &Policy::default()).check(sql);
        let said = if let Verdict::Deny(refusal) = &verdict { refusal.rule.id() } else { "allow" };
        assert_eq!(said, rule, "{dialect:?} {sql}: {verdict:?}");
    }
}
