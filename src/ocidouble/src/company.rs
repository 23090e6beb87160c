//! Tables with the dictionary that tells of them.

use std::fmt::Write as _;

use crate::Oracle;

/// The views of the dictionary, with the columns that Pstral reads or looks at, those that tell what the account may do
/// among them: it logs in and reads.
const DICTIONARY: &str = "
    CREATE TABLE all_users (username VARCHAR2(128), oracle_maintained VARCHAR2(1));
    INSERT INTO all_users VALUES ('BOT', 'N'), ('SYS', 'Y');
    CREATE TABLE all_tables (owner VARCHAR2(128), table_name VARCHAR2(128), num_rows NUMBER, nested VARCHAR2(3) DEFAULT 'NO',
        secondary VARCHAR2(1) DEFAULT 'N', dropped VARCHAR2(3) DEFAULT 'NO', temporary VARCHAR2(1) DEFAULT 'N', iot_type VARCHAR2(12));
    CREATE TABLE all_external_tables (owner VARCHAR2(128), table_name VARCHAR2(128));
    CREATE TABLE all_views (owner VARCHAR2(128), view_name VARCHAR2(128));
    CREATE TABLE all_dependencies (owner VARCHAR2(128), name VARCHAR2(128), type VARCHAR2(19), referenced_owner VARCHAR2(128),
        referenced_name VARCHAR2(128), referenced_type VARCHAR2(19), referenced_link_name VARCHAR2(128));
    CREATE TABLE all_tab_columns (owner VARCHAR2(128), table_name VARCHAR2(128), column_id NUMBER, column_name VARCHAR2(128),
        data_type VARCHAR2(128), data_type_owner VARCHAR2(128), data_length NUMBER, data_precision NUMBER, data_scale NUMBER,
        char_length NUMBER, char_used VARCHAR2(1));
    CREATE TABLE all_tab_comments (owner VARCHAR2(128), table_name VARCHAR2(128), comments VARCHAR2(4000));
    CREATE TABLE all_col_comments (owner VARCHAR2(128), table_name VARCHAR2(128), column_name VARCHAR2(128), comments VARCHAR2(4000));
    CREATE TABLE all_constraints (owner VARCHAR2(128), constraint_name VARCHAR2(128), constraint_type VARCHAR2(1),
        table_name VARCHAR2(128), r_owner VARCHAR2(128), r_constraint_name VARCHAR2(128), status VARCHAR2(8) DEFAULT 'ENABLED');
    CREATE TABLE all_cons_columns (owner VARCHAR2(128), constraint_name VARCHAR2(128), position NUMBER, column_name VARCHAR2(4000));
    CREATE TABLE all_tab_col_statistics (owner VARCHAR2(128), table_name VARCHAR2(128), column_name VARCHAR2(128), num_distinct NUMBER);
    CREATE TABLE all_synonyms (owner VARCHAR2(128), synonym_name VARCHAR2(128), table_owner VARCHAR2(128), table_name VARCHAR2(128),
        db_link VARCHAR2(128));
    CREATE TABLE all_procedures (owner VARCHAR2(128), object_name VARCHAR2(128));
    CREATE TABLE all_sequences (sequence_owner VARCHAR2(128), sequence_name VARCHAR2(128));
    CREATE TABLE all_objects (owner VARCHAR2(128), object_name VARCHAR2(128), object_type VARCHAR2(23));
    CREATE TABLE product_component_version (product VARCHAR2(80), version VARCHAR2(80));
    INSERT INTO product_component_version VALUES ('Oracle Database 19c Enterprise Edition ', '19.0.0.0.0');
    CREATE TABLE user_role_privs (granted_role VARCHAR2(128));
    CREATE TABLE role_role_privs (role VARCHAR2(128), granted_role VARCHAR2(128));
    CREATE TABLE session_roles (role VARCHAR2(128));
    CREATE TABLE user_sys_privs (privilege VARCHAR2(40));
    CREATE TABLE role_sys_privs (privilege VARCHAR2(40));
    CREATE TABLE session_privs (privilege VARCHAR2(40));
    CREATE TABLE user_objects (object_name VARCHAR2(128), object_type VARCHAR2(23), generated VARCHAR2(1) DEFAULT 'N',
        secondary VARCHAR2(1) DEFAULT 'N', temporary VARCHAR2(1) DEFAULT 'N');
    CREATE TABLE all_db_links (owner VARCHAR2(128), db_link VARCHAR2(128));
    CREATE TABLE user_host_aces (host VARCHAR2(1000), privilege VARCHAR2(128), status VARCHAR2(7));
    CREATE TABLE all_directories (directory_name VARCHAR2(128));
    CREATE TABLE all_tab_privs (grantee VARCHAR2(128), table_schema VARCHAR2(128), table_name VARCHAR2(128), privilege VARCHAR2(40));
    CREATE TABLE all_col_privs (grantee VARCHAR2(128), table_schema VARCHAR2(128), table_name VARCHAR2(128), privilege VARCHAR2(40));
    CREATE TABLE role_tab_privs (role VARCHAR2(128), owner VARCHAR2(128), table_name VARCHAR2(128), privilege VARCHAR2(40));
    INSERT INTO session_privs VALUES ('CREATE SESSION');
    INSERT INTO all_tab_privs VALUES ('BOT', 'CRM', 'CLIENTS', 'READ');
";

/// Columns of a table as `name TYPE, …`, the first of them its primary key, and what else is to be said.
#[derive(Debug, Clone, Copy)]
pub struct Table<'t> {
    /// As the dictionary has it: upper case.
    pub name: &'t str,
    /// Each with its type, its name in upper case too.
    pub columns: &'t str,
}

/// Creates a database with these tables, which are in the dictionary too.
/// # Panics
/// Panics if the script is none of SQLite.
pub fn company(tables: &[Table<'_>], script: &str) -> Oracle {
    let mut all = DICTIONARY.to_owned();
    for Table { name, columns } in tables {
        let made: Vec<String> = columns.split(", ").map(made).collect();
        let made = made.join(", ");
        write!(
            all,
            "CREATE TABLE {name} ({made}); INSERT INTO all_tables (owner, table_name) VALUES ('BOT', '{name}');"
        )
        .expect("invariant: a string takes all text");
        for (at, column) in columns.split(", ").enumerate() {
            let (column, declared) = column.split_once(' ').expect("invariant: it was written as a column");
            let (data_type, precision, scale, length) = described(declared);
            write!(
                all,
                "INSERT INTO all_tab_columns (owner, table_name, column_id, column_name, data_type, data_precision, data_scale, char_length) \
                 VALUES ('BOT', '{name}', {at}, '{column}', '{data_type}', {precision}, {scale}, {length});"
            )
            .expect("invariant: a string takes all text");
        }
        let key = columns.split(' ').next().expect("invariant: it was written as a column");
        write!(
            all,
            "INSERT INTO all_constraints (owner, constraint_name, constraint_type, table_name) VALUES ('BOT', '{name}_PK', 'P', '{name}');
             INSERT INTO all_cons_columns VALUES ('BOT', '{name}_PK', 1, '{key}');"
        )
        .expect("invariant: a string takes all text");
    }
    Oracle::new(&(all + script))
}

/// A column as SQLite takes it: a type that it does not read stands in quotes.
fn made(column: &str) -> String {
    match column.split_once(' ') {
        Some((name, declared)) if declared.contains(" TO ") || declared.contains(" WITH ") => {
            format!("{name} '{declared}'")
        }
        _ => column.to_owned(),
    }
}

/// A declared type as the dictionary has it: its name, precision, scale and length.
fn described(declared: &str) -> (&str, &str, &str, &str) {
    let declared = declared.trim_end_matches(" PRIMARY KEY");
    let Some((name, sizes)) = declared.split_once('(').map(|(name, sizes)| (name, sizes.trim_end_matches(')'))) else {
        return if declared == "INTEGER" {
            ("NUMBER", "NULL", "0", "NULL")
        } else {
            (declared, "NULL", "NULL", "NULL")
        };
    };
    match name {
        "NUMBER" => {
            let (precision, scale) = sizes.split_once(',').unwrap_or((sizes, "0"));
            (name, precision, scale, "NULL")
        }
        "VARCHAR2" | "NVARCHAR2" | "CHAR" | "NCHAR" => (name, "NULL", "NULL", sizes),
        // The dictionary keeps the digits of a second in the name.
        _ => (declared, "NULL", "NULL", "NULL"),
    }
}
