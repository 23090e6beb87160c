//! Results with columns that cannot be read: the others are shown all the same.

use std::fmt::Write as _;

use crate::kind::{Kind, unreadable};
use crate::names::quoted;
use crate::session::{Described, Named};

/// A statement around another that leaves columns away, and adds nothing.
///
/// The driver gives up on a whole result that has one `JSON` or `VECTOR` column (`oracle_type.rs` of the `oracle` crate),
/// and reads `LONG` and `XMLTYPE` whole. The names are given by place, so that two columns may share one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// What runs.
    pub(crate) text: String,
    /// The columns of the statement within: `None` where the next column of the framed result has its values.
    pub(crate) columns: Vec<(String, Option<Kind>)>,
}

impl Frame {
    /// `None` where every column can be read.
    pub(crate) fn around(text: &str, named: &[Named]) -> Option<Self> {
        let columns: Vec<(String, Option<Kind>)> = named
            .iter()
            .map(|one| (one.name.clone(), unreadable(one.code, &one.type_name).map(Kind::Unsupported)))
            .collect();
        columns.iter().any(|(_, kind)| kind.is_some()).then(|| Self { text: framed(text, &columns), columns })
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

fn framed(text: &str, columns: &[(String, Option<Kind>)]) -> String {
    let name = |at: usize| quoted(&format!("C{at}"));
    let all: Vec<String> = (0..columns.len()).map(name).collect();
    let kept: Vec<String> =
        columns.iter().enumerate().filter(|(_, (_, kind))| kind.is_none()).map(|(at, _)| name(at)).collect();
    // Rows without a column that can be read are still rows.
    let kept = if kept.is_empty() { "0".to_owned() } else { kept.join(", ") };
    let mut framed = String::new();
    let _ =
        write!(framed, "WITH \"PSTRAL FRAME\"({}) AS (\n{text}\n) SELECT {kept} FROM \"PSTRAL FRAME\"", all.join(", "));
    framed
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
        assert_eq!(Frame::around(text, &named(&[("ID", 2, ""), ("NAME", 1, "")])), None);
    }
}
