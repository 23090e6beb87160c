//! Names of accounts, schemas and relations as Oracle stores and reads them.

/// Returns a name as Oracle stores it: in upper case, unless it is in double quotes.
pub(crate) fn stored(written: &str) -> String {
    let quoted = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    quoted.map_or_else(|| written.to_uppercase(), str::to_owned)
}

/// A stored name as it stands in a statement. A double quote cannot be part of a name in Oracle; one would end it early.
pub(crate) fn quoted(stored: &str) -> String {
    format!("\"{}\"", stored.replace('"', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_oracle_folds_them() {
        for (written, expected) in [("crm", "CRM"), ("\"crm\"", "crm"), ("Crm_1", "CRM_1"), ("\"", "\"")] {
            assert_eq!(stored(written), expected);
        }
        assert_eq!(quoted("CRM\" OR 1"), "\"CRM OR 1\"");
    }
}
