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
        // An aggregate ends it: nobody copies one.
        ("SUM(c + c)", 20, true),
        ("MAX(c) OVER (PARTITION BY c)", 16, true),
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
