//! The privileges of the account beyond reading.

mod classify;
mod lists;

use pstral_core::domain::{Row, Value};
use pstral_core::ports::{Privileges, TargetError};
use pstral_reading::Brake;

pub(crate) use classify::{AccountGrants, Grant, classify};

use crate::calls::BoundedSession;
use crate::catalog::SystemSchemas;
use crate::pool::{Pool, Purpose};
use crate::statement::{begin_read_only, query_all};

/// The query for our account's name, and whether it is SYSDBA.
const SELF: &str = "SELECT SYS_CONTEXT('USERENV', 'SESSION_USER'), SYS_CONTEXT('USERENV', 'ISDBA') FROM sys.dual";

/// The views of roles show all that were granted, one within the other; those of the session only what is switched on,
/// and a session may switch on the rest.
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/ROLE_ROLE_PRIVS.html>
const ROLES: &str = "SELECT granted_role FROM user_role_privs UNION SELECT granted_role FROM role_role_privs \
     UNION SELECT role FROM role_role_privs UNION SELECT role FROM session_roles";

/// The query for all system privileges, with those of every granted role.
const SYSTEM: &str = "SELECT privilege FROM user_sys_privs UNION SELECT privilege FROM role_sys_privs \
     UNION SELECT privilege FROM session_privs";

/// The query for a few of the account's own objects. Excluded are parts of other objects, names that the database
/// generated, the recycle bin, temporary tables and synonyms, which hold no data, and links, which are reported
/// separately.
const OWNED: &str = "SELECT object_type || ' ' || object_name FROM user_objects \
     WHERE object_type NOT IN ('DATABASE LINK', 'INDEX', 'INDEX PARTITION', 'INDEX SUBPARTITION', 'LOB', \
     'LOB PARTITION', 'LOB SUBPARTITION', 'PACKAGE BODY', 'SYNONYM', 'TABLE PARTITION', 'TABLE SUBPARTITION', \
     'TYPE BODY') AND generated = 'N' AND secondary = 'N' AND temporary = 'N' AND object_name NOT LIKE 'BIN$%' \
     AND ROWNUM <= 20 ORDER BY 1";

/// Reads what the dictionary says of the account, its roles and everybody, and judges it.
pub(crate) fn read(pool: &Pool, brake: &Brake) -> Result<Privileges, TargetError> {
    let facts = pool.with(Purpose::Reading(None), brake, |bounded| {
        begin_read_only(bounded)?;
        facts(bounded)
    })?;
    Ok(classify(&facts))
}

fn facts(bounded: &mut BoundedSession<'_>) -> Result<AccountGrants, TargetError> {
    let own = query_all(bounded, SELF, &[])?;
    let own: Vec<String> = own.into_iter().flatten().map(text).collect();
    let account = own.first().cloned().unwrap_or_default();
    let sysdba = own.get(1).is_some_and(|answer| answer == "TRUE");
    let owners = SystemSchemas::of(bounded)?;
    let mut texts = |query: &str| optional(bounded, query).map(|rows| rows.into_iter().map(joined).collect::<Vec<_>>());
    let system = texts(SYSTEM)?;
    let roles = texts(ROLES)?;
    let owned = texts(OWNED)?;
    let links = texts("SELECT owner || '.' || db_link FROM all_db_links")?;
    let hosts = texts("SELECT privilege || ' ' || host FROM user_host_aces WHERE status = 'GRANTED'")?;
    let sequences = texts("SELECT sequence_owner || '.' || sequence_name FROM all_sequences")?;
    let directories = texts("SELECT directory_name FROM all_directories")?;
    let grants = optional(bounded, &grants(owners))?.into_iter().filter_map(grant).collect();
    Ok(AccountGrants { account, sysdba, system, roles, owned, links, hosts, sequences, directories, grants })
}

/// Grants to us, to roles we have and to everybody: all on people's objects, of Oracle's own those that reach outside.
/// A table's name is also that of a directory or a package.
fn grants(owners: SystemSchemas) -> String {
    let list = lists::NETWORK_AND_FILE_PACKAGES.join("', '");
    let ours = "grantee IN ('PUBLIC', SYS_CONTEXT('USERENV', 'SESSION_USER'))";
    format!(
        "SELECT grantee, owner, name, privilege FROM \
         (SELECT grantee, table_schema AS owner, table_name AS name, privilege FROM all_tab_privs WHERE {ours} \
         UNION SELECT grantee, table_schema, table_name, privilege FROM all_col_privs WHERE {ours} \
         UNION SELECT role, owner, table_name, privilege FROM role_tab_privs) \
         WHERE {} OR name IN ('{list}') OR grantee = SYS_CONTEXT('USERENV', 'SESSION_USER') \
         OR (owner = 'SYS' AND name IN (SELECT directory_name FROM all_directories)) ORDER BY 1, 2, 3, 4",
        owners.condition("owner")
    )
}

/// A view that this version does not have, or does not show us, says nothing.
fn optional(bounded: &mut BoundedSession<'_>, query: &str) -> Result<Vec<Row>, TargetError> {
    match query_all(bounded, query, &[]) {
        Err(TargetError::Rejected(reason)) => {
            tracing::debug!(reason, "a view of the data dictionary cannot be read");
            Ok(Vec::new())
        }
        other => other,
    }
}

fn text(value: Value) -> String {
    value.into_text().unwrap_or_default()
}

fn joined(row: Row) -> String {
    row.into_iter().next().map(text).unwrap_or_default()
}

fn grant(row: Row) -> Option<Grant> {
    let [grantee, schema, name, privilege]: [Value; 4] = row.try_into().ok()?;
    Some(Grant { grantee: text(grantee), schema: text(schema), name: text(name), privilege: text(privilege) })
}
