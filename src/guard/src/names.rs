//! Comparison of names: each dialect's folding, and the nearest of the names a person may see.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use crate::Dialect;
use strsim::levenshtein;

/// A name as it is compared: Oracle folds unquoted names to upper case, PostgreSQL to lower, SQLite compares all names
/// without regard to ASCII case.
pub(super) fn key(dialect: Dialect, ident: &Ident) -> String {
    (dialect.facts().names.fold)(ident)
}

/// The key of a name as the database stores it.
pub(super) fn stored_key(dialect: Dialect, name: &str) -> String {
    if dialect.facts().names.ignore_case { name.to_ascii_lowercase() } else { name.to_owned() }
}

/// A stored or compared name as a statement must write it to mean that name: quoted where it would fold to another, has
/// other signs than letters, or is a word of the language.
pub fn written(dialect: Dialect, name: &str) -> String {
    let names = &dialect.facts().names;
    let letter = names.is_plain_letter;
    let plain = name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit() || c == '_');
    let reserved =
        !names.not_reserved.contains(&name) && RESERVED.contains(&format!(" {} ", name.to_ascii_lowercase()));
    if plain && !reserved { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Words that one of the dialects, or the parser, does not take for a column's name as they are.
const RESERVED: &str = " access add all alter analyse analyze and any array as asc asymmetric audit authorization begin \
     between binary both by case cast char check cluster collate collation column comment commit compress concurrently \
     connect constraint create cross current current_catalog current_date current_role current_schema current_time \
     current_timestamp current_user date decimal default deferrable delete desc distinct do drop else end escape except \
     exclusive exists false fetch file filter float for foreign freeze from full glob grant group having identified if \
     ilike immediate in increment index initial initially inner insert integer intersect interval into is isnull join \
     lateral leading left level like limit localtime localtimestamp lock long match maxextents minus mlslabel mode \
     modify natural noaudit nocompress not notnull nowait null number of offline offset on online only option or order \
     outer over overlaps partition pctfree pivot placing pragma prior privileges public qualify raw references regexp \
     rename resource returning revoke right row rowid rownum rows select session session_user set share similar size \
     smallint some start successful symmetric synonym sysdate table tablesample then timestamp to top trailing \
     transaction trigger true uid union unique unpivot update user using validate values varchar varchar2 variadic \
     verbose view when whenever where window with ";

/// The identifiers of a dotted name; `None` when a part is computed.
pub(super) fn parts(name: &ObjectName) -> Option<Vec<&Ident>> {
    let ObjectName(parts) = name;
    parts
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(ident) => Some(ident),
            ObjectNamePart::Function(_) => None,
        })
        .collect()
}

/// The name nearest to `wanted`, when one is near enough to be what was meant.
pub(super) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = wanted.to_lowercase();
    let allowed = 1 + wanted.chars().count() / 4;
    names
        .map(|name| (distance(&wanted, &name.to_lowercase()), name.len().abs_diff(wanted.len()), name))
        .filter(|(distance, ..)| *distance <= allowed)
        .min()
        .map(|(.., name)| name)
}

/// The function nearest to `wanted`. So many have names of three or four letters that only one of them may differ.
pub(super) fn nearest_function<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const SHORT: usize = 4;
    let lower = wanted.to_lowercase();
    nearest(
        wanted,
        names.filter(|name| {
            let long = name.len() > SHORT && wanted.len() > SHORT;
            long || (name.len().abs_diff(wanted.len()) <= 1 && levenshtein(&lower, &name.to_lowercase()) <= 1)
        }),
    )
}

/// The distance between two names in their first 64 characters; one that is most of the other counts as near.
fn distance(a: &str, b: &str) -> usize {
    let (shorter, longer) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if shorter.len() > 2 && shorter.len() * 3 >= longer.len() * 2 && longer.contains(shorter) {
        return 1;
    }
    let short = |name: &str| name.chars().take(64).collect::<String>();
    levenshtein(&short(a), &short(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_the_dialect_does() {
        let (plain, quoted) = (Ident::new("Été"), Ident::with_quote('"', "Été"));
        for (dialect, ident, expected) in [
            (Dialect::Oracle, &plain, "ÉTÉ"),
            (Dialect::Oracle, &quoted, "Été"),
            (Dialect::Postgres, &plain, "Été"),
            (Dialect::Postgres, &quoted, "Été"),
            (Dialect::Sqlite, &quoted, "Été"),
        ] {
            assert_eq!(key(dialect, ident), expected, "{dialect:?}");
        }
        assert_eq!(key(Dialect::Sqlite, &Ident::with_quote('"', "EMP")), "emp");
    }

    #[test]
    fn names_are_written_so_that_they_mean_themselves() {
        for (dialect, name, expected) in [
            (Dialect::Oracle, "CLIENTS", "CLIENTS"),
            (Dialect::Oracle, "clients", "\"clients\""),
            (Dialect::Oracle, "LEVEL", "\"LEVEL\""),
            (Dialect::Postgres, "Clients", "\"Clients\""),
            (Dialect::Postgres, "order", "\"order\""),
            (Dialect::Sqlite, "Clients", "Clients"),
            (Dialect::Sqlite, "Row \"Id\"", "\"Row \"\"Id\"\"\""),
        ] {
            assert_eq!(written(dialect, name), expected, "{dialect:?}");
        }
    }

    #[test]
    fn the_nearest_name_is_found_or_none() {
        let names = ["employees", "orders", "clients"];
        for (wanted, expected) in
            [("employes", Some("employees")), ("client", Some("clients")), ("ORDER", Some("orders")), ("zzz", None)]
        {
            assert_eq!(nearest(wanted, names.into_iter()), expected);
        }
    }

    #[test]
    fn a_function_is_not_suggested_for_a_few_common_letters() {
        let names = ["LAG", "EXP", "LIKE", "EXTRACT", "SUM", "LENGTH", "UPPER", "REGEXP_MATCH", "JSON_QUERY"];
        for (wanted, expected) in [
            ("XMLAGG", None),
            ("REGEXP_SPLIT", None),
            ("LIKELY", None),
            ("EXTRACTVALUE", None),
            ("DUMP", None),
            ("SUMM", Some("SUM")),
            ("LIK", Some("LIKE")),
            ("LENGHT", Some("LENGTH")),
            ("UPER", Some("UPPER")),
            ("REGEXP_MATCHES", Some("REGEXP_MATCH")),
            ("JSONB_QUERY", Some("JSON_QUERY")),
        ] {
            assert_eq!(nearest_function(wanted, names.into_iter()), expected, "{wanted}");
        }
    }
}
