//! Files are read whole, their faults told by entry, and the sample company's queries give rows.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use pstral_core::domain::{ColumnRef, Locale, ParameterKind, Value, VerifiedQuery};
use pstral_core::knowledge::default_value;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OpenFlags};

use super::*;
use crate::demo;

const GOOD: &str = r#"
[[query]]
id = "clients-of-city"
fr = "Liste les clients de {city}"
en = "List the clients in {city}"
statement = "SELECT c.company_name FROM clients c WHERE c.city = :city LIMIT :n"
parameters = [
    { name = "city", kind = "text", column = "clients.city" },
    { name = "n", kind = "integer", default = "10" },
]
verified_by = "Claire"
verified_on = "2026-01-31"
"#;

/// Returns the errors of the valid file after a change.
fn faults(what: &str, instead: &str) -> String {
    assert!(GOOD.contains(what), "{what}");
    verified_queries(&GOOD.replace(what, instead)).map_or_else(|faults| faults.to_string(), |_| String::new())
}

#[test]
fn a_good_file_is_read() {
    let queries = verified_queries(GOOD).unwrap();
    assert_eq!(queries.len(), 1);
    assert_eq!(queries[0].parameters[0].column, Some("clients.city".parse().unwrap()));
    assert_eq!(verified_queries("").unwrap(), []);
}

#[test]
fn a_term_is_read_and_written_back() {
    let text = r#"
[[term]]
id = "revenue"
en = "revenue"
note = "EUR"
statement = "SELECT sum(amount) FROM payments"
verified_by = "Claire"
verified_on = "2026-01-31"
"#;
    let both = verified_queries(&format!("{text}{GOOD}")).unwrap();
    let kinds: Vec<_> = both.iter().map(|entry| (entry.id.as_str(), entry.kind)).collect();
    assert_eq!(kinds, [("clients-of-city", VerifiedKind::Question), ("revenue", VerifiedKind::Term)]);
    assert_eq!(verified_queries(&as_file(&both).unwrap()).unwrap(), both);
    for (what, instead, expected) in [
        ("note", "parameters = []\nnote", ""),
        (
            "note",
            "parameters = [{ name = \"n\", kind = \"integer\", default = \"1\" }]\nnote",
            "revenue: parameters does not belong here",
        ),
        ("sum(amount)", "sum(amount) + :n", "revenue: the statement uses :n"),
        ("[[term]]", "[term]", "file: term is not a list: write [[term]]"),
        ("\"revenue\"\nnote", "\"the\"\nnote", "revenue: “the” stands in nearly every question"),
    ] {
        let faults = verified_queries(&text.replacen(what, instead, 1))
            .map_or_else(|faults| faults.to_string(), |_| String::new());
        assert!(faults.starts_with(expected) && faults.is_empty() == expected.is_empty(), "{faults}");
    }
    let twice = verified_queries(&format!("{text}{}", text.replace("id = \"revenue\"", "id = \"other\""))).unwrap_err();
    assert_eq!(twice.to_string(), "other: the name “revenue” is taken by an earlier term: each name means one thing");
    let with_note = faults("verified_by", "note = \"EUR\"\nverified_by");
    assert!(with_note.starts_with("clients-of-city: note does not belong here"), "{with_note}");
}

#[test]
fn each_fault_is_named_with_its_entry_and_its_remedy() {
    for (what, instead, expected) in [
        ("id = \"clients-of-city\"", "", "entry 1: it is not of the form of a verified query. (missing field `id`"),
        ("clients-of-city", "Clients!", "Clients!: “Clients!” is not a name"),
        ("[[query]]", "[query]", "file: query is not a list"),
        ("[[query]]", "[[querry]]", "file: querry is unknown here"),
        ("[[query]]", "[[query", "file: it is not of the form of a verified query. (TOML parse error"),
        ("verified_by = \"Claire\"", "verified_by = \" \"", "clients-of-city: verified_by is empty"),
        (
            "verified_by",
            "verifed_by",
            "clients-of-city: it is not of the form of a verified query. (unknown field `verifed_by`",
        ),
        ("2026-01-31", "31/01/2026", "clients-of-city: verified_on = “31/01/2026” is not a date"),
        ("2026-01-31", "2026-02-31", "clients-of-city: verified_on"),
        (":city", ":town", "clients-of-city: the statement uses :town, which is not among the parameters"),
        (":city", ":town", "clients-of-city: the parameter city is not used"),
        ("de {city}", "de {ville}", "clients-of-city: the question fr has {ville}"),
        ("in {city}", "", "clients-of-city: the question en lacks {city}"),
        (", column = \"clients.city\"", "", "clients-of-city: the text parameter city has no column"),
        ("clients.city", "city", "form of a verified query. (city is not of the form table.column"),
        ("\"10\"", "\"ten\"", "clients-of-city: the default of n does not fit its kind"),
        ("\"n\", kind", "\"city\", kind", "clients-of-city: the parameter city is declared twice"),
    ] {
        let found = faults(what, instead);
        assert!(found.contains(expected), "{what} → {instead}: {found:?}");
    }
}

#[test]
fn all_faults_are_told_together() {
    let two = format!("{}{}", GOOD, GOOD.replace("2026-01-31", "soon").replace(":n", ":m"));
    let Err(Faults(faults)) = verified_queries(&two) else { panic!("accepted") };
    let told: Vec<String> = faults.iter().map(|fault| fault.render(Locale::Fr)).collect();
    assert_eq!(told.len(), 4, "{told:#?}");
    assert_eq!(faults[0].what, WhatIsWrong::DuplicateId);
    assert!(
        told[0].ends_with("cet identifiant est déjà pris par une entrée précédente\u{a0}: donnez-en un à chacune"),
        "{told:#?}"
    );
}

/// The sample company as of a day.
pub(super) fn sample_company(today: Date) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    demo::generate(&path, today).unwrap();
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    (folder, connection)
}

/// The values of a column, as a target gives them.
pub(super) fn values_of(connection: &Connection, column: &ColumnRef) -> Vec<String> {
    let ColumnRef { relation, column } = column;
    let query = format!("SELECT DISTINCT {column} FROM {relation} ORDER BY count(*) OVER (PARTITION BY {column}) DESC");
    let mut statement = connection.prepare(&query).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Somebody who sold lately, a client who paid lately and has not paid all, last year, the default, or a small number.
fn sample_values(query: &VerifiedQuery, connection: &Connection, today: Date) -> BTreeMap<String, Value> {
    let value = |parameter: &pstral_core::domain::Parameter| match (&parameter.column, parameter.kind) {
        (Some(column), _) if column.relation == "users" => {
            let seller = "SELECT u.full_name FROM users u JOIN contracts k ON k.commercial_id = u.id
                          LEFT JOIN payments p ON p.contract_id = k.id GROUP BY u.id
                          ORDER BY max(substr(k.signed_at, 1, 7)) DESC, max(substr(p.payment_date, 1, 7)) DESC LIMIT 1";
            Value::Text(connection.query_row(seller, [], |row| row.get(0)).unwrap())
        }
        (Some(column), _) if column.column == "company_name" => {
            let buyer = "SELECT c.company_name FROM clients c JOIN client_notes t ON t.client_id = c.id
                         JOIN payments p ON p.client_id = c.id AND p.status = 'paid'
                         JOIN payments o ON o.client_id = c.id AND o.status <> 'paid'
                         WHERE p.payment_date >= date(?1, 'start of month', '-1 month') GROUP BY c.id
                         ORDER BY count(DISTINCT o.status) DESC, count(DISTINCT substr(p.payment_date, 1, 7)) DESC LIMIT 1";
            Value::Text(connection.query_row(buyer, [today.to_string()], |row| row.get(0)).unwrap())
        }
        (Some(column), _) => Value::Text(values_of(connection, column).remove(0)),
        (None, ParameterKind::Year) if query.id.starts_with("hired") => Value::Integer(2018),
        (None, ParameterKind::Year) => Value::Integer(i64::from(today.year()) - 1),
        (None, _) => {
            let small = match parameter.name.as_str() {
                "n" => 3,
                "amount" => 20_000,
                _ => 30,
            };
            default_value(parameter, today).unwrap_or(Value::Integer(small))
        }
    };
    query.parameters.iter().map(|parameter| (parameter.name.clone(), value(parameter))).collect()
}

/// Queries that look for what may not be there: a mistake, or something that nobody did.
const MAYBE_NONE: &[&str] = &[
    "active-clients-without-salesperson",
    "active-client-count-without-salesperson",
    "active-contracts-past-end-date",
    "contracts-starting-next-month",
    "note-count-of-salesperson-this-month",
    "salespeople-without-clients",
    "salespeople-without-signed-contract-of-year",
];

#[test]
fn every_verified_query_of_the_sample_company_gives_rows() {
    let queries = verified_queries(demo::VERIFIED).unwrap();
    assert!(queries.len() >= 36, "only {}", queries.len());
    assert!(MAYBE_NONE.iter().all(|id| queries.iter().any(|query| query.id == *id)));
    let nothing = ["Null", "Integer(0)", "Real(0.0)"];
    let mut empty = Vec::new();
    for today in [date(2026, 11, 21), date(2027, 1, 1), date(2028, 2, 29)] {
        let (_folder, connection) = sample_company(today);
        for query in &queries {
            let rows = rows(query, &connection, today);
            let is_empty = rows.iter().flatten().all(|cell| nothing.contains(&cell.as_str()));
            if is_empty && !MAYBE_NONE.contains(&query.id.as_str()) {
                empty.push(format!("{} on {today}", query.id));
            }
        }
    }
    assert!(empty.is_empty(), "{empty:#?}");
}

/// The rows of a query with sample values, as if it ran on `today`.
fn rows(query: &VerifiedQuery, connection: &Connection, today: Date) -> Vec<Vec<String>> {
    rows_with(&query.statement, &sample_values(query, connection, today), connection, today)
}

/// The rows of a statement, as if it ran on `today`.
pub(super) fn rows_with(
    statement: &str,
    values: &BTreeMap<String, Value>,
    connection: &Connection,
    today: Date,
) -> Vec<Vec<String>> {
    let bound: Vec<(String, &dyn ToSql)> = values
        .iter()
        .map(|(name, value)| match value {
            Value::Text(text) => (format!(":{name}"), text as &dyn ToSql),
            Value::Integer(number) => (format!(":{name}"), number as &dyn ToSql),
            other => panic!("{statement}: {other:?}"),
        })
        .collect();
    let bound: Vec<(&str, &dyn ToSql)> = bound.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let text = statement.replace("'now'", &format!("'{today}'"));
    let mut statement = connection.prepare(&text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    let width = statement.column_count();
    let cell = |row: &rusqlite::Row<'_>, at| {
        Ok(row.get_ref::<usize>(at)?.as_str().map_or_else(|_| format!("{:?}", row.get_ref(at).unwrap()), str::to_owned))
    };
    let rows = statement.query_map(bound.as_slice(), |row| (0..width).map(|at| cell(row, at)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn no_verified_query_reads_secrets_or_everything() {
    for query in verified_queries(demo::VERIFIED).unwrap() {
        let statement = query.statement.to_lowercase();
        assert!(!statement.contains("oauth") && !statement.contains("token"), "{}", query.id);
        assert!(!statement.contains("select *") && !statement.contains(".*"), "{}", query.id);
        assert!(statement.starts_with("select") && !statement.contains(';'), "{}", query.id);
    }
}
