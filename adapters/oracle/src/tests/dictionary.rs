//! The dictionary as files, and the catalog that is made of it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use pstral_core::domain::{Catalog, ForeignKey, Relation, RelationKind, Row, Synonym, Value};
use pstral_core::ports::{QueryTarget as _, TargetError};
use serde_json::json;

use super::config;
use super::fake::{Act, Script};
use super::made::made;
use crate::catalog::{Dictionary, SystemSchemas, View, assemble};
use crate::error::Code;
use crate::{OracleConfig, OracleTarget};

const ORIGIN: &str = "made by src/tests/made.rs in the form that Oracle documents; not recorded from a database";

fn file(view: View) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/dictionary");
    PathBuf::from(folder).join(format!("{}.jsonl", view.name()))
}

fn lines(view: View, rows: &[Row]) -> String {
    let head = json!({"view": view.name(), "query": view.query(SystemSchemas::ByDictionary), "origin": ORIGIN});
    let cell = |value: &Value| match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!(number),
        _ => json!(null),
    };
    let row = |row: &Row| json!(row.iter().map(cell).collect::<Vec<_>>()).to_string();
    let mut lines = vec![head.to_string()];
    lines.extend(rows.iter().map(row));
    lines.push(String::new());
    lines.join("\n")
}

/// The rows of a view as they stand in its file.
fn stored(view: View) -> Vec<Row> {
    let text = fs::read_to_string(file(view)).unwrap();
    let cell = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Number(number) => Value::Integer(number.as_i64().unwrap()),
        _ => Value::Null,
    };
    let row = |line: &str| serde_json::from_str::<Vec<_>>(line).unwrap().into_iter().map(cell).collect();
    text.lines().skip(1).map(row).collect()
}

pub(super) fn catalog() -> Catalog {
    assemble(&Dictionary::read(|view| Ok(stored(view))).unwrap(), "CRM")
}

#[test]
fn the_files_are_what_is_made() {
    for (view, rows) in made() {
        let lines = lines(view, &rows);
        if std::env::var_os("PSTRAL_WRITE_FIXTURES").is_some() {
            fs::write(file(view), &lines).unwrap();
        }
        let stored = fs::read_to_string(file(view)).unwrap_or_default();
        assert!(stored == lines, "{} differs: run with PSTRAL_WRITE_FIXTURES=1", file(view).display());
    }
}

fn find<'c>(catalog: &'c Catalog, schema: &str, name: &str) -> Option<&'c Relation> {
    catalog.tables.iter().find(|relation| relation.schema == schema && relation.name == name)
}

/// A relation in a few lines.
fn shown(relation: &Relation) -> String {
    let mut text = format!(
        "{}.{} {:?}, rows {:?}, {:?}\n",
        relation.schema, relation.name, relation.kind, relation.rows, relation.comment
    );
    for column in &relation.columns {
        let key = if column.primary_key { " PK" } else { "" };
        let distinct = column.distinct.map(|distinct| format!(" ~{distinct}")).unwrap_or_default();
        let comment = if column.comment.is_empty() { String::new() } else { format!(" # {}", column.comment) };
        writeln!(text, "  {} {}{key}{distinct}{comment}", column.name, column.data_type).unwrap();
    }
    for key in &relation.unique_keys {
        writeln!(text, "  unique {}", key.join(", ")).unwrap();
    }
    for ForeignKey { columns, relation, references } in &relation.foreign_keys {
        writeln!(text, "  {} -> {relation}({})", columns.join(", "), references.join(", ")).unwrap();
    }
    text
}

#[test]
fn a_company_of_three_hundred_tables_is_read() {
    let catalog = catalog();
    let count = |schema: &str, kind| {
        catalog.tables.iter().filter(|relation| relation.schema == schema && relation.kind == kind).count()
    };
    assert_eq!(catalog.default_schema, "CRM");
    assert_eq!((count("CRM", RelationKind::Table), count("COMPTA", RelationKind::Table)), (210, 90));
    assert_eq!((count("CRM", RelationKind::View), count("COMPTA", RelationKind::View)), (2, 1));
    assert_eq!(catalog.callables, ["ADDRESS_T", "BILLING", "CLIENTS_SEQ", "FACTURATION", "NEXT_NUMBER"]);
    for left_out in ["BIN$fq2XyZ1ROGPgUwEAAH8BaQ==$0", "MLOG$_CLIENTS", "IMPORT_TARIFS"] {
        assert!(find(&catalog, "CRM", left_out).is_none(), "{left_out}");
    }
}

#[test]
fn views_that_reach_a_link_by_whatever_way_are_left_out() {
    let catalog = catalog();
    for (schema, name) in
        [("CRM", "V_STOCK_LYON"), ("CRM", "V_STOCK_TOTAL"), ("CRM", "V_BUDGET"), ("COMPTA", "V_STOCK_VALEUR")]
    {
        assert!(find(&catalog, schema, name).is_none(), "{name}");
    }
    assert!(find(&catalog, "CRM", "V_CA_MENSUEL").is_some(), "a circle leads nowhere else");
}

#[test]
fn relations_have_all_that_is_known_of_them() {
    let catalog = catalog();
    let shown = |schema: &str, name: &str| shown(find(&catalog, schema, name).unwrap());
    insta::assert_snapshot!(shown("CRM", "CLIENTS"), @r#"
    CRM.CLIENTS Table, rows Some(48210), "Clients et prospects"
      ID NUMBER(10) PK ~48210
      CODE VARCHAR2(12) ~48210 # Code client, comme sur les factures
      NOM VARCHAR2(80 CHAR) ~50 # Raison sociale
      VILLE VARCHAR2(40 CHAR) ~75
      PAYS CHAR(2) ~100
      CA_ANNUEL NUMBER(14,2) ~125 # Chiffre d'affaires annuel, en euros
      AGENCE_ID NUMBER(6) ~150
      CREE_LE DATE ~175
      VU_LE TIMESTAMP(6) WITH TIME ZONE ~200
      unique CODE
      AGENCE_ID -> AGENCES(ID)
    "#);
    insta::assert_snapshot!(shown("CRM", "COMMANDE_LIGNES"), @r#"
    CRM.COMMANDE_LIGNES Table, rows Some(843100), ""
      COMMANDE_ID NUMBER(12) PK ~843100
      LIGNE NUMBER(4) PK ~25
      PRODUIT_ID NUMBER(8) ~50
      QUANTITE INTEGER ~75
      COMMANDE_ID -> COMMANDES(ID)
      PRODUIT_ID -> PRODUITS(ID)
    "#);
    insta::assert_snapshot!(shown("CRM", "PRODUITS"), @r#"
    CRM.PRODUITS Table, rows Some(5120), ""
      ID NUMBER(8) PK ~5120
      NOM NVARCHAR2(80) ~25
      PRIX NUMBER ~50
      POIDS FLOAT(63) ~75
      FICHE JSON ~100
    "#);
    insta::assert_snapshot!(shown("COMPTA", "FACTURES"), @r#"
    COMPTA.FACTURES Table, rows Some(310450), "Factures emises"
      ID NUMBER(12) PK ~310450
      NUMERO VARCHAR2(20) ~310450
      CLIENT_ID NUMBER(10) ~50
      EMISE_LE DATE ~75
      ECHEANCE DATE ~100
      MONTANT_TTC NUMBER(14,2) ~125 # Toutes taxes comprises
      STATUT VARCHAR2(10) ~150
      unique NUMERO
      CLIENT_ID -> CRM.CLIENTS(ID)
    "#);
    insta::assert_snapshot!(shown("COMPTA", "V_FACTURES_OUVERTES"), @r#"
    COMPTA.V_FACTURES_OUVERTES View, rows None, "Factures a payer"
      ID NUMBER(12)
      CLIENT_ID NUMBER(10)
      RESTE_DU NUMBER
    "#);
}

#[test]
fn synonyms_lead_to_relations_of_this_database_and_hide_as_oracle_hides() {
    let synonym = |schema: &str, name: &str, of_schema: &str, of: &str| {
        let [schema, name, of_schema, of] = [schema, name, of_schema, of].map(str::to_owned);
        Synonym { schema, name, of_schema, of }
    };
    assert_eq!(
        catalog().synonyms,
        [
            synonym("CRM", "FACTURES", "COMPTA", "FACTURES"),
            synonym("PUBLIC", "CLIENT", "CRM", "CLIENTS"),
            synonym("PUBLIC", "FACTURE", "CRM", "FACTURES"),
            synonym("PUBLIC", "OUVERTES", "COMPTA", "V_FACTURES_OUVERTES"),
        ],
        "not the public STOCK_PARIS: to a session in CRM that name is one through a link"
    );
}

#[test]
fn rows_of_another_form_are_told() {
    let error = Dictionary::read(|view| {
        let mut rows = stored(view);
        if view == View::Columns {
            rows[7].pop();
        }
        Ok(rows)
    });
    let expected = "all_tab_columns has rows of another form than is known".to_owned();
    assert_eq!(error.err(), Some(TargetError::Failed(expected)));
}

fn scripted(mut script: Script) -> (OracleTarget, Arc<super::fake::Log>) {
    for view in View::ALL {
        script = script.on(view.name(), Act::Table(Vec::new(), stored(view)));
    }
    let log = Arc::clone(&script.log);
    (OracleTarget::over(Arc::new(script), OracleConfig { schema: Some("crm".to_owned()), ..config() }), log)
}

#[tokio::test]
async fn each_view_is_asked_once_of_one_moment() {
    let (target, log) = scripted(Script::default());
    assert_eq!(target.catalog().await.unwrap(), catalog());
    let queries: Vec<String> = log.told().into_iter().filter(|line| line.contains(" query ")).collect();
    assert_eq!(queries.len(), 1 + View::ALL.len(), "and whether Oracle's own accounts are marked");
    assert!(queries[1..].iter().all(|query| query.contains("oracle_maintained = 'N'")), "{queries:?}");
    assert_eq!((log.count("READ ONLY"), log.count("rollback"), log.count("open")), (1, 1, 1));
}

#[tokio::test]
async fn an_older_database_has_a_list_instead() {
    let (target, log) = scripted(Script::default().on("SELECT oracle_maintained", Act::Fails(Code::Ora(904))));
    target.catalog().await.unwrap();
    assert_eq!(log.count("NOT IN ('PUBLIC', 'ANONYMOUS'"), View::ALL.len());
}
