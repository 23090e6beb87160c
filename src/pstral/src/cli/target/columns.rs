//! Columns of the company that stand for their types.

use std::collections::BTreeMap;

use pstral_core::domain::{Catalog, RelationKind};

/// Types that databases come with. Others have names that somebody gave them.
const BUILT_IN: &[&str] = &[
    "BFILE",
    "BIGINT",
    "BINARY_DOUBLE",
    "BINARY_FLOAT",
    "BLOB",
    "BOOLEAN",
    "BYTEA",
    "CHAR",
    "CHARACTER",
    "CHARACTER VARYING",
    "CLOB",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "DOUBLE",
    "DOUBLE PRECISION",
    "FLOAT",
    "INET",
    "INT",
    "INTEGER",
    "INTERVAL",
    "INTERVAL DAY TO SECOND",
    "INTERVAL YEAR TO MONTH",
    "JSON",
    "JSONB",
    "LONG",
    "LONG RAW",
    "MONEY",
    "NCHAR",
    "NCLOB",
    "NUMBER",
    "NUMERIC",
    "NVARCHAR2",
    "RAW",
    "REAL",
    "ROWID",
    "SDO_GEOMETRY",
    "SMALLINT",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP WITH LOCAL TIME ZONE",
    "TIMESTAMP WITH TIME ZONE",
    "TIMESTAMP WITHOUT TIME ZONE",
    "UROWID",
    "UUID",
    "VARCHAR",
    "VARCHAR2",
    "VECTOR",
    "XML",
    "XMLTYPE",
];

/// The name of a declared type without its sizes; `None` for one that somebody made, whose name may tell something.
pub(super) fn built_in(declared: &str) -> Option<&'static str> {
    let mut name = String::new();
    let mut depth = 0;
    for c in declared.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if depth == 0 => name.extend(c.to_uppercase()),
            _ => {}
        }
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    BUILT_IN.iter().copied().find(|known| *known == name)
}

/// Statements that read a column of each type, those of tables before those of views. Types that somebody made count as
/// one, without a name.
pub(super) fn of_each_type(catalog: &Catalog) -> BTreeMap<Option<&'static str>, Vec<String>> {
    let mut found: BTreeMap<Option<&'static str>, Vec<String>> = BTreeMap::new();
    for wanted in [RelationKind::Table, RelationKind::View] {
        for relation in catalog.tables.iter().filter(|relation| relation.kind == wanted) {
            for column in &relation.columns {
                let [name, schema, table] = [&column.name, &relation.schema, &relation.name].map(|name| quoted(name));
                let statement = format!("SELECT {name} FROM {schema}.{table}");
                found.entry(built_in(&column.data_type)).or_default().push(statement);
            }
        }
    }
    found
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_by_their_names_without_sizes() {
        for (declared, expected) in [
            ("VARCHAR2(40 CHAR)", Some("VARCHAR2")),
            ("TIMESTAMP(6) WITH TIME ZONE", Some("TIMESTAMP WITH TIME ZONE")),
            ("INTERVAL DAY(2) TO SECOND(6)", Some("INTERVAL DAY TO SECOND")),
            ("numeric(10,2)", Some("NUMERIC")),
            ("SALARY_T", None),
            ("", None),
        ] {
            assert_eq!(built_in(declared), expected, "{declared}");
        }
    }
}
