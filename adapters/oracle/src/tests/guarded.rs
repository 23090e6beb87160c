//! The guard over the catalog of the made dictionary: it reads names as Oracle does.

use pstral_core::guard::{Guard, Policy, Verdict};

use super::dictionary::catalog;

#[test]
fn questions_of_two_owners_through_synonyms_and_views_pass() {
    let guard = Guard::new(&catalog(), &Policy::default());
    for (sql, relations) in [
        ("SELECT nom FROM clients WHERE ville = 'Lyon'", &["CLIENTS"][..]),
        ("SELECT nom FROM client", &["CLIENTS"]),
        ("SELECT COUNT(*) FROM compta.factures WHERE emise_le >= DATE '2024-01-01'", &["COMPTA.FACTURES"]),
        ("SELECT SUM(montant_ttc) FROM factures", &["COMPTA.FACTURES"]),
        ("SELECT SUM(f.montant_ttc) FROM facture f", &["COMPTA.FACTURES"]),
        (
            "SELECT c.nom, SUM(f.montant_ttc) FROM clients c JOIN factures f ON f.client_id = c.id GROUP BY c.nom \
             ORDER BY 2 DESC FETCH FIRST 10 ROWS ONLY",
            &["CLIENTS", "COMPTA.FACTURES"],
        ),
        ("SELECT nom, contrats FROM v_clients_actifs", &["V_CLIENTS_ACTIFS"]),
        ("SELECT client_id, reste_du FROM ouvertes", &["COMPTA.V_FACTURES_OUVERTES"]),
        (
            "SELECT e.nom, m.libelle FROM incidents_entete m, employes e WHERE m.id = e.id",
            &["EMPLOYES", "INCIDENTS_ENTETE"],
        ),
    ] {
        match guard.check(sql) {
            Verdict::Allow(statement) => assert_eq!(statement.relations(), relations, "{sql}"),
            Verdict::Deny(refusal) => panic!("{sql}\n  refused: {refusal}"),
        }
    }
}

#[test]
fn what_runs_code_or_leads_elsewhere_is_refused() {
    let guard = Guard::new(&catalog(), &Policy::default());
    for sql in [
        "SELECT billing.next_invoice(1) FROM dual",
        "SELECT facturation.next_invoice(1) FROM dual",
        "SELECT compta.billing.total FROM dual",
        "SELECT next_number FROM clients",
        "SELECT next_number() FROM dual",
        "SELECT clients_seq.NEXTVAL FROM dual",
        "SELECT crm.clients_seq.CURRVAL FROM dual",
        "SELECT address_t('a', 'b') FROM dual",
        "SELECT id AS next_number FROM clients ORDER BY next_number",
        "SELECT * FROM stock_paris",
        "SELECT * FROM budget_paris",
        "SELECT * FROM crm.stock_paris",
        "SELECT * FROM clients@paris",
        "SELECT * FROM v_stock_lyon",
        "SELECT * FROM v_stock_total",
        "SELECT * FROM stock_total",
        "SELECT * FROM compta.v_stock_valeur",
        "SELECT * FROM import_tarifs",
        "SELECT * FROM tarifs",
        "SELECT * FROM boucle_a",
        "SELECT * FROM \"MLOG$_CLIENTS\"",
        "SELECT * FROM all_users",
    ] {
        assert!(matches!(guard.check(sql), Verdict::Deny(_)), "{sql}");
    }
}
