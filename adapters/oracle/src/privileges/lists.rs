//! Rights and packages of Oracle by what they permit.

/// Packages and types of Oracle that reach the network, files or the operating system:
/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/arpls/index.html>.
pub(super) const NETWORK_AND_FILE_PACKAGES: &[&str] = &[
    "DBMS_ADVISOR",
    "DBMS_BACKUP_RESTORE",
    "DBMS_CLOUD",
    "DBMS_FILE_TRANSFER",
    "DBMS_JAVA",
    "DBMS_JAVA_TEST",
    "DBMS_JOB",
    "DBMS_LDAP",
    "DBMS_LDAP_UTL",
    "DBMS_NETWORK_ACL_ADMIN",
    "DBMS_SCHEDULER",
    "DBMS_XSLPROCESSOR",
    "DBMS_XMLSAVE",
    "DBURITYPE",
    "HTTPURITYPE",
    "UTL_DBWS",
    "UTL_FILE",
    "UTL_HTTP",
    "UTL_INADDR",
    "UTL_MAIL",
    "UTL_SMTP",
    "UTL_TCP",
];

/// Roles that carry nearly everything.
pub(super) const ADMIN_ROLES: &[&str] =
    &["DBA", "IMP_FULL_DATABASE", "DATAPUMP_IMP_FULL_DATABASE", "PDB_DBA", "CDB_DBA", "SYSDBA", "SYSOPER"];

/// System privileges that stand above the checks.
pub(super) const SUPERUSER_PRIVILEGES: &[&str] = &[
    "SYSDBA",
    "SYSOPER",
    "SYSBACKUP",
    "SYSDG",
    "SYSKM",
    "SYSRAC",
    "ALTER SYSTEM",
    "ALTER DATABASE",
    "GRANT ANY PRIVILEGE",
    "GRANT ANY ROLE",
    "GRANT ANY OBJECT PRIVILEGE",
    "GRANT ANY SCHEMA PRIVILEGE",
];

/// System privileges that reach outside.
pub(super) const EXTERNAL_PRIVILEGES: &[&str] = &[
    "CREATE DATABASE LINK",
    "CREATE PUBLIC DATABASE LINK",
    "ALTER DATABASE LINK",
    "ALTER PUBLIC DATABASE LINK",
    "CREATE ANY DIRECTORY",
    "DROP ANY DIRECTORY",
    "CREATE EXTERNAL JOB",
    "CREATE ANY CREDENTIAL",
    "CREATE CREDENTIAL",
];

/// System privileges that read every table, or the whole dictionary.
pub(super) const READ_ANY_PRIVILEGES: &[&str] =
    &["READ ANY TABLE", "SELECT ANY DICTIONARY", "SELECT ANY TABLE", "SELECT ANY TRANSACTION"];

/// System privileges that pass over the rules of rows, or become somebody else.
pub(super) const ADMIN_PRIVILEGES: &[&str] = &[
    "ADMINISTER",
    "AUDIT ANY",
    "AUDIT SYSTEM",
    "BECOME USER",
    "CREATE USER",
    "ALTER USER",
    "DROP USER",
    "CREATE ROLE",
    "CREATE PROFILE",
    "ALTER PROFILE",
    "EXEMPT ACCESS POLICY",
    "EXEMPT REDACTION POLICY",
    "EXEMPT IDENTITY POLICY",
    "ALTER ANY ROLE",
    "DROP ANY ROLE",
    "FLASHBACK",
    "TRANSLATE ANY SQL",
    "INHERIT ANY PRIVILEGES",
    "DEBUG ANY PROCEDURE",
    "DEBUG CONNECT SESSION",
];

/// System privileges that reading needs, or that add nothing to it.
pub(super) const HARMLESS_PRIVILEGES: &[&str] = &["CREATE SESSION", "SET CONTAINER", "ALTER SESSION"];
