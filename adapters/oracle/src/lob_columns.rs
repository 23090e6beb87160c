//! Statements that may make temporary large objects, whose sessions serve no other statement.
//!
//! `REPLACE(TO_CLOB(…))` and its like make them in the database, in the temporary tablespace. The driver frees each one that
//! it fetched when its row goes (`dpiLob__close` in ODPI-C: it asks whether it is temporary, frees it, and says nothing if
//! that fails). Those that are made on the way to a number are never fetched, and the space is the session's until that
//! ends (<https://docs.oracle.com/en/database/oracle/oracle-database/21/adlob/before-you-begin.html>). An account may not
//! look at `V$TEMPORARY_LOBS`, so that the session's end is the one thing that is certain.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use pstral_core::domain::Catalog;

use crate::kind::Kind;

/// Types that are no large objects and hold none, as catalogs name them.
const NON_LOB_TYPES: &[&str] = &[
    "BINARY_DOUBLE",
    "BINARY_FLOAT",
    "BOOLEAN",
    "CHAR",
    "DATE",
    "FLOAT",
    "INTERVAL",
    "NCHAR",
    "NUMBER",
    "NVARCHAR2",
    "RAW",
    "ROWID",
    "TIMESTAMP",
    "UROWID",
    "VARCHAR2",
];

/// Parts of the names of functions and types that make large objects.
const LOB_MARKERS: &[&str] = &["JSON", "LOB", "XML"];

/// The columns that hold large objects, by their names alone, once a catalog was read.
#[derive(Debug, Default)]
pub(crate) struct LobColumns(RwLock<Option<HashSet<String>>>);

impl LobColumns {
    /// Takes them from a catalog.
    pub(crate) fn learn(&self, catalog: &Catalog) {
        let columns = catalog.tables.iter().flat_map(|relation| &relation.columns);
        let large = columns.filter(|column| !is_plain(&column.data_type)).map(|column| column.name.to_uppercase());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(large.collect());
    }

    /// True for a statement that may make a temporary large object; any may before a catalog was read. Looks at words, not
    /// grammar: one inside a literal counts too.
    pub(crate) fn may_create_temp_lob(&self, text: &str) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(columns) = &*known else { return true };
        let text = text.to_uppercase();
        let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '#');
        let mut words = text.split(|c| !is_of_name(c)).filter(|word| !word.is_empty());
        // A name in double quotes may hold spaces and signs.
        words.any(|word| columns.contains(word) || LOB_MARKERS.iter().any(|maker| word.contains(maker)))
            || text.split('"').skip(1).step_by(2).any(|name| columns.contains(name))
    }
}

fn is_plain(data_type: &str) -> bool {
    let word = data_type.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    NON_LOB_TYPES.contains(&word)
}

/// Checks whether values of this kind are large objects, or may contain some.
pub(crate) fn is_lob(kind: &Kind) -> bool {
    matches!(kind, Kind::Clob | Kind::Blob | Kind::Unsupported(_))
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{CatalogColumn, Dialect, Relation, RelationKind};

    use super::*;

    fn columns() -> LobColumns {
        let columns = [
            ("ID", "NUMBER(10)"),
            ("MADE", "TIMESTAMP(6) WITH TIME ZONE"),
            ("LASTS", "INTERVAL DAY(2) TO SECOND(6)"),
            ("BODY", "CLOB"),
            ("scan no. 1", "BLOB"),
            ("OLD", "LONG RAW"),
            ("DOC", "JSON"),
            ("SHAPE", "MDSYS.SDO_GEOMETRY"),
        ];
        let columns = columns.map(|(name, data_type)| CatalogColumn::new(name, data_type)).into();
        let notes = Relation::new("CRM", "NOTES", RelationKind::Table, columns);
        let large = LobColumns::default();
        large.learn(&Catalog::new(Dialect::Oracle, "CRM", vec![notes]));
        large
    }

    #[test]
    fn what_may_make_a_large_object_is_seen() {
        let large = columns();
        for (text, expected) in [
            ("SELECT id, made, lasts FROM notes WHERE id = 1", false),
            ("SELECT COUNT(*) FROM notes", false),
            ("SELECT LENGTH(UPPER(n.body)) FROM notes n", true),
            ("SELECT LENGTH(REPLACE(TO_CLOB(id), '1', '22')) FROM notes", true),
            ("SELECT LENGTH(\"scan no. 1\") FROM notes", true),
            ("SELECT id FROM notes WHERE XMLSERIALIZE(CONTENT x) IS NULL", true),
            ("SELECT json_object('a' VALUE id) FROM notes", true),
            ("SELECT id FROM notes WHERE DBMS_LOB.GETLENGTH(x) > 1", true),
            ("SELECT old FROM notes", true),
            ("SELECT shape FROM notes", true),
            ("SELECT id AS bodyguard FROM notes", false),
        ] {
            assert_eq!(large.may_create_temp_lob(text), expected, "{text}");
        }
        assert!(LobColumns::default().may_create_temp_lob("SELECT 1 FROM dual"), "nothing is known yet");
    }
}
