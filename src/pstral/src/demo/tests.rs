//! The sample company is whole, the same each time, and has rows for what people ask.

use jiff::civil::date;

use super::*;

const DAYS: [Date; 3] = [date(2026, 11, 21), date(2027, 1, 1), date(2028, 2, 29)];

fn made(today: Date) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/crm.db");
    generate(&path, today).unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 1, "something is left beside it");
    (folder, Connection::open(path).unwrap())
}

fn number(connection: &Connection, query: &str) -> i64 {
    connection.query_row(query, [], |row| row.get(0)).unwrap_or_else(|fault| panic!("{query}: {fault}"))
}

#[test]
fn the_sizes_are_those_of_a_small_company() {
    for today in DAYS {
        let (_folder, crm) = made(today);
        for (table, least, most) in [
            ("users", 14, 14),
            ("clients", 500, 500),
            ("contracts", 2_000, 2_000),
            ("payments", 7_500, 8_500),
            ("documents", 2_000, 4_000),
            ("client_notes", 1_500, 1_500),
            ("oauth_email_accounts", 13, 13),
        ] {
            let rows = number(&crm, &format!("SELECT count(*) FROM {table}"));
            assert!((least..=most).contains(&rows), "{table}: {rows} rows on {today}");
        }
    }
}

#[test]
fn rows_agree_with_each_other() {
    let contradictions = [
        "SELECT count(*) FROM pragma_foreign_key_check",
        "SELECT count(*) FROM payments p JOIN contracts k ON k.id = p.contract_id WHERE p.client_id <> k.client_id",
        "SELECT count(*) FROM payments p JOIN contracts k ON k.id = p.contract_id WHERE k.status = 'draft'",
        "SELECT count(*) FROM contracts k JOIN clients c ON c.id = k.client_id WHERE k.signed_at < c.created_at",
        "SELECT count(*) FROM contracts k JOIN clients c ON c.id = k.client_id
         WHERE k.status = 'active' AND c.status <> 'active'",
        "SELECT count(*) FROM (SELECT k.amount FROM contracts k JOIN payments p ON p.contract_id = k.id
         WHERE k.status IN ('active', 'completed') AND p.status <> 'failed'
         GROUP BY k.id HAVING abs(sum(p.amount) - k.amount) > 0.001)",
        "SELECT count(*) FROM contracts WHERE start_date < signed_at OR end_date < start_date",
        "SELECT count(*) FROM clients c WHERE c.kyc_completed <> (SELECT count(DISTINCT d.kind) = 3
         FROM documents d WHERE d.client_id = c.id AND d.kind <> 'contract')",
        "SELECT count(*) FROM contracts k JOIN users u ON u.id = k.commercial_id WHERE u.role <> 'sales'",
        "SELECT count(*) FROM clients WHERE length(postal_code) <> 5 OR phone NOT GLOB '0[1-5] [0-9][0-9] *'",
    ];
    for today in DAYS {
        let (_folder, crm) = made(today);
        for query in contradictions {
            assert_eq!(number(&crm, query), 0, "{query} on {today}");
        }
        for table in ["payments WHERE payment_date", "clients WHERE created_at", "documents WHERE uploaded_at"] {
            assert_eq!(number(&crm, &format!("SELECT count(*) FROM {table} > '{today}'")), 0, "{table} on {today}");
        }
    }
}

#[test]
fn every_status_and_the_present_have_rows() {
    for today in DAYS {
        let (_folder, crm) = made(today);
        for (table, statuses) in [
            ("clients", &["prospect", "active", "inactive"][..]),
            ("contracts", &["draft", "active", "completed", "cancelled"]),
            ("payments", &["paid", "pending", "late", "failed"]),
        ] {
            for status in statuses {
                let rows = number(&crm, &format!("SELECT count(*) FROM {table} WHERE status = '{status}'"));
                assert!(rows >= 20, "{rows} {table} are {status} on {today}");
            }
        }
        for (table, least) in [
            ("clients WHERE created_at", 3),
            ("contracts WHERE signed_at", 6),
            ("payments WHERE payment_date", 6),
            ("client_notes WHERE substr(created_at, 1, 10)", 5),
        ] {
            assert!(number(&crm, &format!("SELECT count(*) FROM {table} = '{today}'")) >= least, "{table} on {today}");
        }
    }
}

#[test]
fn big_cities_have_more_clients_and_few_clients_make_most_of_the_revenue() {
    let (_folder, crm) = made(DAYS[0]);
    let in_city = |city: &str| number(&crm, &format!("SELECT count(*) FROM clients WHERE city = '{city}'"));
    assert!(in_city("Paris") > 2 * in_city("Nantes"));
    assert!(in_city("Saint-Étienne") > 0);
    let share = number(
        &crm,
        "SELECT CAST(100 * sum(r) / (SELECT sum(amount) FROM payments WHERE status = 'paid') AS INTEGER) FROM (SELECT sum(amount) AS r
         FROM payments WHERE status = 'paid' GROUP BY client_id ORDER BY r DESC LIMIT 100) AS best",
    );
    assert!((50..95).contains(&share), "{share} %");
}

#[test]
fn the_same_day_gives_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one.db"), folder.path().join("other.db"));
    generate(&one, DAYS[0]).unwrap();
    generate(&other, DAYS[1]).unwrap();
    assert_ne!(std::fs::read(&one).unwrap(), std::fs::read(&other).unwrap());
    generate(&other, DAYS[0]).unwrap();
    assert!(std::fs::read(&one).unwrap() == std::fs::read(&other).unwrap(), "the same day gave two databases");
}

#[test]
fn the_day_it_was_made_for_is_known() {
    let (folder, crm) = made(DAYS[2]);
    drop(crm);
    assert_eq!(generated_for(&folder.path().join("new/crm.db")), Some(DAYS[2]));
    assert_eq!(generated_for(&folder.path().join("none.db")), None);
    std::fs::write(folder.path().join("text.db"), "not a database, but long enough to be read as one").unwrap();
    assert_eq!(generated_for(&folder.path().join("text.db")), None);
}

#[test]
fn a_failed_run_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    // A folder in its place cannot be replaced by a file.
    std::fs::create_dir(&path).unwrap();
    assert!(generate(&path, DAYS[0]).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the unfinished file is still there");
}

#[test]
fn the_ends_of_the_calendar_are_no_reason_to_panic() {
    let folder = tempfile::tempdir().unwrap();
    for today in [Date::MIN, Date::MAX] {
        // Whether it can be made does not matter; that this returns does.
        let _ = generate(&folder.path().join("crm.db"), today);
    }
}
