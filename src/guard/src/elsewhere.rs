//! Functions of other databases, and what is written here in their place.

use crate::Dialect;

/// The replacement in this dialect for a function of another database; empty where the nearest name would mislead.
pub(super) fn function(name: &str, dialect: Dialect) -> Option<&'static str> {
    everywhere(name).or_else(|| (dialect.facts().advice.instead_of_function)(name))
}

/// Replacements that every dialect has.
fn everywhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "NVL" | "IFNULL" | "ISNULL" => "COALESCE",
        "LEN" => "LENGTH",
        "DECODE" | "IIF" | "IF" => "CASE WHEN … THEN … ELSE … END",
        "GETDATE" | "NOW" | "SYSDATE" => "CURRENT_TIMESTAMP",
        "CURDATE" => "CURRENT_DATE",
        "ROW" => "",
        _ => return None,
    })
}
