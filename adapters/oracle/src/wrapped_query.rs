//! Results with columns that cannot be read: the others are shown all the same.

use std::collections::HashSet;

use pstral_core::domain::Value;
use pstral_core::ports::TargetError;

use crate::kind::{Kind, unreadable};
use crate::moment::Moment;
use crate::names::quoted;
use crate::session::{ColumnDescription, ResultColumn};

/// A statement around another that leaves columns away, and adds nothing. The order of the rows within is kept in
/// practice, where Oracle merges the two.
///
/// The driver gives up on a whole result that has one `JSON` or `VECTOR` column (`oracle_type.rs` of the `oracle` crate),
/// and reads `LONG` and `XMLTYPE` whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrappedQuery {
    /// The text of the statement that runs.
    pub(crate) text: String,
    /// The columns of the statement within.
    pub(crate) columns: Vec<(String, ColumnHandling)>,
}

/// The handling of an inner column's values in the wrapped result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnHandling {
    /// The next column of the result.
    Read,
    /// The next column of the result, converted to text, since the driver would lose the offset of its times.
    AsText,
    /// None: the values are replaced by the name of the type.
    Omitted(String),
}

impl ColumnHandling {
    fn of(column: &ColumnDescription) -> Self {
        match unreadable(column.code, &column.type_name) {
            Some(type_name) => Self::Omitted(type_name),
            None if column.as_text => Self::AsText,
            None => Self::Read,
        }
    }

    /// The column of that name as the wrapping statement selects it; `None` where it is omitted.
    fn select_item(&self, name: &str) -> Option<String> {
        let name = quoted(name);
        match self {
            Self::Read => Some(name),
            Self::AsText => Some(format!("TO_CHAR({name}, 'SYYYY-MM-DD HH24:MI:SS.FF9TZH:TZM')")),
            Self::Omitted(_) => None,
        }
    }
}

impl WrappedQuery {
    /// Wraps a statement whose columns are known. Fails if no column can be left out.
    pub(crate) fn around(text: &str, named: &[ColumnDescription]) -> Result<Self, TargetError> {
        let columns: Vec<(String, ColumnHandling)> =
            named.iter().map(|one| (one.name.clone(), ColumnHandling::of(one))).collect();
        let unread: Vec<&str> = columns
            .iter()
            .filter(|(_, handling)| *handling != ColumnHandling::Read)
            .map(|(name, _)| name.as_str())
            .collect();
        if unread.is_empty() {
            return Err(TargetError::Rejected("a column has a type that cannot be read".to_owned()));
        }
        let text = if begins_with_with(text) { by_name(text, &columns) } else { Some(by_place(text, &columns)) };
        let text = text.ok_or_else(|| {
            let list = unread.join(", ");
            TargetError::Rejected(format!(
                "the type of {list} cannot be read: leave it out, or name each column differently"
            ))
        })?;
        Ok(Self { text, columns })
    }

    /// The columns as the statement within has them.
    pub(crate) fn all_columns(&self, read: &[ResultColumn]) -> Vec<ResultColumn> {
        let mut read = read.iter().map(|column| column.kind.clone());
        let mut next = || read.next().unwrap_or(Kind::Text);
        let mut column = |(name, handling): &(String, ColumnHandling)| {
            let kind = match handling {
                ColumnHandling::Read => next(),
                ColumnHandling::AsText => {
                    next();
                    Kind::Zoned
                }
                ColumnHandling::Omitted(type_name) => Kind::Unsupported(type_name.clone()),
            };
            ResultColumn { name: name.clone(), kind }
        };
        self.columns.iter().map(&mut column).collect()
    }
}

/// Returns a value of the wrapped result; a time that was read as text becomes one again.
pub(crate) fn restore_timestamp(value: Value, kind: &Kind) -> Value {
    match (kind, value) {
        // A year before our era has a sign and stays text; the others have a space in its place.
        (Kind::Zoned, Value::Text(text)) => {
            Moment::read(text.trim_start()).map_or(Value::Text(text), |moment| moment.timestamp())
        }
        (_, value) => value,
    }
}

fn begins_with_with(text: &str) -> bool {
    text.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("with"))
}

/// Wraps a statement and refers to its columns by position, so that their names, even duplicate ones, do not matter.
fn by_place(text: &str, columns: &[(String, ColumnHandling)]) -> String {
    let name = |at: usize| format!("C{at}");
    let all: Vec<String> = (0..columns.len()).map(|at| quoted(&name(at))).collect();
    let kept = columns.iter().enumerate().filter_map(|(at, (_, handling))| handling.select_item(&name(at)));
    format!(
        "WITH \"PSTRAL FRAME\"({}) AS (\n{text}\n) SELECT {} FROM \"PSTRAL FRAME\"",
        all.join(", "),
        list(&kept.collect::<Vec<_>>())
    )
}

/// A WITH clause may not stand directly in another before 23.26 (ORA-32034), but in a table's place. There columns go by
/// their names; `None` where two share one.
fn by_name(text: &str, columns: &[(String, ColumnHandling)]) -> Option<String> {
    let names: HashSet<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let kept = columns.iter().filter_map(|(name, handling)| handling.select_item(name));
    (names.len() == columns.len()).then(|| format!("SELECT {} FROM (\n{text}\n)", list(&kept.collect::<Vec<_>>())))
}

/// Rows without a column that can be read are still rows.
fn list(kept: &[String]) -> String {
    if kept.is_empty() { "0".to_owned() } else { kept.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(columns: &[(&str, u32, &str)]) -> Vec<ColumnDescription> {
        let one = |(name, code, type_name): &(&str, u32, &str)| ColumnDescription {
            name: (*name).to_owned(),
            code: *code,
            type_name: (*type_name).to_owned(),
            as_text: false,
        };
        columns.iter().map(one).collect()
    }

    #[test]
    fn columns_that_cannot_be_read_are_left_away() {
        let text = "SELECT id, doc, id, geo FROM t";
        let wrapped = WrappedQuery::around(
            text,
            &named(&[("ID", 2, ""), ("DOC", 119, ""), ("ID", 2, ""), ("GEO", 109, "GEO_T")]),
        );
        let wrapped = wrapped.unwrap();
        assert_eq!(
            wrapped.text,
            "WITH \"PSTRAL FRAME\"(\"C0\", \"C1\", \"C2\", \"C3\") AS (\nSELECT id, doc, id, geo FROM t\n) \
             SELECT \"C0\", \"C2\" FROM \"PSTRAL FRAME\""
        );
        let number = |name: &str| ResultColumn { name: name.to_owned(), kind: Kind::Number { decimals: 0 } };
        let none =
            |name: &str, kind: &str| ResultColumn { name: name.to_owned(), kind: Kind::Unsupported(kind.to_owned()) };
        assert_eq!(
            wrapped.all_columns(&[number("C0"), number("C2")]),
            [number("ID"), none("DOC", "JSON"), number("ID"), none("GEO", "GEO_T")]
        );
        let only = WrappedQuery::around("SELECT doc FROM t", &named(&[("DOC", 127, "")])).unwrap();
        assert!(only.text.ends_with("SELECT 0 FROM \"PSTRAL FRAME\""), "{}", only.text);
        let none = WrappedQuery::around(text, &named(&[("ID", 2, ""), ("NAME", 1, "")]));
        assert!(matches!(none, Err(TargetError::Rejected(_))), "{none:?}");
    }

    #[test]
    fn times_whose_offset_would_be_lost_are_read_as_text() {
        let mut columns = named(&[("ID", 2, ""), ("AT", 181, "")]);
        columns[1].as_text = true;
        let wrapped = WrappedQuery::around("WITH q AS (SELECT 1 FROM dual) SELECT id, at FROM q", &columns).unwrap();
        let list = "SELECT \"ID\", TO_CHAR(\"AT\", 'SYYYY-MM-DD HH24:MI:SS.FF9TZH:TZM') FROM (";
        assert!(wrapped.text.starts_with(list), "{}", wrapped.text);
        let read = |name: &str, kind: &Kind| ResultColumn { name: name.to_owned(), kind: kind.clone() };
        let whole = Kind::Number { decimals: 0 };
        let described = wrapped.all_columns(&[read("ID", &whole), read("C1", &Kind::Text)]);
        assert_eq!(described, [read("ID", &whole), read("AT", &Kind::Zoned)]);
        let text = |text: &str| Value::Text(text.to_owned());
        for (value, expected) in [
            (text(" 2024-02-29 13:14:15.500000000-03:30"), Value::Timestamp("2024-02-29 13:14:15.5-03:30".to_owned())),
            (text("-0044-03-15 00:00:00.000000000+00:00"), text("-0044-03-15 00:00:00.000000000+00:00")),
            (Value::Null, Value::Null),
        ] {
            assert_eq!(restore_timestamp(value, &Kind::Zoned), expected);
        }
        assert_eq!(restore_timestamp(text(" a"), &Kind::Text), text(" a"));
    }

    #[test]
    fn a_with_clause_stands_in_a_tables_place() {
        let text = "WITH q AS (SELECT 1 AS a FROM dual) SELECT a, doc FROM q";
        let wrapped = WrappedQuery::around(text, &named(&[("A", 2, ""), ("DOC", 119, "")])).unwrap();
        assert_eq!(wrapped.text, format!("SELECT \"A\" FROM (\n{text}\n)"));
        let twice = WrappedQuery::around(text, &named(&[("A", 2, ""), ("A", 2, ""), ("DOC", 119, "")]));
        let told = "the type of DOC cannot be read: leave it out, or name each column differently";
        assert_eq!(twice, Err(TargetError::Rejected(told.to_owned())));
    }
}
