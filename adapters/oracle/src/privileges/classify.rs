//! Rights of the dictionary as excesses.

use pstral_core::ports::{Excess, ExcessKind, Privileges};

use super::lists::{
    ADMIN_PRIVILEGES, ADMIN_ROLES, EXTERNAL_PRIVILEGES, HARMLESS_PRIVILEGES, NETWORK_AND_FILE_PACKAGES,
    READ_ANY_PRIVILEGES, SUPERUSER_PRIVILEGES,
};

/// The dictionary's rows on an account, its roles and PUBLIC.
#[derive(Debug, Default)]
pub(crate) struct AccountGrants {
    /// Its name.
    pub(crate) account: String,
    /// True if it logged in as SYSDBA.
    pub(crate) sysdba: bool,
    /// Its system privileges, also through roles.
    pub(crate) system: Vec<String>,
    /// Its roles, switched on or not, and those within them.
    pub(crate) roles: Vec<String>,
    /// Some of its own objects, as `TYPE NAME`.
    pub(crate) owned: Vec<String>,
    /// The database links it may use.
    pub(crate) links: Vec<String>,
    /// The network access that ACLs grant it, as `privilege host`.
    pub(crate) hosts: Vec<String>,
    /// Sequences it may use, `OWNER.NAME`.
    pub(crate) sequences: Vec<String>,
    /// Directories of the server's files.
    pub(crate) directories: Vec<String>,
    /// Rights on objects.
    pub(crate) grants: Vec<Grant>,
}

/// A right on an object.
#[derive(Debug)]
pub(crate) struct Grant {
    /// The grantee: the account, a role or `PUBLIC`.
    pub(crate) grantee: String,
    /// The object's schema.
    pub(crate) schema: String,
    /// The object.
    pub(crate) name: String,
    /// The granted privilege.
    pub(crate) privilege: String,
}

/// Returns all privileges beyond reading, the worst first and without duplicates.
pub(crate) fn classify(facts: &AccountGrants) -> Privileges {
    let mut excesses = Vec::new();
    let mut add = |kind, what: String| excesses.push(Excess { kind, what });
    if facts.sysdba {
        add(ExcessKind::Superuser, "SYSDBA".to_owned());
    }
    for role in facts.roles.iter().filter(|role| ADMIN_ROLES.contains(&role.as_str())) {
        add(ExcessKind::Superuser, format!("role {role}"));
    }
    for privilege in &facts.system {
        if let Some(kind) = of_system(privilege) {
            add(kind, privilege.clone());
        }
    }
    if !facts.owned.is_empty() {
        add(ExcessKind::Owner, facts.owned.join(", "));
    }
    for link in &facts.links {
        add(ExcessKind::Outside, format!("database link {link}"));
    }
    for host in &facts.hosts {
        add(ExcessKind::Outside, format!("network access {host}"));
    }
    for grant in &facts.grants {
        if let Some(kind) = of_grant(grant, facts) {
            let through =
                if grant.grantee == facts.account { String::new() } else { format!(" through {}", grant.grantee) };
            add(kind, format!("{} on {}.{}{through}", grant.privilege, grant.schema, grant.name));
        }
    }
    excesses.sort();
    excesses.dedup();
    Privileges { account: facts.account.clone(), excesses }
}

/// Classifies a system privilege. An unknown one counts as writing, as nearly all of them do more than read.
fn of_system(privilege: &str) -> Option<ExcessKind> {
    let is = |list: &[&str]| list.contains(&privilege);
    let begins = |words: &[&str]| words.iter().any(|word| privilege.starts_with(word));
    if is(HARMLESS_PRIVILEGES) {
        None
    } else if is(SUPERUSER_PRIVILEGES) || begins(&["GRANT ANY"]) {
        Some(ExcessKind::Superuser)
    } else if is(EXTERNAL_PRIVILEGES) {
        Some(ExcessKind::Outside)
    } else if is(ADMIN_PRIVILEGES) || begins(&["ADMINISTER", "EXEMPT", "FLASHBACK ANY", "LOGMINING", "MANAGE "]) {
        Some(ExcessKind::Administer)
    } else if is(READ_ANY_PRIVILEGES) {
        Some(ExcessKind::ReadAll)
    } else if privilege == "LOCK ANY TABLE" {
        Some(ExcessKind::Lock)
    } else if begins(&["EXECUTE", "USE ANY"]) {
        Some(ExcessKind::Execute)
    } else {
        Some(ExcessKind::Write)
    }
}

/// Classifies an object privilege. SELECT permits locking too (`SELECT … FOR UPDATE`, `LOCK TABLE`), and drawing
/// numbers from a sequence; READ does not.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/dbseg/configuring-privilege-and-role-authorization.html>
fn of_grant(grant: &Grant, facts: &AccountGrants) -> Option<ExcessKind> {
    let sequence = || facts.sequences.contains(&format!("{}.{}", grant.schema, grant.name));
    let directory = || grant.schema == "SYS" && facts.directories.contains(&grant.name);
    match grant.privilege.as_str() {
        // Files of the server, and programs that read them before the database does. WRITE is a right on nothing else.
        "READ" | "EXECUTE" if directory() => Some(ExcessKind::Outside),
        "WRITE" => Some(ExcessKind::Outside),
        "EXECUTE" if NETWORK_AND_FILE_PACKAGES.contains(&grant.name.as_str()) => Some(ExcessKind::Outside),
        "EXECUTE" => Some(ExcessKind::Execute),
        // Of a view of the dictionary: it shows what goes on, and no more.
        "READ" | "SELECT" if grant.schema == "SYS" && is_of_the_dictionary(&grant.name) => None,
        "READ" | "USE" | "INHERIT PRIVILEGES" | "ON COMMIT REFRESH" | "QUERY REWRITE" => None,
        "SELECT" if sequence() => Some(ExcessKind::Write),
        "SELECT" if grant.schema == "SYS" => None,
        "SELECT" => Some(ExcessKind::Lock),
        "FLASHBACK" | "MERGE VIEW" | "DEBUG" | "INHERIT REMOTE PRIVILEGES" | "TRANSLATE SQL" => {
            Some(ExcessKind::Administer)
        }
        _ => Some(ExcessKind::Write),
    }
}

fn is_of_the_dictionary(name: &str) -> bool {
    name.contains('$') || ["ALL_", "CDB_", "DBA_", "USER_"].iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(grantee: &str, schema: &str, name: &str, privilege: &str) -> Grant {
        let [grantee, schema, name, privilege] = [grantee, schema, name, privilege].map(str::to_owned);
        Grant { grantee, schema, name, privilege }
    }

    fn told(facts: &AccountGrants) -> Vec<String> {
        classify(facts).excesses.iter().map(|excess| format!("{:?}: {}", excess.kind, excess.what)).collect()
    }

    fn least() -> AccountGrants {
        AccountGrants {
            account: "PSTRAL".to_owned(),
            system: vec!["CREATE SESSION".to_owned()],
            grants: vec![
                grant("PSTRAL", "CRM", "CLIENTS", "READ"),
                grant("CRM_READERS", "CRM", "SALES", "READ"),
                grant("PSTRAL", "SYS", "V_$SESSION", "READ"),
                grant("PUBLIC", "SYS", "DUAL", "SELECT"),
            ],
            ..AccountGrants::default()
        }
    }

    #[test]
    fn an_account_that_can_only_read_has_no_excess() {
        assert_eq!(told(&least()), [""; 0]);
        assert!(!classify(&least()).is_privileged());
    }

    #[test]
    fn each_right_is_an_excess_of_its_kind() {
        for (privilege, expected) in [
            ("ALTER SYSTEM", "Superuser"),
            ("GRANT ANY ROLE", "Superuser"),
            ("GRANT ANY OBJECT PRIVILEGE", "Superuser"),
            ("SELECT ANY TABLE", "ReadAll"),
            ("READ ANY TABLE", "ReadAll"),
            ("SELECT ANY DICTIONARY", "ReadAll"),
            ("EXEMPT ACCESS POLICY", "Administer"),
            ("BECOME USER", "Administer"),
            ("ADMINISTER DATABASE TRIGGER", "Administer"),
            ("CREATE TABLE", "Write"),
            ("CREATE PROCEDURE", "Write"),
            ("UNLIMITED TABLESPACE", "Write"),
            ("INSERT ANY TABLE", "Write"),
            ("SELECT ANY SEQUENCE", "Write"),
            ("SOMETHING OF A LATER VERSION", "Write"),
            ("LOCK ANY TABLE", "Lock"),
            ("EXECUTE ANY PROCEDURE", "Execute"),
            ("CREATE DATABASE LINK", "Outside"),
            ("CREATE ANY DIRECTORY", "Outside"),
        ] {
            let facts = AccountGrants { system: vec![privilege.to_owned()], ..least() };
            assert_eq!(told(&facts), [format!("{expected}: {privilege}")]);
        }
        for (grantee, schema, name, privilege, expected) in [
            ("PSTRAL", "CRM", "CLIENTS", "SELECT", "Lock: SELECT on CRM.CLIENTS"),
            ("STAFF", "CRM", "CLIENTS", "SELECT", "Lock: SELECT on CRM.CLIENTS through STAFF"),
            ("PUBLIC", "CRM", "CLIENTS", "UPDATE", "Write: UPDATE on CRM.CLIENTS through PUBLIC"),
            ("PSTRAL", "CRM", "CLIENTS", "REFERENCES", "Write: REFERENCES on CRM.CLIENTS"),
            ("PSTRAL", "CRM", "NUMBERS", "SELECT", "Write: SELECT on CRM.NUMBERS"),
            ("PSTRAL", "CRM", "BILLING", "EXECUTE", "Execute: EXECUTE on CRM.BILLING"),
            ("PUBLIC", "SYS", "UTL_HTTP", "EXECUTE", "Outside: EXECUTE on SYS.UTL_HTTP through PUBLIC"),
            ("PSTRAL", "SYS", "EXPORTS", "READ", "Outside: READ on SYS.EXPORTS"),
            ("PUBLIC", "SYS", "EXPORTS", "READ", "Outside: READ on SYS.EXPORTS through PUBLIC"),
            ("STAFF", "SYS", "EXPORTS", "WRITE", "Outside: WRITE on SYS.EXPORTS through STAFF"),
            ("STAFF", "SYS", "DBA_FILES", "READ", "Outside: READ on SYS.DBA_FILES through STAFF"),
            ("PSTRAL", "SYS", "EXPORTS", "EXECUTE", "Outside: EXECUTE on SYS.EXPORTS"),
            ("PSTRAL", "CRM", "CLIENTS", "FLASHBACK", "Administer: FLASHBACK on CRM.CLIENTS"),
        ] {
            let grants = vec![grant(grantee, schema, name, privilege)];
            let sequences = vec!["CRM.NUMBERS".to_owned()];
            let directories = ["EXPORTS", "DBA_FILES"].map(str::to_owned).to_vec();
            let facts = AccountGrants { sequences, directories, grants, ..least() };
            assert_eq!(told(&facts), [expected]);
        }
    }

    #[test]
    fn the_worst_comes_first_and_owners_are_privileged() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let facts = AccountGrants {
            roles: names(&["CONNECT", "DBA"]),
            owned: names(&["PACKAGE BILLING", "VIEW SALES"]),
            links: names(&["PUBLIC.PARIS"]),
            hosts: names(&["connect *"]),
            system: names(&["CREATE SESSION", "CREATE TABLE", "CREATE TABLE"]),
            ..least()
        };
        assert_eq!(
            told(&facts),
            [
                "Superuser: role DBA",
                "Owner: PACKAGE BILLING, VIEW SALES",
                "Write: CREATE TABLE",
                "Outside: database link PUBLIC.PARIS",
                "Outside: network access connect *",
            ]
        );
        assert!(classify(&facts).is_privileged());
        assert!(classify(&AccountGrants { sysdba: true, ..least() }).is_privileged());
    }
}
