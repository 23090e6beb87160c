//! The dictionary of a company with two owners, 300 tables, views and synonyms: made here, in the form Oracle documents
//! for each view, not recorded, since there was no Oracle to record from.

use std::collections::BTreeMap;

use pstral_core::domain::{Row, Value};

use crate::catalog::View;

/// Rows by view, in the order of its query.
pub(crate) type Rows = BTreeMap<View, Vec<Row>>;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn maybe(given: &str) -> Value {
    if given.is_empty() { Value::Null } else { text(given) }
}

/// Each table: owner, name, rows, columns, and what its owner says. A column is `NAME type`, then `PK`, `UK` or
/// `-> [OWNER.]TABLE`, then a comment after `#`.
const CORE: &[(&str, &str, i64, &[&str], &str)] = &[
    (
        "CRM",
        "CLIENTS",
        48_210,
        &[
            "ID NUMBER(10) PK",
            "CODE VARCHAR2(12) UK # Code client, comme sur les factures",
            "NOM VARCHAR2(80 CHAR) # Raison sociale",
            "VILLE VARCHAR2(40 CHAR)",
            "PAYS CHAR(2)",
            "CA_ANNUEL NUMBER(14,2) # Chiffre d'affaires annuel, en euros",
            "AGENCE_ID NUMBER(6) -> AGENCES",
            "CREE_LE DATE",
            "VU_LE TIMESTAMP(6) WITH TIME ZONE",
        ],
        "Clients et prospects",
    ),
    (
        "CRM",
        "CONTACTS",
        91_004,
        &[
            "ID NUMBER(10) PK",
            "CLIENT_ID NUMBER(10) -> CLIENTS",
            "NOM VARCHAR2(80 CHAR)",
            "COURRIEL VARCHAR2(120) # Personnel",
        ],
        "",
    ),
    ("CRM", "AGENCES", 42, &["ID NUMBER(6) PK", "NOM VARCHAR2(40 CHAR) UK", "REGION VARCHAR2(40 CHAR)"], "Agences"),
    (
        "CRM",
        "EMPLOYES",
        1_830,
        &[
            "ID NUMBER(6) PK",
            "NOM VARCHAR2(80 CHAR)",
            "CHEF_ID NUMBER(6) -> EMPLOYES",
            "AGENCE_ID NUMBER(6) -> AGENCES",
            "SALAIRE NUMBER(9,2)",
        ],
        "",
    ),
    (
        "CRM",
        "CONTRATS",
        60_331,
        &[
            "ID NUMBER(10) PK",
            "CLIENT_ID NUMBER(10) -> CLIENTS",
            "DEBUT DATE",
            "FIN DATE # Vide: sans terme",
            "MONTANT NUMBER(12,2)",
            "STATUT VARCHAR2(1) # A actif, R resilie",
        ],
        "Contrats de service",
    ),
    (
        "CRM",
        "PRODUITS",
        5_120,
        &["ID NUMBER(8) PK", "NOM NVARCHAR2(80)", "PRIX NUMBER", "POIDS FLOAT(63)", "FICHE JSON"],
        "",
    ),
    (
        "CRM",
        "COMMANDES",
        210_777,
        &["ID NUMBER(12) PK", "CLIENT_ID NUMBER(10) -> CLIENTS", "PASSEE_LE TIMESTAMP(6)", "TOTAL NUMBER(12,2)"],
        "",
    ),
    (
        "CRM",
        "COMMANDE_LIGNES",
        843_100,
        &[
            "COMMANDE_ID NUMBER(12) PK -> COMMANDES",
            "LIGNE NUMBER(4) PK",
            "PRODUIT_ID NUMBER(8) -> PRODUITS",
            "QUANTITE INTEGER",
        ],
        "",
    ),
    (
        "CRM",
        "NOTES",
        12_000,
        &["ID NUMBER(10) PK", "CLIENT_ID NUMBER(10) -> CLIENTS", "CORPS CLOB", "PIECE BLOB", "CLE RAW(16)"],
        "",
    ),
    (
        "CRM",
        "TACHES",
        7_700,
        &["ID NUMBER(10) PK", "DUREE INTERVAL DAY(2) TO SECOND(6)", "EMPLOYE_ID NUMBER(6) -> EMPLOYES"],
        "",
    ),
    (
        "COMPTA",
        "FACTURES",
        310_450,
        &[
            "ID NUMBER(12) PK",
            "NUMERO VARCHAR2(20) UK",
            "CLIENT_ID NUMBER(10) -> CRM.CLIENTS",
            "EMISE_LE DATE",
            "ECHEANCE DATE",
            "MONTANT_TTC NUMBER(14,2) # Toutes taxes comprises",
            "STATUT VARCHAR2(10)",
        ],
        "Factures emises",
    ),
    (
        "COMPTA",
        "FACTURE_LIGNES",
        900_120,
        &["FACTURE_ID NUMBER(12) PK -> FACTURES", "LIGNE NUMBER(4) PK", "MONTANT NUMBER(14,2)"],
        "",
    ),
    (
        "COMPTA",
        "PAIEMENTS",
        280_009,
        &["ID NUMBER(12) PK", "FACTURE_ID NUMBER(12) -> FACTURES", "PAYE_LE DATE", "MONTANT NUMBER(14,2)"],
        "",
    ),
    ("COMPTA", "COMPTES", 640, &["NUMERO VARCHAR2(8) PK", "LIBELLE VARCHAR2(80 CHAR)"], "Plan comptable"),
    (
        "COMPTA",
        "ECRITURES",
        2_400_870,
        &["ID NUMBER(14) PK", "COMPTE VARCHAR2(8) -> COMPTES", "DEBIT NUMBER(14,2)", "CREDIT NUMBER(14,2)"],
        "",
    ),
];

/// Beside the core, each part of the business has the same kinds of tables.
const PARTS: &[&str] = &[
    "ACHATS",
    "APPELS",
    "CAMPAGNES",
    "CARTES",
    "DEVIS",
    "DOCUMENTS",
    "EMBALLAGES",
    "ENTREPOTS",
    "FIDELITE",
    "FORMATIONS",
    "GARANTIES",
    "INCIDENTS",
    "LIVRAISONS",
    "PLANNINGS",
    "QUALITE",
    "REMISES",
    "RETOURS",
    "SITES",
    "STOCKS",
    "VISITES",
];
const KINDS: &[&str] =
    &["ENTETE", "LIGNE", "STATUT", "TYPE", "HISTORIQUE", "PARAMETRE", "MOTIF", "LIEN", "SUIVI", "TARIF"];
const ACCOUNTS: &[&str] = &[
    "ACOMPTES",
    "AMORTISSEMENTS",
    "AVOIRS",
    "BANQUES",
    "BUDGETS",
    "CAISSES",
    "CLOTURES",
    "DEVISES",
    "EMPRUNTS",
    "FRAIS",
    "JOURNAUX",
    "LETTRAGES",
    "PROVISIONS",
    "RELANCES",
    "TAXES",
    "TIERS",
    "VIREMENTS",
];

const VIEWS: &[(&str, &str, &[&str], &str)] = &[
    (
        "CRM",
        "V_CLIENTS_ACTIFS",
        &["ID NUMBER(10)", "NOM VARCHAR2(80 CHAR)", "CONTRATS NUMBER"],
        "Clients qui ont un contrat",
    ),
    ("CRM", "V_CA_MENSUEL", &["MOIS DATE", "CA NUMBER"], ""),
    ("CRM", "V_STOCK_LYON", &["PRODUIT_ID NUMBER(8)", "QUANTITE NUMBER"], "Par le lien LYON"),
    ("CRM", "V_STOCK_TOTAL", &["PRODUIT_ID NUMBER(8)", "QUANTITE NUMBER"], "Sur V_STOCK_LYON"),
    ("CRM", "V_BUDGET", &["ANNEE NUMBER(4)"], "Par le synonyme BUDGET_PARIS"),
    ("COMPTA", "V_STOCK_VALEUR", &["VALEUR NUMBER"], "Sur V_STOCK_TOTAL, par un synonyme"),
    (
        "COMPTA",
        "V_FACTURES_OUVERTES",
        &["ID NUMBER(12)", "CLIENT_ID NUMBER(10)", "RESTE_DU NUMBER"],
        "Factures a payer",
    ),
];

/// The whole dictionary, the same each time.
pub(crate) fn made() -> Rows {
    let mut rows: Rows = View::ALL.iter().map(|view| (*view, Vec::new())).collect();
    for (owner, name, count, columns, comment) in CORE {
        table(&mut rows, owner, name, *count, columns, comment);
    }
    for (owner, parts, kinds) in [("CRM", PARTS, KINDS), ("COMPTA", ACCOUNTS, &KINDS[..5])] {
        for (at, (part, kind)) in parts.iter().flat_map(|part| kinds.iter().map(move |kind| (part, kind))).enumerate() {
            let parent =
                if *kind == "ENTETE" { String::new() } else { format!("ENTETE_ID NUMBER(10) -> {part}_ENTETE") };
            let mut columns =
                vec!["ID NUMBER(10) PK", "LIBELLE VARCHAR2(80 CHAR)", "MONTANT NUMBER(12,2)", "CREE_LE DATE"];
            columns.extend([parent.as_str()].into_iter().filter(|column| !column.is_empty()));
            let count = i64::try_from(at * 37 % 5_000).unwrap();
            table(&mut rows, owner, &format!("{part}_{kind}"), count, &columns, "");
        }
    }
    for (owner, name, columns, comment) in VIEWS {
        add(&mut rows, View::Views, vec![text(owner), text(name)]);
        describe(&mut rows, owner, name, columns, comment);
    }
    others(&mut rows);
    for rows in rows.values_mut() {
        rows.sort_by_key(|row| format!("{row:?}"));
    }
    rows
}

fn add(rows: &mut Rows, view: View, row: Row) {
    rows.get_mut(&view).unwrap().push(row);
}

/// Adds objects that are not for questions, and synonyms.
fn others(rows: &mut Rows) {
    table(rows, "CRM", "BIN$fq2XyZ1ROGPgUwEAAH8BaQ==$0", 3, &["ID NUMBER(10) PK"], "");
    table(rows, "CRM", "MLOG$_CLIENTS", 3, &["ID NUMBER(10)"], "");
    table(rows, "CRM", "IMPORT_TARIFS", 0, &["LIGNE VARCHAR2(400)"], "Lit un fichier du serveur");
    add(rows, View::ExternalTables, vec![text("CRM"), text("IMPORT_TARIFS")]);
    for (owner, name, of_owner, of, link) in [
        ("CRM", "V_STOCK_LYON", "", "STOCK", "LYON"),
        ("CRM", "V_STOCK_TOTAL", "CRM", "V_STOCK_LYON", ""),
        ("CRM", "V_BUDGET", "CRM", "BUDGET_PARIS", ""),
        ("COMPTA", "V_STOCK_VALEUR", "PUBLIC", "STOCK_TOTAL", ""),
        ("CRM", "V_CA_MENSUEL", "CRM", "V_CLIENTS_ACTIFS", ""),
        ("CRM", "V_CLIENTS_ACTIFS", "CRM", "V_CA_MENSUEL", ""),
    ] {
        let row = vec![text(owner), text(name), maybe(of_owner), text(of), maybe(link)];
        add(rows, View::Dependencies, row);
    }
    for (owner, name, of_owner, of, link) in [
        ("PUBLIC", "CLIENT", "CRM", "CLIENTS", ""),
        ("CRM", "FACTURES", "COMPTA", "FACTURES", ""),
        ("PUBLIC", "FACTURE", "CRM", "FACTURES", ""),
        ("PUBLIC", "OUVERTES", "COMPTA", "V_FACTURES_OUVERTES", ""),
        ("CRM", "STOCK_PARIS", "STOCK", "ARTICLES", "PARIS"),
        ("PUBLIC", "STOCK_PARIS", "CRM", "STOCKS_ENTETE", ""),
        ("PUBLIC", "STOCK_TOTAL", "CRM", "V_STOCK_TOTAL", ""),
        ("CRM", "BUDGET_PARIS", "", "BUDGET", "PARIS"),
        ("PUBLIC", "FACTURATION", "COMPTA", "BILLING", ""),
        ("PUBLIC", "BOUCLE_A", "CRM", "BOUCLE_B", ""),
        ("CRM", "BOUCLE_B", "CRM", "BOUCLE_C", ""),
        ("CRM", "BOUCLE_C", "CRM", "BOUCLE_B", ""),
        ("PUBLIC", "TARIFS", "CRM", "IMPORT_TARIFS", ""),
    ] {
        add(rows, View::Synonyms, vec![text(owner), text(name), maybe(of_owner), text(of), maybe(link)]);
    }
    for (view, owner, name) in [
        (View::Procedures, "COMPTA", "BILLING"),
        (View::Procedures, "COMPTA", "BILLING"),
        (View::Procedures, "CRM", "NEXT_NUMBER"),
        (View::Sequences, "CRM", "CLIENTS_SEQ"),
        (View::Sequences, "CRM", "ISEQ$$_73210"),
        (View::Types, "CRM", "ADDRESS_T"),
    ] {
        add(rows, view, vec![text(owner), text(name)]);
    }
}

fn table(rows: &mut Rows, owner: &str, name: &str, count: i64, columns: &[&str], comment: &str) {
    add(rows, View::Tables, vec![text(owner), text(name), Value::Integer(count)]);
    describe(rows, owner, name, columns, comment);
    let with = |mark: &str| -> Vec<&str> {
        columns.iter().filter(|column| column.split(" # ").next().unwrap().contains(mark)).copied().collect()
    };
    let first = |column: &str| column.split(' ').next().unwrap().to_owned();
    key(rows, owner, name, "P", &with(" PK").iter().map(|column| first(column)).collect::<Vec<_>>(), None);
    for column in with(" UK") {
        key(rows, owner, name, "U", &[first(column)], None);
    }
    for column in with(" -> ") {
        let other = column.split(" -> ").nth(1).unwrap().split(' ').next().unwrap();
        let (other_owner, other) = other.split_once('.').unwrap_or((owner, other));
        key(rows, owner, name, "R", &[first(column)], Some((other_owner, other)));
    }
    for (at, column) in columns.iter().enumerate() {
        let unique = at == 0 || column.contains(" UK");
        let distinct = Value::Integer(if unique { count } else { count.min(i64::try_from(at).unwrap() * 25) });
        add(rows, View::Statistics, vec![text(owner), text(name), text(&first(column)), distinct]);
    }
}

fn key(rows: &mut Rows, owner: &str, table: &str, kind: &str, columns: &[String], other: Option<(&str, &str)>) {
    let Some(first) = columns.first() else { return };
    let name = if kind == "P" { format!("{table}_PK") } else { format!("{table}_{first}_{kind}K") };
    let (other_owner, other) =
        other.map_or((Value::Null, Value::Null), |(owner, table)| (text(owner), text(&format!("{table}_PK"))));
    let row = vec![text(owner), text(&name), text(kind), text(table), other_owner, other, text("ENABLED")];
    add(rows, View::Constraints, row);
    for (at, column) in columns.iter().enumerate() {
        let position = Value::Integer(i64::try_from(at).unwrap() + 1);
        add(rows, View::ConstraintColumns, vec![text(owner), text(&name), position, text(column)]);
    }
}

fn describe(rows: &mut Rows, owner: &str, name: &str, columns: &[&str], comment: &str) {
    if !comment.is_empty() {
        add(rows, View::TableComments, vec![text(owner), text(name), text(comment)]);
    }
    for (at, column) in columns.iter().enumerate() {
        let (column, comment) = column.split_once(" # ").unwrap_or((column, ""));
        let (column, kind) = column.split_once(' ').unwrap();
        let kind = [" PK", " UK", " -> "].iter().fold(kind, |kind, mark| kind.split(mark).next().unwrap());
        if !comment.is_empty() {
            add(rows, View::ColumnComments, vec![text(owner), text(name), text(column), text(comment)]);
        }
        let position = Value::Integer(i64::try_from(at).unwrap() + 1);
        let mut row = vec![text(owner), text(name), position, text(column)];
        row.extend(stored(kind));
        add(rows, View::Columns, row);
    }
}

/// Type, its owner, length, precision, scale, characters and what they are counted in, as `ALL_TAB_COLUMNS` has them.
fn stored(declared: &str) -> [Value; 7] {
    let number = Value::Integer;
    let (name, sizes) = match declared.split_once('(') {
        Some((name, sizes))
            if !declared.contains(" TIME ZONE") && !declared.contains("INTERVAL") && name != "TIMESTAMP" =>
        {
            (name, sizes.trim_end_matches(')'))
        }
        _ => (declared, ""),
    };
    let size = |part: usize| {
        sizes.split([',', ' ']).nth(part).and_then(|size| size.parse().ok()).map_or(Value::Null, Value::Integer)
    };
    let first = sizes.split([',', ' ']).next().and_then(|size| size.parse::<i64>().ok()).unwrap_or(0);
    let none = || Value::Null;
    match name {
        "NUMBER" if sizes.is_empty() => [text(name), none(), number(22), none(), none(), number(0), none()],
        "NUMBER" => {
            let scale = if sizes.contains(',') { size(1) } else { number(0) };
            [text(name), none(), number(22), size(0), scale, number(0), none()]
        }
        "INTEGER" => [text("NUMBER"), none(), number(22), none(), number(0), number(0), none()],
        "FLOAT" => [text(name), none(), number(22), size(0), none(), number(0), none()],
        "VARCHAR2" | "CHAR" if sizes.ends_with("CHAR") => {
            [text(name), none(), number(4 * first), none(), none(), number(first), text("C")]
        }
        "VARCHAR2" | "CHAR" => [text(name), none(), number(first), none(), none(), number(first), text("B")],
        "NVARCHAR2" => [text(name), none(), number(2 * first), none(), none(), number(first), text("C")],
        "RAW" => [text(name), none(), number(first), none(), none(), number(0), none()],
        "DATE" => [text(name), none(), number(7), none(), none(), number(0), none()],
        _ => [text(name), none(), number(4000), none(), none(), number(0), none()],
    }
}
