//! The facts that an approved statement gives about itself.

use std::collections::BTreeMap;

use super::super::MissingParameter;
use super::*;
use crate::Value;

#[test]
fn the_rendering_runs_without_comments_and_hints() {
    for (dialect, sql, text) in [
        (Dialect::Oracle, "select /*+ FULL(c) */ c.name -- all\n from clients c;", "SELECT c.name FROM clients c"),
        (Dialect::Oracle, "SELECT q'[it''s; --]' FROM dual", "SELECT Q'[it''s; --]' FROM dual"),
        (Dialect::Oracle, "SELECT id FROM clients WHERE id ^= 2", "SELECT id FROM clients WHERE id <> 2"),
        (
            Dialect::Oracle,
            "SELECT MAX(id) keep (dense_rank last order by name desc) AS m FROM clients",
            "SELECT MAX(id) KEEP (DENSE_RANK LAST ORDER BY name DESC NULLS FIRST) AS m FROM clients",
        ),
        (Dialect::Postgres, "/* x */ SELECT name::text FROM clients", "SELECT name::TEXT FROM public.clients"),
        (
            Dialect::Postgres,
            "WITH c AS (SELECT id FROM clients) SELECT c.id FROM c JOIN hr.salaries s ON s.user_id = c.id",
            "WITH c AS (SELECT id FROM public.clients) SELECT c.id FROM c JOIN hr.salaries s ON s.user_id = c.id",
        ),
        (Dialect::Sqlite, "SELECT\n  name\nFROM clients", "SELECT name FROM clients"),
    ] {
        let shown = allowed(dialect, sql).text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(shown.replace("( ", "(").replace(" )", ")"), text);
    }
}

#[test]
fn the_rendering_is_spread_over_lines_unless_a_literal_holds_one() {
    let spread = allowed(Dialect::Sqlite, "SELECT name FROM clients WHERE id = 1");
    assert_eq!(spread.text(), "SELECT\n  name\nFROM\n  clients\nWHERE\n  id = 1");
    let literal = allowed(Dialect::Sqlite, "SELECT name FROM clients WHERE name = 'a\nb'");
    assert_eq!(literal.text(), "SELECT name FROM clients WHERE name = 'a\nb'");
}

#[test]
fn the_limit_of_the_outermost_query_is_known() {
    for (dialect, sql, rows) in [
        (Dialect::Sqlite, "SELECT id FROM clients LIMIT 500", Some(500)),
        (Dialect::Sqlite, "SELECT id FROM clients LIMIT (20) OFFSET 40", Some(20)),
        (Dialect::Sqlite, "SELECT id FROM clients LIMIT :n", Some(7)),
        (Dialect::Sqlite, "SELECT id FROM clients LIMIT 5 + 5", None),
        (Dialect::Sqlite, "SELECT id FROM (SELECT id FROM clients LIMIT 5) c", None),
        (Dialect::Sqlite, "SELECT id FROM clients", None),
        (Dialect::Postgres, "SELECT id FROM clients FETCH FIRST 12 ROWS ONLY", Some(12)),
        (Dialect::Postgres, "SELECT id FROM clients FETCH FIRST ROW ONLY", Some(1)),
        (Dialect::Oracle, "SELECT id FROM clients FETCH FIRST 12 ROWS WITH TIES", Some(12)),
        (Dialect::Oracle, "SELECT id FROM clients FETCH FIRST 12 PERCENT ROWS ONLY", None),
        (Dialect::Oracle, "SELECT id FROM clients WHERE city = 'Paris' AND ROWNUM <= 12", Some(12)),
        (Dialect::Oracle, "SELECT id FROM (SELECT id FROM clients ORDER BY name) c WHERE rownum < 12", Some(11)),
        (Dialect::Oracle, "SELECT id FROM clients WHERE ROWNUM <= 12 OR id = 1", None),
    ] {
        let values = BTreeMap::from([("n".to_owned(), Value::Integer(7))]);
        assert_eq!(allowed(dialect, sql).bind(&values).unwrap().row_limit(), rows, "{sql}");
    }
}

#[test]
fn what_it_reads_is_named_as_the_catalog_does() {
    let approved = allowed(
        Dialect::Oracle,
        "WITH k AS (SELECT client_id, SUM(amount) AS total FROM contracts GROUP BY client_id) \
         SELECT c.name, k.total, SYSDATE FROM clients c JOIN k ON k.client_id = c.id WHERE c.city = :city AND k.total > :least \
         AND EXISTS (SELECT 1 FROM hr.salaries s WHERE s.user_id = c.id) AND c.region = :city",
    );
    assert_eq!(approved.dialect(), Dialect::Oracle);
    assert_eq!(approved.relations(), ["CLIENTS", "CONTRACTS", "HR.SALARIES"]);
    assert_eq!(
        approved.columns(),
        [
            "CLIENTS.CITY",
            "CLIENTS.ID",
            "CLIENTS.NAME",
            "CLIENTS.REGION",
            "CONTRACTS.AMOUNT",
            "CONTRACTS.CLIENT_ID",
            "HR.SALARIES.USER_ID"
        ]
    );
    assert_eq!(approved.functions(), ["SUM", "SYSDATE"]);
    assert_eq!(approved.parameters(), ["city", "least"]);
}

#[test]
fn a_star_reads_every_column() {
    let approved = allowed(Dialect::Sqlite, "SELECT * FROM contracts");
    assert_eq!(approved.columns().len(), 5);
}

#[test]
fn every_parameter_needs_a_value_and_no_other_is_kept() {
    let approved = allowed(Dialect::Sqlite, "SELECT name FROM clients WHERE city = :city");
    let missing = approved.clone().bind(&BTreeMap::new()).unwrap_err();
    assert_eq!(missing, MissingParameter("city".to_owned()));
    let values =
        BTreeMap::from([("city".to_owned(), Value::Text("Lyon".to_owned())), ("other".to_owned(), Value::Null)]);
    let bound = approved.bind(&values).unwrap();
    assert_eq!(bound.values().keys().collect::<Vec<_>>(), ["city"]);
}
