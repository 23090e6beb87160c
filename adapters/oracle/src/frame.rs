//! Results with columns that cannot be read: the others are shown all the same.

use std::collections::HashSet;

use pstral_core::ports::TargetError;

use crate::kind::{Kind, unreadable};
use crate::names::quoted;
use crate::session::{Described, Named};

/// A statement around another that leaves columns away, and adds nothing. The order of the rows within is kept in
/// practice, where Oracle merges the two.
///
/// The driver gives up on a whole result that has one `JSON` or `VECTOR` column (`oracle_type.rs` of the `oracle` crate),
/// and reads `LONG` and `XMLTYPE` whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// What runs.
    pub(crate) text: String,
    /// The columns of the statement within: `None` where the next column of the framed result has its values.
    pub(crate) columns: Vec<(String, Option<Kind>)>,
}

impl Frame {
    /// Around a statement whose columns are known. It is refused where nothing can be left away.
    pub(crate) fn around(text: &str, named: &[Named]) -> Result<Self, TargetError> {
        let columns: Vec<(String, Option<Kind>)> = named
            .iter()
            .map(|one| (one.name.clone(), unreadable(one.code, &one.type_name).map(Kind::Unsupported)))
            .collect();
        let left_away: Vec<&str> =
            columns.iter().filter(|(_, kind)| kind.is_some()).map(|(name, _)| name.as_str()).collect();
        if left_away.is_empty() {
            return Err(TargetError::Rejected("a column has a type that cannot be read".to_owned()));
        }
        let text = if begins_with_with(text) { by_name(text, &columns) } else { Some(by_place(text, &columns)) };
        let text = text.ok_or_else(|| {
            let list = left_away.join(", ");
            TargetError::Rejected(format!(
                "the type of {list} cannot be read: leave it out, or name each column differently"
            ))
        })?;
        Ok(Self { text, columns })
    }

    /// The columns as the statement within has them.
    pub(crate) fn described(&self, read: &[Described]) -> Vec<Described> {
        let mut read = read.iter().map(|column| column.kind.clone());
        let column = |(name, kind): &(String, Option<Kind>)| {
            let kind = kind.clone().or_else(|| read.next()).unwrap_or(Kind::Text);
            Described { name: name.clone(), kind }
        };
        self.columns.iter().map(column).collect()
    }
}

fn begins_with_with(text: &str) -> bool {
    text.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("with"))
}

/// Whatever the columns are called, and whether or not two share a name.
fn by_place(text: &str, columns: &[(String, Option<Kind>)]) -> String {
    let name = |at: usize| quoted(&format!("C{at}"));
    let all: Vec<String> = (0..columns.len()).map(name).collect();
    let kept = columns.iter().enumerate().filter(|(_, (_, kind))| kind.is_none()).map(|(at, _)| name(at));
    format!(
        "WITH \"PSTRAL FRAME\"({}) AS (\n{text}\n) SELECT {} FROM \"PSTRAL FRAME\"",
        all.join(", "),
        list(&kept.collect::<Vec<_>>())
    )
}

/// A WITH clause may not stand directly in another before 23.26 (ORA-32034), but in a table's place. There columns go by
/// their names; `None` where two share one.
fn by_name(text: &str, columns: &[(String, Option<Kind>)]) -> Option<String> {
    let names: HashSet<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let kept = columns.iter().filter(|(_, kind)| kind.is_none()).map(|(name, _)| quoted(name));
    (names.len() == columns.len()).then(|| format!("SELECT {} FROM (\n{text}\n)", list(&kept.collect::<Vec<_>>())))
}

/// Rows without a column that can be read are still rows.
fn list(kept: &[String]) -> String {
    if kept.is_empty() { "0".to_owned() } else { kept.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(columns: &[(&str, u32, &str)]) -> Vec<Named> {
        let one = |(name, code, type_name): &(&str, u32, &str)| Named {
            name: (*name).to_owned(),
            code: *code,
            type_name: (*type_name).to_owned(),
        };
        columns.iter().map(one).collect()
    }

    #[test]
    fn columns_that_cannot_be_read_are_left_away() {
        let text = "SELECT id, doc, id, geo FROM t";
        let frame =
            Frame::around(text, &named(&[("ID", 2, ""), ("DOC", 119, ""), ("ID", 2, ""), ("GEO", 109, "GEO_T")]));
        let frame = frame.unwrap();
        assert_eq!(
            frame.text,
            "WITH \"PSTRAL FRAME\"(\"C0\", \"C1\", \"C2\", \"C3\") AS (\nSELECT id, doc, id, geo FROM t\n) \
             SELECT \"C0\", \"C2\" FROM \"PSTRAL FRAME\""
        );
        let number = |name: &str| Described { name: name.to_owned(), kind: Kind::Number { decimals: 0 } };
        let none =
            |name: &str, kind: &str| Described { name: name.to_owned(), kind: Kind::Unsupported(kind.to_owned()) };
        assert_eq!(
            frame.described(&[number("C0"), number("C2")]),
            [number("ID"), none("DOC", "JSON"), number("ID"), none("GEO", "GEO_T")]
        );
        let only = Frame::around("SELECT doc FROM t", &named(&[("DOC", 127, "")])).unwrap();
        assert!(only.text.ends_with("SELECT 0 FROM \"PSTRAL FRAME\""), "{}", only.text);
        let none = Frame::around(text, &named(&[("ID", 2, ""), ("NAME", 1, "")]));
        assert!(matches!(none, Err(TargetError::Rejected(_))), "{none:?}");
    }

    #[test]
    fn a_with_clause_stands_in_a_tables_place() {
        let text = "WITH q AS (SELECT 1 AS a FROM dual) SELECT a, doc FROM q";
        let frame = Frame::around(text, &named(&[("A", 2, ""), ("DOC", 119, "")])).unwrap();
        assert_eq!(frame.text, format!("SELECT \"A\" FROM (\n{text}\n)"));
        let twice = Frame::around(text, &named(&[("A", 2, ""), ("A", 2, ""), ("DOC", 119, "")]));
        let told = "the type of DOC cannot be read: leave it out, or name each column differently";
        assert_eq!(twice, Err(TargetError::Rejected(told.to_owned())));
    }
}
